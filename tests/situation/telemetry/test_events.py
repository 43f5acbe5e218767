"""The situations that follow from outages."""

from collections.abc import Iterable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.messages import AlarmText
from gateway.situation.event.content import Audience
from gateway.situation.event.document import DraftFeature
from gateway.situation.event.kinds import SeverityLevel, SituationKind, SituationState
from gateway.situation.lifecycle.actions import Cancel, End, Publish, Update
from gateway.situation.lifecycle.parties import Actor
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.lifecycle.transitions import Occasion, apply, publish
from gateway.situation.telemetry.cause import CauseFinder, causing_works
from gateway.situation.telemetry.condition import RaisedCondition
from gateway.situation.telemetry.events import TelemetryPlanner, TelemetryRule, TelemetryStep
from gateway.situation.telemetry.outages import outages
from tests.situation.examples import CITELUM, ROME, RULES, TOWN
from tests.situation.telemetry.examples import BESIDE_THE_WORKS, DIG_MS, IN_THE_WORKS, dark, digging

MINUTE_MS = 60_000
RULE = TelemetryRule(SituationKind.LIGHTING, audience=Audience(public=True))


class Room:
    """The situations of a small town, and what telemetry makes of them."""

    def __init__(self, works: Iterable[Situation] = ()) -> None:
        self.situations = {one.id: one for one in works}
        self.planner = TelemetryPlanner({"supply_outage": RULE, "flood": TelemetryRule(SituationKind.ENVIRONMENT, SeverityLevel.HIGH)})

    def step(self, minutes: float, *conditions: RaisedCondition) -> list[TelemetryStep]:
        """Do what is to be done so many minutes after the outage began, and return that."""
        now_ms = DIG_MS + round(minutes * MINUTE_MS)
        finder = CauseFinder([works for one in self.situations.values() if (works := causing_works(one, ROME)) is not None], frozenset())
        steps = self.planner.steps(outages(conditions, finder), self.situations.values(), now_ms)
        for owner, name, action in steps:
            occasion = Occasion(Actor(owner, "telemetry"), now_ms, RULES, TOWN)
            if isinstance(action, Publish):
                assert name not in self.situations
                self.situations[name] = publish(action, occasion)
            else:
                self.situations[name] = apply(self.situations[name], action, occasion)
        assert self.planner.steps(outages(conditions, finder), self.situations.values(), now_ms) == [], "once is enough"
        return steps

    def end_by_hand(self) -> None:
        (one,) = self.of_telemetry()
        self.situations[one.id] = apply(one, End(), Occasion(CITELUM, DIG_MS + 5 * MINUTE_MS, RULES, TOWN))

    def of_telemetry(self) -> list[Situation]:
        return [one for one in self.situations.values() if one.owner == "citelum"]


def test_an_outage_becomes_a_situation_of_its_operator_when_it_has_lasted_a_little() -> None:
    room = Room()
    assert room.step(1, dark("qe-041", BESIDE_THE_WORKS)) == []
    room.step(2, dark("qe-041", BESIDE_THE_WORKS))
    (one,) = room.of_telemetry()
    assert (one.state, one.owner, one.id) == (SituationState.ACTIVE, "citelum", f"supply-outage-qe-041-{DIG_MS // 1000}")
    assert one.content.headline.it == "Quadro senza alimentazione: qe-041"
    assert one.content.timing.actual_start == "2026-12-02T09:00:00.000Z"
    assert one.content.timing.start_verified
    assert one.geometry is not None
    assert one.geometry.coordinates == [BESIDE_THE_WORKS]
    assert one.content.related == []


def test_water_that_is_too_high_becomes_an_event_and_its_end() -> None:
    room = Room()
    wet = dark("sottopasso-3", BESIDE_THE_WORKS, alarm="flood")
    room.step(2, wet)
    (one,) = room.of_telemetry()
    assert (one.content.kind, one.content.severity, one.state) == (SituationKind.ENVIRONMENT, SeverityLevel.HIGH, SituationState.ACTIVE)
    room.step(30)
    room.step(36)
    (one,) = room.of_telemetry()
    assert (one.state, one.content.timing.end_verified) == (SituationState.ENDED, True)


def test_works_that_probably_caused_it_are_named() -> None:
    room = Room([digging()])
    room.step(2, dark("qe-041", IN_THE_WORKS))
    (one,) = room.of_telemetry()
    assert [(found.id, found.relation) for found in one.content.related] == [("scavo-1", "caused_by")]
    assert one.content.description is not None
    assert one.content.description.it == "Causa probabile: i lavori scavo-1."


def test_it_ends_when_its_outage_is_gone_for_a_while_and_goes_on_when_that_comes_back() -> None:
    room = Room()
    room.step(2, dark("qe-041", BESIDE_THE_WORKS))
    assert room.step(10) == []
    assert room.step(12, dark("qe-041", BESIDE_THE_WORKS, since_ms=DIG_MS + 11 * MINUTE_MS)) == []
    assert room.step(20) == []
    assert room.step(24) == []
    ((_, name, end),) = room.step(25)
    assert end == End("2026-12-02T09:20:00.000Z", verified=True)
    assert room.situations[name].state is SituationState.ENDED
    assert room.step(60) == []
    room.step(62, dark("qe-041", BESIDE_THE_WORKS, since_ms=DIG_MS + 60 * MINUTE_MS))
    assert len(room.of_telemetry()) == 2, "that is another outage"


def test_a_process_that_begins_anew_continues_with_the_situations_as_they_are() -> None:
    room = Room()
    room.step(2, dark("qe-041", BESIDE_THE_WORKS))
    room.planner = TelemetryPlanner({"supply_outage": RULE})
    assert room.step(3, dark("qe-041", BESIDE_THE_WORKS)) == []
    room.planner = TelemetryPlanner({"supply_outage": RULE})
    assert room.step(4) == []
    ((_, _, end),) = room.step(9)
    assert isinstance(end, End)


def test_assets_that_join_and_leave_update_it() -> None:
    near = (BESIDE_THE_WORKS[0] + 0.001, BESIDE_THE_WORKS[1])
    room = Room()
    room.step(2, dark("a", BESIDE_THE_WORKS))
    ((_, _, update),) = room.step(3, dark("a", BESIDE_THE_WORKS), dark("b", near, since_ms=DIG_MS + MINUTE_MS))
    assert isinstance(update, Update)
    assert room.of_telemetry()[0].content.headline.it == "Quadro senza alimentazione (2): a, b"
    room.step(30, dark("b", near, since_ms=DIG_MS + MINUTE_MS))
    (one,) = room.of_telemetry()
    assert one.content.impact is not None
    assert one.content.impact.assets == ["b"]
    assert one.version == 3


def test_two_situations_that_turn_out_to_be_one_become_one() -> None:
    room = Room()
    first, second = dark("a", IN_THE_WORKS), dark("b", IN_THE_WORKS, since_ms=DIG_MS + 30 * MINUTE_MS)
    room.step(2, first)
    room.step(33, first, second)
    assert len(room.of_telemetry()) == 2
    room.situations["scavo-1"] = digging()
    steps = room.step(34, first, second)
    assert [type(one.action) for one in steps] == [Update, Cancel]
    assert [one.state for one in room.of_telemetry()] == [SituationState.ACTIVE, SituationState.CANCELLED]


def test_what_a_person_has_ended_is_not_published_again_while_its_alarm_lasts() -> None:
    room = Room()
    room.step(2, dark("qe-041", BESIDE_THE_WORKS))
    room.end_by_hand()
    assert room.step(10, dark("qe-041", BESIDE_THE_WORKS)) == []
    room.step(40, dark("qe-041", BESIDE_THE_WORKS, since_ms=DIG_MS + 30 * MINUTE_MS))
    assert [one.state for one in room.of_telemetry()] == [SituationState.ENDED, SituationState.ACTIVE], "that is another outage"


def test_an_alarm_that_was_not_heard_of_for_a_while_goes_on_under_another_name() -> None:
    room = Room()
    for minutes in (2, 20):
        room.step(minutes, dark("qe-041", BESIDE_THE_WORKS))
        room.step(minutes + 1)
        room.step(minutes + 7)
    name = f"supply-outage-qe-041-{DIG_MS // 1000}"
    assert [(one.id, one.state) for one in room.of_telemetry()] == [(name, SituationState.ENDED), (f"{name}-2", SituationState.ENDED)]


def test_situations_that_were_one_become_two_again_when_the_works_are_over() -> None:
    room = Room()
    first, second = dark("a", IN_THE_WORKS), dark("b", IN_THE_WORKS, since_ms=DIG_MS + 30 * MINUTE_MS)
    room.step(2, first)
    room.step(33, first, second)
    room.situations["scavo-1"] = digging()
    room.step(34, first, second)
    del room.situations["scavo-1"]
    room.step(40, first, second)
    opened = [one.content.impact.assets for one in room.of_telemetry() if not one.state.over and one.content.impact]
    assert sorted(opened) == [["a"], ["b"]]


def test_alarms_without_a_rule_and_situations_of_others_are_left_alone() -> None:
    room = Room([digging()])
    assert room.step(5, dark("qe-041", IN_THE_WORKS, alarm="door_open")) == []
    assert room.situations["scavo-1"] == digging()


@pytest.mark.parametrize(
    ("kind", "part"),
    [("lighting", "lighting"), ("outage", "outage"), ("parking", "parking"), ("traffic", "traffic"), ("environment", None)],
)
def test_what_is_published_is_a_valid_event(kind: str, part: str | None) -> None:
    planner = TelemetryPlanner({"supply_outage": TelemetryRule(SituationKind(kind))})
    long_name = dark("q" * 63, BESIDE_THE_WORKS)._replace(title=AlarmText("x\n" * 200, "y\x1b[0m" * 200))
    ((_, _, action),) = planner.steps(outages([long_name], CauseFinder([], frozenset())), [], DIG_MS + 5 * MINUTE_MS)
    assert isinstance(action, Publish)
    document = {"type": "Feature", "id": action.id, "geometry": action.geometry, "properties": action.content}
    msgspec.convert(msgspec.json.decode(msgspec.json.encode(document)), DraftFeature)
    if part is not None:
        assert getattr(action.content, part) is not None


@given(st.lists(st.lists(st.integers(0, 5), unique=True, max_size=6), min_size=1, max_size=12))
def test_whatever_fails_and_recovers_each_dark_asset_is_in_one_open_situation(steps: list[list[int]]) -> None:
    room = Room()
    since: dict[int, int] = {}
    minutes = 0
    for dark_ones in steps:
        since = {one: since.get(one, DIG_MS + minutes * MINUTE_MS) for one in dark_ones}
        conditions = [dark(f"qe-{one}", (11.1 + one * 0.001, 43.9), since_ms=at_ms) for one, at_ms in since.items()]
        for _ in range(8):
            minutes += 1
            room.step(minutes, *conditions)
        held = [asset for one in room.of_telemetry() if not one.state.over and one.content.impact for asset in one.content.impact.assets]
        assert sorted(held) == sorted(f"qe-{one}" for one in dark_ones)
