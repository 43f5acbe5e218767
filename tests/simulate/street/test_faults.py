"""The plan of faults."""

from gateway.simulate.street.faults import Faults


def test_each_kind_of_fault_occurs_soon_after_the_start_and_ends() -> None:
    faults = Faults(1, ["l1", "l2"], ["d1", "d2"], ["x"])
    assert any(faults.lamp_failed(lamp, 6.0) for lamp in ("l1", "l2"))
    assert any(faults.silent(device, 10.0) for device in ("d1", "d2"))
    assert faults.noisy("x", 16.0)
    assert not faults.noisy("x", 1.0)
    assert not any(faults.silent(device, 45.0) for device in ("d1", "d2"))


def test_faults_occur_again_and_again_and_one_device_at_a_time() -> None:
    faults = Faults(7, [], [f"d{number}" for number in range(5)], [])
    silent = [
        {name for name in (f"d{number}" for number in range(5)) if faults.silent(name, float(second))} for second in range(0, 3600, 7)
    ]
    assert max(map(len, silent)) == 1
    assert set().union(*silent) == {f"d{number}" for number in range(5)}


def test_the_same_seed_has_the_same_faults() -> None:
    plans = [
        [faults.silent("d1", float(second)) for second in range(0, 2000, 5)]
        for faults in (Faults(seed, [], ["d1", "d2"], []) for seed in (1, 1, 2))
    ]
    assert plans[0] == plans[1] != plans[2]


def test_a_street_without_lamps_has_no_failed_lamp() -> None:
    assert not Faults(1, [], [], []).lamp_failed("l1", 6.0)
