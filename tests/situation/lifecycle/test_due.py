"""What is due when, and who is asked."""

from gateway.model.instants import iso_utc
from gateway.situation.lifecycle.actions import AcceptBySilence, Acknowledge, Begin, Confirm, End, Lapse, Overrun, PassStart
from gateway.situation.lifecycle.due import DueAction, next_action, notice_missed, open_questions
from gateway.situation.lifecycle.parties import THE_ROOM
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.times.periods import TimeRules
from tests.situation.examples import COMUNE, PUBLIACQUA, ROME, RULES, TOWN, accident, done, published, works

PROPOSED = published(works())
PLANNED = done(PROPOSED, (COMUNE, Acknowledge("accepted", 1)))


def due(situation: Situation, rules: TimeRules = RULES) -> tuple[str, object] | None:
    found: DueAction | None = next_action(situation, rules, TOWN)
    return None if found is None else (iso_utc(found.at_ms, "seconds"), found.action)


def test_silence_accepts_at_the_end_of_the_answer_period() -> None:
    assert due(PROPOSED) == ("2026-11-09T23:00:00Z", AcceptBySilence())


def test_silence_means_nothing_where_the_site_says_so_and_after_an_objection() -> None:
    assert due(PROPOSED, TimeRules(ROME, silence="escalate")) == ("2026-11-30T23:00:00Z", PassStart())
    assert due(done(PROPOSED, (COMUNE, Acknowledge("objected", 1, "mercato")))) == ("2026-11-30T23:00:00Z", PassStart())


def test_a_planned_start_passes_if_nobody_confirms_it_and_begins_if_somebody_has() -> None:
    assert due(PLANNED) == ("2026-11-30T23:00:00Z", PassStart())
    assert due(done(PLANNED, (PUBLIACQUA, Confirm()))) == ("2026-11-30T23:00:00Z", Begin())


def test_what_passed_unconfirmed_lapses_after_the_margin() -> None:
    passed = done(PLANNED, (THE_ROOM, PassStart()))
    assert due(passed) == ("2026-12-09T23:00:00Z", Lapse()), "five working days after 1 December; the 8th is a holiday"


def test_active_works_overrun_once() -> None:
    active = done(PLANNED, (PUBLIACQUA, Begin()))
    assert due(active) == ("2026-12-04T23:00:00Z", Overrun())
    assert due(done(active, (THE_ROOM, Overrun()))) is None


def test_nothing_is_due_for_what_has_no_end_or_is_over() -> None:
    assert due(published(accident())) is None
    assert due(done(published(accident()), (PUBLIACQUA, End()))) is None


def test_authorities_are_asked_about_proposals_until_they_answer() -> None:
    (question,) = open_questions(PROPOSED, RULES, TOWN)
    assert (question.organisation, question.about, iso_utc(question.due_ms, "seconds")) == ("comune", "proposal", "2026-11-09T23:00:00Z")
    assert question.asked_ms < question.reminder_ms < question.due_ms
    assert open_questions(done(PROPOSED, (COMUNE, Acknowledge("seen", 1))), RULES, TOWN) == [question], "to have seen it is no answer"
    assert open_questions(done(PROPOSED, (COMUNE, Acknowledge("objected", 1, "no"))), RULES, TOWN) == []


def test_the_owner_is_asked_when_a_start_or_an_end_has_passed() -> None:
    passed = done(PLANNED, (THE_ROOM, PassStart()))
    overrun = done(PLANNED, (PUBLIACQUA, Begin()), (THE_ROOM, Overrun()))
    assert [(one.organisation, one.about) for one in open_questions(passed, RULES, TOWN)] == [("publiacqua", "start")]
    assert [(one.organisation, one.about) for one in open_questions(overrun, RULES, TOWN)] == [("publiacqua", "end")]
    assert open_questions(PLANNED, RULES, TOWN) == []


def test_works_that_are_announced_late_miss_their_notice() -> None:
    assert notice_missed(PROPOSED, RULES) is None
    soon = published(works(timing={"planned_start": "2026-11-05", "planned_end": "2026-11-06"}))
    missed = notice_missed(soon, RULES)
    assert missed is not None
    assert iso_utc(missed, "seconds") == "2026-10-22T22:00:00Z", "ten working days before 5 November"
    assert notice_missed(published(works(roadworks={"category": "immediate_urgent"})), RULES) is None
    assert notice_missed(published(accident()), RULES) is None
