"""What the Situation Room does by itself when time has passed, and whom it asks."""

from typing import Literal, NamedTuple

from gateway.situation.event.kinds import SituationKind, SituationState
from gateway.situation.lifecycle.actions import AcceptBySilence, Begin, Lapse, Overrun, PassStart, RoomAction
from gateway.situation.lifecycle.parties import Parties
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.times.instants import NEVER_MS, planned_span
from gateway.situation.times.periods import TimeRules

_S = SituationState


class DueAction(NamedTuple):
    """What happens at an instant, if nobody does anything before."""

    at_ms: int
    action: RoomAction | Begin


def next_action(situation: Situation, rules: TimeRules, parties: Parties) -> DueAction | None:
    """Return what the Situation Room does next with a situation; None if it waits for others."""
    planned = planned_span(situation.content.timing, rules.zone)
    match situation.state:
        case _S.PROPOSED if situation.overdue == "start":
            return DueAction(rules.lapse_ms(situation.category, planned.from_ms), Lapse())
        case _S.PROPOSED:
            return min(_silence(situation, rules, parties), DueAction(planned.from_ms, PassStart()), key=lambda one: one.at_ms)
        case _S.PLANNED:
            return DueAction(planned.from_ms, PassStart())
        case _S.CONFIRMED:
            return DueAction(planned.from_ms, Begin())
        case _S.ACTIVE if situation.overdue is None and planned.to_ms < NEVER_MS:
            return DueAction(planned.to_ms, Overrun())
        case _:
            return None


def _silence(situation: Situation, rules: TimeRules, parties: Parties) -> DueAction:
    asked = parties.asked(situation.content.kind, situation.owner)
    objected = any(situation.answer_of(one) == "objected" for one in asked)
    silent = asked and rules.silence == "accept" and not objected
    return DueAction(rules.answer_due_ms(situation.category, situation.since_ms) if silent else NEVER_MS, AcceptBySilence())


def notice_missed(situation: Situation, rules: TimeRules) -> int | None:
    """Return until when works should have been announced, if their version is later than that and they have not begun; else None."""
    if situation.content.kind != SituationKind.ROADWORKS or situation.content.timing.actual_start is not None:
        return None
    due_ms = rules.notice_due_ms(situation.category, planned_span(situation.content.timing, rules.zone).from_ms)
    return due_ms if situation.since_ms > due_ms else None


class OpenQuestion(NamedTuple):
    """What an organisation is asked: about a proposal, a start or an end. It is reminded once; when the answer is due, others are told."""

    organisation: str
    about: Literal["proposal", "start", "end"]
    asked_ms: int
    reminder_ms: int
    due_ms: int


def open_questions(situation: Situation, rules: TimeRules, parties: Parties) -> list[OpenQuestion]:
    """Return the questions that nobody has answered yet."""
    asked_ms = situation.since_ms
    if situation.overdue is not None:
        planned = planned_span(situation.content.timing, rules.zone)
        due_ms = rules.lapse_ms(situation.category, planned.from_ms if situation.overdue == "start" else asked_ms)
        return [_question(situation.owner, situation.overdue, asked_ms, due_ms, rules)]
    if situation.state is not _S.PROPOSED:
        return []
    due_ms = rules.answer_due_ms(situation.category, asked_ms)
    asked = sorted(parties.asked(situation.content.kind, situation.owner))
    return [
        _question(one, "proposal", asked_ms, due_ms, rules) for one in asked if situation.answer_of(one) not in ("accepted", "objected")
    ]


def _question(organisation: str, about: Literal["proposal", "start", "end"], asked_ms: int, due_ms: int, rules: TimeRules) -> OpenQuestion:
    return OpenQuestion(organisation, about, asked_ms, rules.reminder_ms(asked_ms, due_ms), due_ms)
