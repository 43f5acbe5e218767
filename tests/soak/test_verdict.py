"""The verdict about a soak."""

import random

import pytest

from tests.soak.ledger import Tally
from tests.soak.observer import BrokerHolds
from tests.soak.schedule import PAUSE_S
from tests.soak.verdict import Calm, ProcessReport, Run, report, wrongs_of_broker, wrongs_of_delays, wrongs_of_process, wrongs_of_readings

TOTAL_S = 1800.0

_PAUSES_S = 120
"""From one pause to the next."""


def run(
    kib_per_min: float = 0.0,
    descriptors_per_min: float = 0.0,
    *,
    name: str = "worker-1",
    run_s: float = TOTAL_S,
    limit_mib: float | None = 200.0,
) -> Run:
    samples = [
        Calm(t_s // _PAUSES_S, float(t_s), 80_000 + kib_per_min * t_s / 60 + t_s % 7, 20 + descriptors_per_min * t_s / 60 + (t_s % 3 == 0))
        for t_s in range(int(run_s))
        if t_s % _PAUSES_S < PAUSE_S
    ]
    return Run(name, name.partition("-")[0], samples, run_s, 90.0, ["states"], limit_mib, ended=0, restarts=0)


def wrongs(one: Run) -> list[str]:
    return wrongs_of_process(report(one, TOTAL_S), judged=True)


def test_a_process_that_does_not_grow_is_flat() -> None:
    found = report(run(), TOTAL_S)
    assert (found.memory, found.descriptor_growth) == ("flat", "flat")
    assert found.held_mib == pytest.approx(78.1, abs=0.1)
    assert wrongs(run()) == []


def test_memory_that_would_reach_its_limit_within_a_day_grows() -> None:
    assert wrongs(run(kib_per_min=80.0)) == []
    (said,) = wrongs(run(kib_per_min=90.0))
    assert said.startswith("the memory of worker-1 grows: +90")
    assert said.endswith("; the bound is 85.4")
    assert wrongs(run(kib_per_min=90.0, limit_mib=300.0)) == []


def test_a_longer_soak_shows_slower_growth() -> None:
    slow = run(kib_per_min=25.0, run_s=12_600.0)
    assert report(slow, 3600.0).memory == "flat"
    assert report(slow, 12_600.0).memory == "grows"


def in_steps(until_min: int, *, minutes: int = 60, step_kib: float = 4000.0) -> Run:
    """Return a run whose memory grows in a step every five minutes, until a minute."""
    found = run(run_s=60.0 * minutes)
    found.samples = [one._replace(held_kib=80_000 + step_kib * (min(one.t_s / 60, until_min) // 5) + one.t_s % 7) for one in found.samples]
    return found


def test_memory_that_grew_in_steps_and_has_settled_is_flat() -> None:
    found = report(in_steps(40), 3600.0)
    assert (found.memory, found.judged_from_min) == ("flat", 42.4)
    assert found.held_mib == pytest.approx((80_000 + 8 * 4000) / 1024, abs=0.1)


def test_memory_that_goes_on_growing_in_steps_is_not_flat() -> None:
    assert report(in_steps(60), 3600.0).memory == "grows"
    assert report(in_steps(50), 3600.0).memory != "flat"


def test_some_minutes_after_a_step_do_not_show_that_memory_has_settled() -> None:
    assert report(in_steps(20, minutes=30), 1800.0).memory != "flat"


@pytest.mark.parametrize(("name", "fits", "grows"), [("broker", 290.0, 320.0), ("store", 650.0, 720.0)])
def test_the_broker_and_the_store_are_judged_too(name: str, fits: float, grows: float) -> None:
    assert wrongs(run(kib_per_min=fits, name=name, limit_mib=None)) == []
    assert wrongs(run(kib_per_min=grows, name=name, limit_mib=None)) != []
    assert wrongs(run(descriptors_per_min=0.5, name=name, limit_mib=None)) != []


def test_a_descriptor_every_five_minutes_is_a_leak() -> None:
    (said,) = wrongs(run(descriptors_per_min=0.2))
    assert said.startswith("the number of descriptors of worker-1 grows: +0.2 a minute")


def test_memory_that_is_too_noisy_is_not_called_flat() -> None:
    noisy, chance = run(), random.Random(1)
    by_pause = [chance.gauss(0, 8_000) for _ in range(31)]
    noisy.samples = [one._replace(held_kib=one.held_kib + by_pause[one.pause]) for one in noisy.samples]
    (said,) = wrongs(noisy)
    assert said.startswith("it is not shown that the memory of worker-1 is flat: ")


def test_what_a_process_allocates_while_it_warms_up_is_no_growth() -> None:
    warm = run()
    warm.samples = [one._replace(held_kib=min(one.held_kib, 120 * one.t_s)) for one in warm.samples]
    assert report(warm, TOTAL_S).memory == "flat"


def test_a_process_whose_last_run_was_short_is_not_shown_to_be_flat() -> None:
    short = run(run_s=900.0, name="worker-2")
    assert report(short, TOTAL_S).memory == "not shown"
    assert wrongs(short) == ["it is not shown that worker-2 does not grow: its last run of 15.0 min is too short, or had too few pauses"]


def test_a_restart_of_its_own_and_too_much_memory_are_wrong_however_short_the_soak() -> None:
    found = ProcessReport(
        "page", "page", ended_by_faults=3, restarts=1, run_min=0.3, peak_mib=250.0, peak_during=["states"], limit_mib=200.0, held_mib=90.0
    )
    assert wrongs_of_process(found, judged=False) == [
        "page ended 1 times by itself",
        "page reached 250 MiB during states; the limit is 200",
    ]


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


def test_sessions_that_are_left_behind_and_messages_that_wait_for_nobody_are_wrong() -> None:
    assert wrongs_of_broker(BrokerHolds(messages=900, retained=850, sessions=0)) == []
    assert wrongs_of_broker(BrokerHolds(messages=9_000, retained=850, sessions=2)) == [
        "the broker holds 2 sessions of clients that are gone",
        "the broker holds 8150 messages that wait for somebody",
    ]
