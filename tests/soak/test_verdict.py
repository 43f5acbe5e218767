"""The verdict about a soak."""

import pytest

from tests.soak.ledger import Tally
from tests.soak.verdict import ProcessReport, Run, report, wrongs_of_delays, wrongs_of_process, wrongs_of_programs, wrongs_of_readings

TOTAL_S = 1800.0


def run(
    kib_per_min: float = 0.0,
    descriptors_per_min: float = 0.0,
    *,
    name: str = "worker-1",
    run_s: float = TOTAL_S,
    limit_mib: float | None = 200.0,
) -> Run:
    samples = [
        (float(t_s), 80_000 + kib_per_min * t_s / 60 + t_s % 7, 20 + descriptors_per_min * t_s / 60 + (t_s % 3 == 0))
        for t_s in range(int(run_s))
    ]
    return Run(name, name.partition("-")[0], samples, run_s, 90.0, limit_mib, ended=0, restarts=0)


def wrongs(one: Run) -> list[str]:
    return wrongs_of_process(report(one, TOTAL_S), judged=True)


def test_a_process_that_does_not_grow_is_flat() -> None:
    found = report(run(), TOTAL_S)
    assert (found.memory, found.descriptor_growth) == ("flat", "flat")
    assert found.rss_mib == pytest.approx(78.1, abs=0.1)
    assert wrongs(run()) == []


def test_memory_that_would_reach_its_limit_within_six_hours_grows() -> None:
    assert wrongs(run(kib_per_min=250.0)) == []
    (said,) = wrongs(run(kib_per_min=400.0))
    assert said.startswith("the memory of worker-1 grows, 399.976")
    assert wrongs(run(kib_per_min=400.0, limit_mib=400.0)) == []


def test_a_longer_soak_is_stricter() -> None:
    long = run(kib_per_min=100.0, run_s=4 * TOTAL_S)
    assert report(long, 4 * TOTAL_S).memory == "grows"
    assert report(run(kib_per_min=100.0), TOTAL_S).memory == "flat"


def test_the_broker_and_the_store_have_bounds_of_their_own() -> None:
    assert wrongs(run(kib_per_min=2000.0, name="broker", limit_mib=None)) != []
    assert wrongs(run(kib_per_min=2000.0, name="store", limit_mib=None)) == []
    assert wrongs(run(kib_per_min=4000.0, name="store", limit_mib=None)) != []
    assert wrongs(run(descriptors_per_min=0.5, name="store", limit_mib=None)) == []


def test_a_descriptor_every_five_minutes_is_a_leak() -> None:
    (said,) = wrongs(run(descriptors_per_min=0.2))
    assert said.startswith("the descriptors of worker-1 grow, 0.2")


def test_what_a_process_allocates_while_it_warms_up_is_no_growth() -> None:
    warm = run()
    samples = [(t_s, min(rss, 120 * t_s), count) for t_s, rss, count in warm.samples]
    warm.samples = samples
    assert report(warm, TOTAL_S).memory == "flat"


def test_one_run_of_each_program_of_ours_must_show_that_it_does_not_grow() -> None:
    whole, short = report(run(), TOTAL_S), report(run(run_s=900.0, name="worker-2"), TOTAL_S)
    assert short.memory is None
    assert wrongs_of_programs([whole, short]) == []
    assert wrongs_of_programs([short]) == ["no run of a worker shows that it does not grow"]
    assert wrongs_of_programs([report(run(run_s=900.0, name="store", limit_mib=None), TOTAL_S)]) == [], "it is not ours"


def test_a_restart_of_its_own_and_too_much_memory_are_wrong_however_short_the_soak() -> None:
    found = ProcessReport("page", "page", ended_by_faults=3, restarts=1, run_min=0.3, peak_mib=250.0, limit_mib=200.0, rss_mib=90.0)
    assert wrongs_of_process(found, judged=False) == ["page ended 1 times by itself", "page reached 250 MiB; the limit is 200"]


def test_readings_that_are_lost_doubled_misdated_or_wrong_are_said_by_operator() -> None:
    good, bad = Tally(served=9), Tally(served=9, lost=1, doubled=2, misdated=3, wrong=4, notes=("comune d-1: 5 of 1000 is not stored",))
    assert wrongs_of_readings({"citelum": good}, {"citelum": 0}) == []
    assert wrongs_of_readings({"comune": bad}, {"comune": 1}) == [
        "1 readings of comune are lost", "2 readings of comune are doubled", "3 readings of comune are misdated", "4 readings of comune are wrong",
        "comune d-1: 5 of 1000 is not stored",
    ]  # fmt: skip


def test_gaps_are_allowed_only_to_a_gateway_that_was_ended() -> None:
    tallies = {"citelum": Tally(served=9, in_gaps=2)}
    assert wrongs_of_readings(tallies, {"citelum": 1}) == []
    assert wrongs_of_readings(tallies, {"citelum": 0}) == ["2 readings of citelum are in gaps though its gateway was never ended"]


def test_an_operator_whose_devices_were_not_read_proves_nothing() -> None:
    assert wrongs_of_readings({"citelum": Tally()}, {"citelum": 0}) == ["no device of citelum was read"]


def test_a_long_wait_without_a_fault_is_wrong() -> None:
    assert wrongs_of_delays({"citelum": 4.9, "comune": 5.2}) == ["comune waited 5.2 s for a receipt without a fault"]
