"""Which conditions are one event."""

import time

from gateway.situation.telemetry.cause import CauseFinder, causing_works
from gateway.situation.telemetry.condition import RaisedCondition
from gateway.situation.telemetry.outages import TelemetryOutage, outages
from tests.situation.examples import ROME
from tests.situation.telemetry.examples import BESIDE_THE_WORKS, DIG_MS, IN_THE_WORKS, dark, digging

MINUTE_MS = 60_000


def found(*conditions: RaisedCondition, digs: bool = True) -> list[TelemetryOutage]:
    works = causing_works(digging(), ROME)
    assert works is not None
    return outages(conditions, CauseFinder([works] if digs else [], frozenset({"panel_outage"})))


def names(events: list[TelemetryOutage]) -> list[list[str]]:
    return [one.assets for one in events]


def test_twenty_panels_that_works_have_cut_are_one_event() -> None:
    conditions = [dark(f"qe-{number:03d}", (11.0955 + number * 0.002, 43.8802), since_ms=DIG_MS + number * 1000) for number in range(5)]
    later = dark("qe-020", IN_THE_WORKS, since_ms=DIG_MS + 90 * MINUTE_MS)
    (event,) = found(*conditions, later)
    assert event.cause is not None
    assert event.cause.works == "scavo-1"
    assert event.assets == ["qe-000", "qe-001", "qe-002", "qe-003", "qe-004", "qe-020"]
    assert event.since_ms == DIG_MS


def test_a_district_without_supply_is_one_event_that_the_works_in_it_have_not_caused() -> None:
    district = [dark(f"qe-{number:03d}", (11.0955 + number * 0.002, 43.8802)) for number in range(12)]
    (event,) = found(*district)
    assert event.cause is None
    assert len(event.conditions) == 12


def test_neighbours_that_fail_at_different_times_are_different_events() -> None:
    near = (BESIDE_THE_WORKS[0] + 0.001, BESIDE_THE_WORKS[1])
    assert names(found(dark("a", BESIDE_THE_WORKS), dark("b", near, since_ms=DIG_MS + 10 * MINUTE_MS))) == [["a"], ["b"]]
    assert names(found(dark("a", BESIDE_THE_WORKS), dark("b", near, since_ms=DIG_MS + 2 * MINUTE_MS))) == [["a", "b"]]


def test_what_is_far_apart_of_another_kind_or_operator_or_nowhere_is_another_event() -> None:
    far = (BESIDE_THE_WORKS[0] + 0.01, BESIDE_THE_WORKS[1])
    events = found(
        dark("a", BESIDE_THE_WORKS),
        dark("b", far),
        dark("c", BESIDE_THE_WORKS, alarm="door_open"),
        dark("d", BESIDE_THE_WORKS, operator="enel"),
        dark("e"),
        dark("f"),
    )
    assert sorted(names(events)) == [["a"], ["b"], ["c"], ["d"], ["e"], ["f"]]


def test_a_black_out_of_a_whole_town_is_grouped_quickly() -> None:
    town = [dark(f"qe-{x}-{y}", (11.0 + x * 0.003, 43.8 + y * 0.002)) for x in range(40) for y in range(40)]
    begun_s = time.process_time()
    (event,) = found(*town, digs=False)
    assert len(event.conditions) == 1600
    assert time.process_time() - begun_s < 20, "each is compared with its neighbours alone"
