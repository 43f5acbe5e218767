"""What actions make of situations."""

import contextlib
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gateway.model.instants import iso_utc, ms_of_iso
from gateway.situation.audience import seen_by
from gateway.situation.event.kinds import SituationState
from gateway.situation.event.timing import timing_errors
from gateway.situation.lifecycle.actions import (
    AcceptBySilence,
    Acknowledge,
    AddComment,
    Begin,
    Cancel,
    Confirm,
    End,
    Overrun,
    PassStart,
    Publish,
    SituationAction,
    TakeBack,
    Update,
)
from gateway.situation.lifecycle.due import next_action
from gateway.situation.lifecycle.parties import THE_ROOM, Actor
from gateway.situation.lifecycle.permissions import ActionRefused, NotYours, StaleVersion
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.lifecycle.transitions import MOST_COMMENTS, apply, publish
from tests.situation.examples import (
    CAP,
    CITELUM,
    COMUNE,
    NOW_MS,
    PUBLIACQUA,
    RULES,
    TOWN,
    VIA_ROMA,
    accident,
    done,
    occasion,
    published,
    works,
)

S = SituationState
PLANNED = done(published(works()), (COMUNE, Acknowledge("accepted", 1)))
CONFIRMED = done(PLANNED, (PUBLIACQUA, Confirm()))
ACTIVE = done(CONFIRMED, (PUBLIACQUA, Begin(None, verified=True)))


def updated(situation: Situation, **changes: Any) -> Situation:
    return done(situation, (PUBLIACQUA, Update(content=works(**changes), geometry=VIA_ROMA, version=situation.version)))


def test_works_are_proposed_accepted_confirmed_begun_and_ended() -> None:
    ended = done(ACTIVE, (PUBLIACQUA, End(None, verified=True)))
    assert [one.state for one in (published(works()), PLANNED, CONFIRMED, ACTIVE, ended)] == [
        S.PROPOSED,
        S.PLANNED,
        S.CONFIRMED,
        S.ACTIVE,
        S.ENDED,
    ]
    assert [one.version for one in (PLANNED, CONFIRMED, ACTIVE, ended)] == [2, 3, 4, 5]
    times = ended.content.timing
    assert times.start_verified
    assert times.end_verified
    assert list(timing_errors(times)) == []


def test_an_accident_is_active_at_once_and_announced_events_of_authorities_are_planned() -> None:
    assert published(accident()).state is S.ACTIVE
    assert published(accident()).content.timing.actual_start == iso_utc(NOW_MS)
    assert published(works(), COMUNE).state is S.PLANNED


def test_immediate_works_do_not_wait_for_an_answer() -> None:
    assert published(works(roadworks={"category": "immediate_emergency"}), state=S.ACTIVE).state is S.ACTIVE
    with pytest.raises(ActionRefused, match="an authority answers this first"):
        published(works(), state=S.ACTIVE)


def test_reported_times_of_what_has_not_begun_are_not_believed() -> None:
    said = works(timing={"planned_start": "2026-12-01", "actual_start": "2026-12-01T08:00:00Z", "start_verified": True})
    assert published(said).content.timing.actual_start is None


@pytest.mark.parametrize("state", [S.ENDED, S.CANCELLED])
def test_nothing_begins_as_over(state: SituationState) -> None:
    with pytest.raises(ActionRefused, match="a new event can't be"):
        published(accident(), state=state)


def test_what_is_past_is_not_planned() -> None:
    with pytest.raises(ActionRefused, match="its planned end has passed"):
        published(works(timing={"planned_start": "2026-10-01", "planned_end": "2026-10-04"}))


@pytest.mark.parametrize("actor", [CAP, Actor("nobody"), THE_ROOM])
def test_an_organisation_publishes_only_what_it_may(actor: Actor) -> None:
    with pytest.raises(NotYours):
        published(accident(), actor)


def test_a_name_is_used_once() -> None:
    with pytest.raises(ActionRefused, match="exists already"):
        done(PLANNED, (PUBLIACQUA, Publish(id="scavo-1", content=works(), geometry=None)))


def test_everybody_who_is_asked_must_accept() -> None:
    assert done(published(works()), (CITELUM, Acknowledge("accepted", 1))).state is S.PROPOSED
    assert done(published(works()), (COMUNE, Acknowledge("seen", 1))).state is S.PROPOSED


def test_the_newest_answer_of_an_organisation_counts() -> None:
    objected = done(published(works()), (COMUNE, Acknowledge("objected", 1, "mercato")))
    assert objected.answer_of("comune") == "objected"
    accepted = done(objected, (COMUNE, Acknowledge("accepted", 1)))
    assert (accepted.state, len(accepted.acknowledgements)) == (S.PLANNED, 1)


def test_an_objection_has_its_reason() -> None:
    with pytest.raises(ActionRefused, match="needs its reason"):
        done(published(works()), (COMUNE, Acknowledge("objected", 1)))


def test_nobody_answers_or_changes_a_version_that_he_has_not_seen() -> None:
    later = updated(published(works()), severity="high")
    with pytest.raises(StaleVersion):
        done(later, (COMUNE, Acknowledge("accepted", 1)))
    with pytest.raises(StaleVersion):
        done(later, (PUBLIACQUA, Update(content=works(), geometry=VIA_ROMA, version=1)))


@pytest.mark.parametrize(
    "changes",
    [
        {"timing": {"planned_start": "2026-12-02", "planned_end": "2026-12-05"}},
        {"location": {"street_refs": [{"name": "VIA MILANO", "key": "1"}]}},
        {"roadworks": {"category": "standard", "excavation": {"area_m2": 200}}},
        {"impact": {"control": "road_closure"}},
    ],
)
def test_what_an_authority_has_agreed_to_is_asked_again_when_it_changes(changes: dict[str, Any]) -> None:
    assert updated(CONFIRMED, **changes).state is S.PROPOSED


def test_a_better_text_asks_nobody_again_and_no_change_is_no_version() -> None:
    assert updated(CONFIRMED, headline={"it": "Nuovo allacciamento"}).state is S.CONFIRMED
    assert updated(CONFIRMED) is CONFIRMED


def test_the_kind_of_an_event_stays() -> None:
    with pytest.raises(ActionRefused, match="the kind of an event can't change"):
        done(PLANNED, (PUBLIACQUA, Update(content=accident(), geometry=None, version=2)))


def test_works_that_overrun_get_a_new_end_and_go_on() -> None:
    overrun = apply(ACTIVE, Overrun(), occasion(THE_ROOM, ms_of_iso("2026-12-05T00:00:00+01:00")))
    assert overrun.overrunning
    extended = updated(overrun, timing={"planned_start": "2026-12-01", "planned_end": "2026-12-11"})
    assert (extended.state, extended.overrunning) == (S.ACTIVE, False)
    assert extended.content.timing.actual_start == ACTIVE.content.timing.actual_start


def test_a_proposal_can_not_begin_before_anybody_has_accepted_it() -> None:
    with pytest.raises(ActionRefused, match="nobody has accepted it yet"):
        done(published(works()), (PUBLIACQUA, Begin()))


def test_a_start_that_passes_unconfirmed_makes_it_a_proposal_again_until_its_owner_says_what_is() -> None:
    passed = done(PLANNED, (THE_ROOM, PassStart()))
    assert (passed.state, passed.overdue) == (S.PROPOSED, "start")
    assert done(passed, (COMUNE, Acknowledge("accepted", passed.version))).state is S.PROPOSED, "its dates are past: nobody can accept them"
    assert done(passed, (PUBLIACQUA, Begin())).state is S.ACTIVE
    moved = updated(passed, timing={"planned_start": "2026-12-10", "planned_end": "2026-12-12"})
    assert (moved.state, moved.overdue) == (S.PROPOSED, None)


@pytest.mark.parametrize("time", ["2027-12-01T08:00:00Z", "2026-13-01T08:00:00Z"])
def test_nothing_is_reported_from_the_future_or_at_times_that_do_not_exist(time: str) -> None:
    with pytest.raises(ActionRefused):
        done(CONFIRMED, (PUBLIACQUA, Begin(time)))


def test_nothing_ends_before_it_began() -> None:
    with pytest.raises(ActionRefused, match="before it began"):
        done(ACTIVE, (PUBLIACQUA, End("2026-11-02T08:00:00Z")))


@pytest.mark.parametrize(
    ("before", "action"),
    [(PLANNED, Confirm()), (CONFIRMED, Begin()), (ACTIVE, End()), (ACTIVE, Cancel("errore"))],
    ids=lambda one: type(one).__name__,
)
def test_the_last_change_of_the_state_can_be_taken_back_once(before: Situation, action: SituationAction) -> None:
    back = done(before, (PUBLIACQUA, action), (PUBLIACQUA, TakeBack()))
    assert (back.state, back.content, back.overdue) == (before.state, before.content, before.overdue)
    assert back.version == before.version + 2
    with pytest.raises(ActionRefused, match="nothing to take back"):
        done(back, (PUBLIACQUA, TakeBack()))


def test_only_whoever_changed_the_state_takes_that_back_and_only_for_a_day() -> None:
    revoked = done(CONFIRMED, (COMUNE, Cancel("ordinanza revocata")))
    with pytest.raises(NotYours):
        done(revoked, (PUBLIACQUA, TakeBack()))
    assert done(revoked, (COMUNE, TakeBack())).state is S.CONFIRMED
    with pytest.raises(ActionRefused, match="for 24 hours"):
        apply(revoked, TakeBack(), occasion(COMUNE, revoked.since_ms + 86_400_001))


def test_what_was_said_meanwhile_stays_when_a_start_is_taken_back() -> None:
    longer = updated(ACTIVE, headline={"it": "Scavo più lungo"})
    back = done(longer, (PUBLIACQUA, TakeBack()))
    assert (back.state, back.content.headline.it, back.content.timing.actual_start) == (S.CONFIRMED, "Scavo più lungo", None)


def test_comments_are_bounded_and_change_no_version() -> None:
    situation = PLANNED
    for number in range(MOST_COMMENTS):
        situation = done(situation, (CITELUM, AddComment(f"{number}")))
    assert (situation.version, situation.revision) == (PLANNED.version, PLANNED.revision + MOST_COMMENTS)
    with pytest.raises(ActionRefused):
        done(situation, (CITELUM, AddComment("ancora")))


def test_a_cancellation_says_why() -> None:
    assert done(PLANNED, (PUBLIACQUA, Cancel("maltempo"))).comments[-1].text == "maltempo"


def test_silence_accepts_nothing_whose_planned_start_has_passed() -> None:
    proposed = publish(Publish(id="scavo-1", content=works(), geometry=VIA_ROMA), occasion(PUBLIACQUA, NOW_MS))
    overdue = apply(proposed, PassStart(), occasion(THE_ROOM, NOW_MS + 30 * 86_400_000))
    with pytest.raises(ActionRefused, match="planned start has passed"):
        apply(overdue, AcceptBySilence(), occasion(THE_ROOM, NOW_MS + 31 * 86_400_000))


class LifeOfWorks(RuleBasedStateMachine):
    """Whatever organisations try in whatever order, at whatever time, a situation stays one that makes sense."""

    def __init__(self) -> None:
        super().__init__()
        self.now_ms = NOW_MS
        self.situation = publish(Publish(id="scavo-1", content=works(), geometry=VIA_ROMA), occasion(PUBLIACQUA, self.now_ms))
        self.before = self.situation

    actors = st.sampled_from([COMUNE, PUBLIACQUA, CITELUM, CAP, THE_ROOM])
    actions = st.sampled_from(
        ["confirm", "begin", "end", "cancel", "back", "accepted", "objected", "seen", "text", "move", "silence", "pass"]
    )

    @rule(actor=actors, name=actions)
    def something_is_tried(self, actor: Actor, name: str) -> None:
        version = self.situation.version
        moved = works(timing={"planned_start": "2026-12-10", "planned_end": "2026-12-20"})
        tried: dict[str, SituationAction] = {
            "confirm": Confirm(), "begin": Begin(), "end": End(), "cancel": Cancel("motivo"), "back": TakeBack(), "text": AddComment("testo"),
            "accepted": Acknowledge("accepted", version), "seen": Acknowledge("seen", version), "objected": Acknowledge("objected", version, "no"),
            "move": Update(content=moved, geometry=None, version=version), "silence": AcceptBySilence(), "pass": PassStart(),
        }  # fmt: skip
        self.before = self.situation
        with contextlib.suppress(ActionRefused):
            self.situation = apply(self.situation, tried[name], occasion(actor, self.now_ms))

    @rule(days=st.integers(1, 20))
    def days_go_by(self, days: int) -> None:
        self.now_ms += days * 86_400_000

    @precondition(lambda self: next_action(self.situation, RULES, TOWN) is not None)
    @rule()
    def the_room_does_what_is_due(self) -> None:
        due = next_action(self.situation, RULES, TOWN)
        assert due is not None
        if due.at_ms < ms_of_iso("2030-01-01"):
            self.now_ms = max(self.now_ms, due.at_ms)
            self.before = self.situation
            self.situation = apply(self.situation, due.action, occasion(THE_ROOM, self.now_ms))
            assert self.situation.version == self.before.version + 1, "what is due is possible, and done once"

    @invariant()
    def versions_and_revisions_go_up_by_one(self) -> None:
        assert self.situation.version - self.before.version in (0, 1)
        assert self.situation.revision - self.before.revision in (0, 1)

    @invariant()
    def the_state_agrees_with_the_times(self) -> None:
        times, state = self.situation.content.timing, self.situation.state
        assert list(timing_errors(times)) == []
        assert state is not S.ACTIVE or times.actual_start is not None
        assert (state is S.ENDED) == (times.actual_end is not None)
        assert state not in (S.PLANNED, S.CONFIRMED) or (times.actual_start, self.situation.overdue) == (None, None)

    @invariant()
    def nobody_outside_sees_it(self) -> None:
        assert seen_by(self.situation, "cap", TOWN) is None


TestLifeOfWorks = LifeOfWorks.TestCase
TestLifeOfWorks.settings = settings(max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
