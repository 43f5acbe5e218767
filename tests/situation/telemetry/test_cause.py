"""Which works have probably caused an outage."""

from typing import Any

import pytest
from msgspec.structs import replace

from gateway.model.instants import ms_of_iso
from gateway.situation.event.kinds import SituationState
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.telemetry.cause import CauseFinder, causing_works
from gateway.situation.telemetry.condition import RaisedCondition
from tests.situation.examples import ROME
from tests.situation.telemetry.examples import BESIDE_THE_WORKS, IN_THE_WORKS, dark, digging


def causes(condition: RaisedCondition, *situations: Situation) -> list[tuple[str, str]]:
    works = [found for one in situations if (found := causing_works(one, ROME)) is not None]
    return [(one.works, one.grounds) for one in CauseFinder(works, frozenset({"panel_outage"})).causes_of(condition)]


def at(local: str) -> int:
    return ms_of_iso(f"2026-12-{local}:00+01:00")


def test_works_that_are_dug_at_the_place_are_the_cause() -> None:
    assert causes(dark("qe-041", IN_THE_WORKS), digging()) == [("scavo-1", "place")]


def test_works_elsewhere_are_not_even_if_a_pole_is_unknown() -> None:
    assert causes(dark("qe-041", BESIDE_THE_WORKS), digging()) == []
    assert causes(dark("qe-041"), digging()) == []


def test_a_panel_is_where_its_poles_are_too() -> None:
    assert causes(dark("qe-041", BESIDE_THE_WORKS, IN_THE_WORKS), digging()) == [("scavo-1", "place")]


def test_works_that_name_an_asset_are_the_cause_wherever_it_is() -> None:
    named = digging(impact={"assets": ["qe-041"]}, roadworks={"category": "standard"})
    assert causes(dark("qe-041"), named) == [("scavo-1", "asset")]
    assert causes(dark("qe-042", IN_THE_WORKS), named) != [("scavo-1", "asset")]


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "closure", "roadworks": None},
        {"roadworks": {"category": "standard"}},
        {"information_status": "technicalExercise"},
    ],
    ids=["no works", "nothing is dug", "an exercise"],
)
def test_what_can_not_cut_a_cable_is_no_cause(changes: dict[str, Any]) -> None:
    assert causes(dark("qe-041", IN_THE_WORKS), digging(**{key: value for key, value in changes.items() if value is not None})) == []


@pytest.mark.parametrize(
    ("state", "found"),
    [(SituationState.CONFIRMED, True), (SituationState.PLANNED, True), (SituationState.PROPOSED, False), (SituationState.CANCELLED, False)],
)
def test_works_whose_start_nobody_reported_begin_as_agreed(state: SituationState, *, found: bool) -> None:
    assert bool(causes(dark("qe-041", IN_THE_WORKS), digging(state=state))) is found


@pytest.mark.parametrize(
    ("local", "found"),
    [
        ("01T09:00", True),
        ("01T06:00", False),
        ("02T21:00", False),
        ("02T18:05", True),
        ("04T17:00", True),
        ("05T10:00", False),
        ("06T10:00", False),
    ],
)
def test_an_outage_begins_while_the_works_are_dug(local: str, *, found: bool) -> None:
    assert bool(causes(dark("qe-041", IN_THE_WORKS, since_ms=at(local)), digging())) is found


def test_works_that_overrun_are_dug_after_their_end_and_ended_ones_are_not() -> None:
    later = dark("qe-041", IN_THE_WORKS, since_ms=at("09T10:00"))
    assert causes(later, replace(digging(), overdue="end")) == [("scavo-1", "place")]
    works = digging()
    ended = replace(works, content=replace(works.content, timing=replace(works.content.timing, actual_end="2026-12-02T09:00:00+01:00")))
    assert causes(dark("qe-041", IN_THE_WORKS), ended) == []


def test_immediate_works_and_those_with_hours_of_their_own_are_dug_at_night() -> None:
    night = dark("qe-041", IN_THE_WORKS, since_ms=at("02T23:00"))
    assert causes(night, digging(roadworks={"category": "immediate_emergency", "excavation": {}})) == [("scavo-1", "place")]
    timing = {"planned_start": "2026-12-01", "planned_end": "2026-12-04", "recurrence": [{"begin": "22:00", "end": "05:00"}]}
    assert causes(night, digging(timing=timing)) == [("scavo-1", "place")]
    assert causes(dark("qe-041", IN_THE_WORKS), digging(timing=timing)) == []


def test_a_panel_that_is_dark_at_dusk_may_have_failed_during_the_day() -> None:
    dusk = dark("qe-041", IN_THE_WORKS, since_ms=at("02T17:05"), alarm="panel_outage")
    morning = {"planned_start": "2026-12-02T08:00:00+01:00", "planned_end": "2026-12-02T09:00:00+01:00"}
    assert causes(dusk, digging(state=SituationState.CONFIRMED, timing=morning)) == [("scavo-1", "place")]
    assert causes(dusk._replace(alarm="supply_outage"), digging(state=SituationState.CONFIRMED, timing=morning)) == []
    assert causes(dusk._replace(since_ms=at("02T21:00")), digging(state=SituationState.CONFIRMED, timing=morning)) == [], (
        "it burned until then"
    )
