"""Which works suppress alarms of the centre."""

from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from gateway.model.messages import RoomWorks
from gateway.model.site.assets import AssetSettings
from gateway.situation.event.document import Acknowledgement
from gateway.situation.event.kinds import SituationState
from gateway.situation.lifecycle.parties import Organisation, Parties
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.telemetry.affected import AssetMap
from gateway.situation.telemetry.suppression import suppressing_works
from tests.situation.telemetry.examples import IN_THE_WORKS, digging

ROME = ZoneInfo("Europe/Rome")
ASSETS = AssetMap({"qe-1": AssetSettings(lon=IN_THE_WORKS[0], lat=IN_THE_WORKS[1])})
PARTIES = Parties({name: Organisation(name, name, name == "comune") for name in ("comune", "publiacqua", "citelum", "cap")})


def found(situation: Situation) -> RoomWorks | None:
    return suppressing_works(situation, ASSETS, ROME, PARTIES)


def begun(planned_end: str | None = "2026-12-04", *, verified: bool = True, **changes: Any) -> Situation:
    situation = digging(**changes)
    timing = replace(situation.content.timing, planned_end=planned_end, start_verified=verified)
    return replace(situation, content=replace(situation.content, timing=timing))


def test_active_works_suppress_from_their_start_until_their_planned_end() -> None:
    works = found(begun(audience={"public": True}))
    assert works == RoomWorks("scavo-1", "2026-12-01T06:30:00.000Z", "2026-12-04T23:00:00.000Z", ["qe-1"])


def test_works_whose_start_nobody_saw_suppress_from_their_first_hours_of_work() -> None:
    at_midnight = begun(verified=False)
    timing = replace(at_midnight.content.timing, actual_start="2026-11-30T23:00:00Z")
    works = found(replace(at_midnight, content=replace(at_midnight.content, timing=timing)))
    assert works is not None
    assert works.begins == "2026-12-01T06:00:00.000Z"


def test_works_without_a_planned_end_suppress_for_a_day() -> None:
    works = found(begun(planned_end=None))
    assert works is not None
    assert works.ends == "2026-12-02T06:30:00.000Z"


def test_works_that_are_not_public_have_no_name_and_suppress_alarms_of_those_who_may_see_them() -> None:
    works = found(begun())
    assert works is not None
    assert (works.name, works.operators) == ("roadworks", ["citelum", "comune", "publiacqua"])


@pytest.mark.parametrize("state", [one for one in SituationState if one is not SituationState.ACTIVE])
def test_works_that_are_not_active_suppress_nothing(state: SituationState) -> None:
    assert found(digging(state=state)) is None
    assert found(replace(begun(), state=state)) is None


def test_immediate_works_suppress_once_an_authority_has_accepted_them() -> None:
    immediate = begun(roadworks={"category": "immediate_emergency", "excavation": {}})
    assert found(immediate) is None
    assert found(answered(immediate, "comune", "seen")) is None
    assert found(answered(immediate, "cap", "accepted")) is None
    assert found(answered(immediate, "comune", "accepted")) is not None
    assert found(replace(immediate, owner="comune")) is not None, "nobody has to accept what an authority does"


def answered(situation: Situation, organisation: str, answer: Literal["seen", "accepted", "objected"]) -> Situation:
    given = Acknowledgement(organisation=organisation, answer=answer, version=situation.version, time="2026-12-01T08:00:00Z")
    return replace(situation, acknowledgements=(given,))


def test_works_that_overrun_suppress_nothing() -> None:
    assert found(replace(begun(), overdue="end")) is None


def test_works_that_do_not_dig_suppress_only_what_they_name() -> None:
    assert found(begun(roadworks={"category": "standard"})) is None
    works = found(begun(roadworks={"category": "standard"}, impact={"assets": ["qe-9"]}))
    assert works is not None
    assert works.assets == ["qe-9"]


def test_exercises_and_works_that_affect_no_asset_suppress_nothing() -> None:
    assert found(begun(information_status="technicalExercise")) is None
    assert suppressing_works(begun(), AssetMap({}), ROME, PARTIES) is None
