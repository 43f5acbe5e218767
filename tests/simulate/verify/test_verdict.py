"""The comparison of store and log: it must find whatever is wrong."""

import msgspec
import pytest

from gateway.simulate.street.served_log import Fate, Served, ServedResponse
from gateway.simulate.verify.verdict import Key, StoredReading, compare

KEY = Key("qe-1", "lighting_meter")


def answer(t_ms: int, fate: Fate = "delivered", **values: float | bool | str) -> ServedResponse:
    return ServedResponse(t_ms, "d", fate, [Served("qe-1", "lighting_meter", field, value) for field, value in values.items()])


SERVED = [
    answer(1000, a=1.5),
    answer(1010, b=2),
    answer(2000, a=1.6),
    answer(2010, "noise", b=3),
    answer(3000, "silent", a=1.7),
    answer(4000, a=1.8),
    answer(4010, b=4),
]
STORED = [StoredReading(1020, {"a": 1.5, "b": 2}), StoredReading(2020, {"a": 1.6}), StoredReading(4020, {"a": 1.8, "b": 4})]


def test_what_is_stored_as_it_was_served_is_good() -> None:
    verdict = compare(SERVED, {KEY: STORED})
    assert verdict.good
    assert (verdict.taken, verdict.stored, verdict.devices, verdict.measurements) == (3, 3, 1, 1)


@pytest.mark.parametrize(
    ("stored", "lost", "duplicated", "wrong"),
    [
        (STORED[1:], 1, 0, 0),
        ([*STORED, StoredReading(4021, {"a": 1.8, "b": 4})], 0, 1, 0),
        ([StoredReading(500, {"a": 1.5}), *STORED], 0, 1, 0),
        ([STORED[0]._replace(values={"a": 1.5000001, "b": 2}), *STORED[1:]], 0, 0, 1),
        ([STORED[0]._replace(values={"a": 1.5}), *STORED[1:]], 0, 0, 1),
        ([STORED[0], STORED[1]._replace(values={"a": 1.6, "b": 3}), STORED[2]], 0, 0, 1),
        ([*STORED, StoredReading(3020, {"a": 1.7})], 0, 0, 1),
        ([STORED[0]._replace(values={"a": 1.5, "b": 2, "c": 9}), *STORED[1:]], 0, 0, 1),
        ([STORED[0], STORED[1]._replace(t_ms=1900), STORED[2]], 1, 1, 0),
        ([], 3, 0, 0),
    ],
    ids=[
        "lost",
        "twice",
        "before anything",
        "a digit",
        "a field lost",
        "a spoilt field",
        "a spoilt poll",
        "a field too many",
        "misdated",
        "nothing",
    ],
)
def test_whatever_is_wrong_is_found(stored: list[StoredReading], lost: int, duplicated: int, wrong: int) -> None:
    verdict = compare(SERVED, {KEY: stored})
    assert not verdict.good
    assert (verdict.lost, verdict.duplicated, verdict.wrong_values) == (lost, duplicated, wrong)
    assert verdict.notes


def test_a_row_of_an_asset_that_nobody_served_is_found() -> None:
    assert not compare(SERVED, {KEY: STORED, Key("qe-2", "lighting_meter"): [StoredReading(1, {"a": 1})]}).good


LATE = [*SERVED, answer(5000, "late", a=1.9), answer(6000, a=2.0), answer(6010, "late", b=5)]
"""The second of two polls with a late response returned the other value in time."""


@pytest.mark.parametrize(
    ("stored", "lost", "wrong"),
    [
        ([StoredReading(6020, {"a": 2.0})], 0, 0),
        ([StoredReading(5020, {"a": 1.9}), StoredReading(6020, {"a": 2.0, "b": 5})], 0, 0),
        ([StoredReading(5020, {"a": 1.8}), StoredReading(6020, {"a": 2.0})], 0, 1),
        ([StoredReading(6020, {"b": 5})], 0, 1),
        ([StoredReading(5020, {"a": 1.9})], 1, 0),
    ],
    ids=["missing", "stored", "stored with another value", "without the value that was in time", "the other poll is lost"],
)
def test_late_responses_may_be_missing_and_must_be_right_if_they_are_stored(stored: list[StoredReading], lost: int, wrong: int) -> None:
    verdict = compare(LATE, {KEY: [*STORED, *stored]})
    assert (verdict.lost, verdict.duplicated, verdict.wrong_values, verdict.late) == (lost, 0, wrong, 2)


def test_nothing_served_is_not_good() -> None:
    assert not compare([], {}).good


def radar(t_ms: int, count: int = 0, speed: float | None = None) -> ServedResponse:
    field, value = ("vehicle_count_total", count) if speed is None else ("average_speed", speed)
    return ServedResponse(t_ms, "r", "delivered", [Served("ic-1", "traffic", field, value)], streamed=speed is not None)


LINES = [
    radar(1000, count=0),
    radar(2000, speed=50.0),
    radar(3000, speed=60.0),
    radar(4000, count=2),
    radar(5000, speed=70.0),
    radar(7000, count=3),
]
ROWS = [StoredReading(1010, {"vehicle_count_total": 0}), StoredReading(4010, {"vehicle_count_total": 2, "average_speed": 55.0}),
        StoredReading(7010, {"vehicle_count_total": 3, "average_speed": 70.0})]  # fmt: skip


def test_means_are_held_to_every_line_that_came() -> None:
    assert compare(LINES, {Key("ic-1", "traffic"): ROWS}).good


@pytest.mark.parametrize("mean", [54.0, 50.0, None])
def test_a_mean_that_misses_a_line_is_found(mean: float | None) -> None:
    values = {"vehicle_count_total": 2} | ({} if mean is None else {"average_speed": mean})
    assert not compare(LINES, {Key("ic-1", "traffic"): [ROWS[0], ROWS[1]._replace(values=values), ROWS[2]]}).good


def test_means_around_a_line_that_was_sent_late_may_lack_it() -> None:
    late = [LINES[0], msgspec.structs.replace(LINES[1], fate="late"), *LINES[2:]]
    without = ROWS[1]._replace(values={"vehicle_count_total": 2, "average_speed": 60.0})
    assert compare(late, {Key("ic-1", "traffic"): [ROWS[0], without, ROWS[2]]}).good
    assert not compare(LINES, {Key("ic-1", "traffic"): [ROWS[0], without, ROWS[2]]}).good
    much_later = [*late, radar(20_000, count=4), radar(21_000, speed=80.0), radar(22_000, count=5)]
    rows = [
        *ROWS,
        StoredReading(20_010, {"vehicle_count_total": 4}),
        StoredReading(22_010, {"vehicle_count_total": 5, "average_speed": 81.0}),
    ]
    assert compare(much_later, {Key("ic-1", "traffic"): rows}).wrong_values == 1


def test_a_line_near_a_row_may_be_on_either_side_but_on_one() -> None:
    lines = [*LINES[:3], radar(3900, speed=100.0), *LINES[3:]]
    after = ROWS[2]._replace(values={"vehicle_count_total": 3, "average_speed": 85.0})
    before = ROWS[1]._replace(values={"vehicle_count_total": 2, "average_speed": 70.0})
    assert compare(lines, {Key("ic-1", "traffic"): [ROWS[0], ROWS[1], after]}).good
    assert compare(lines, {Key("ic-1", "traffic"): [ROWS[0], before, ROWS[2]]}).good
    assert not compare(lines, {Key("ic-1", "traffic"): [ROWS[0], before, after]}).good
    assert not compare(lines, {Key("ic-1", "traffic"): ROWS}).good


QUARTER_MS = 900_000
T0_MS = 1000 * QUARTER_MS
METER = Key("qe-1", "lighting_meter")
REGISTERS = [ServedResponse(T0_MS + quarter * QUARTER_MS + late_ms, "d", "delivered", [Served("qe-1", "lighting_meter", "active_energy", energy)])
             for quarter, late_ms, energy in ((0, 3000, 1000.0), (0, 400_000, 1400.0), (1, 5000, 1900.0))]  # fmt: skip
READINGS = [StoredReading(answer.t_ms + 10, {"active_energy": answer.values[0].value}) for answer in REGISTERS]


@pytest.mark.parametrize(
    ("t_ms", "energy", "good"),
    [
        (T0_MS + QUARTER_MS, 900.0, True),
        (T0_MS + QUARTER_MS, 901.0, False),
        (T0_MS, 900.0, False),
        (T0_MS + QUARTER_MS + 1, 900.0, False),
    ],
)
def test_the_energy_of_a_quarter_hour_is_held_to_the_registers_that_were_served(t_ms: int, energy: float, *, good: bool) -> None:
    verdict = compare(REGISTERS, {METER: [*READINGS, StoredReading(t_ms, {"active_energy_interval": energy})]})
    assert (verdict.good, verdict.stored) == (good, 3)


def lamp(t_ms: int, *, failed: bool) -> ServedResponse:
    return ServedResponse(t_ms, "l", "delivered", [Served("pl-1", "lamp", "lamp_failure", failed)])


LAMP = [lamp(1000, failed=False), lamp(2000, failed=True), lamp(3000, failed=True), lamp(4000, failed=False)]
LIT = [StoredReading(answer.t_ms + 5, {"lamp_failure": answer.values[0].value}) for answer in LAMP]


def event(t_ms: int, *, active: bool, kind: str = "lamp_failed") -> StoredReading:
    return StoredReading(t_ms, {"kind": kind, "active": active, "text": "lamp failed", "text_it": "lampada guasta"})


@pytest.mark.parametrize(
    ("events", "good"),
    [
        ([event(2005, active=True), event(4005, active=False)], True),
        ([event(2005, active=True), event(3005, active=True), event(4005, active=False)], True),
        ([event(2005, active=True)], False),
        ([event(2005, active=True), event(4005, active=False), event(4006, active=True)], False),
        ([event(2005, active=True), event(4005, active=False), event(4006, active=True, kind="fire")], False),
        ([], False),
    ],
    ids=["as it was", "said again by a gateway that was killed", "its end is missing", "one too many", "of another kind", "none"],
)
def test_the_events_of_a_lamp_are_held_to_what_was_served_of_it(events: list[StoredReading], *, good: bool) -> None:
    assert compare(LAMP, {Key("pl-1", "lamp"): LIT, Key("pl-1", "event"): events}).good is good


def test_a_poll_whose_first_request_is_not_in_the_log_is_not_joined_with_the_next_one() -> None:
    """On a busy machine, requests may reach the simulator mangled; seen once, after a silence, with a poll of two requests every 15 minutes."""
    served = [answer(1000, b=2), answer(144_000, a=1.5), answer(144_010, b=2)]
    verdict = compare(served, {KEY: [StoredReading(1020, {"b": 2}), StoredReading(144_020, {"a": 1.5, "b": 2})]})
    assert verdict.good, verdict.notes
    verdict = compare(served, {KEY: [StoredReading(144_020, {"a": 1.5, "b": 2})]})
    assert (verdict.lost, verdict.wrong_values) == (1, 0)
