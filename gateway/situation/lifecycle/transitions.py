"""What an action makes of a situation. Every change is a new value; nothing here has a clock."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from msgspec.structs import replace

from gateway.model.instants import iso_utc, ms_of_iso
from gateway.situation.event.content import SituationContent
from gateway.situation.event.document import Acknowledgement, Comment
from gateway.situation.event.kinds import SituationState
from gateway.situation.lifecycle.actions import (
    AcceptBySilence,
    Acknowledge,
    AddComment,
    Begin,
    Cancel,
    Confirm,
    End,
    Lapse,
    Overrun,
    PassStart,
    Publish,
    SituationAction,
    TakeBack,
    Update,
)
from gateway.situation.lifecycle.parties import Actor, Parties
from gateway.situation.lifecycle.permissions import STATE_WORDS, ActionRefused, NotYours, StaleVersion, check
from gateway.situation.lifecycle.situation import Situation, Undo
from gateway.situation.times.instants import planned_span
from gateway.situation.times.periods import TimeRules

MOST_COMMENTS = 200
"""Of one situation."""

FUTURE_MS = 5 * 60_000
"""How far ahead of ours the clock of whoever reports a start or an end may be."""

_S = SituationState


class Occasion(NamedTuple):
    """Who acts when, and by which rules."""

    actor: Actor
    now_ms: int
    rules: TimeRules
    parties: Parties


def publish(action: Publish, occasion: Occasion) -> Situation:
    """Return a new situation.

    Raises:
        NotYours: The organisation does not take part, or may not publish events of this kind.
        ActionRefused: It can't begin in that state.
    """
    owner = occasion.parties.get(occasion.actor.organisation)
    kind = action.content.kind
    if owner is None or not owner.may_publish(kind):
        name = occasion.actor.organisation or "the Situation Room"
        raise NotYours(f"{name} may not publish events of the kind '{kind}'", f"{name} non può pubblicare eventi di tipo '{kind}'")
    state = _first_state(action, owner.name, occasion)
    content = action.content
    if state is _S.ACTIVE and content.timing.actual_start is None:
        content = _timed(content, actual_start=iso_utc(occasion.now_ms))
    elif state is not _S.ACTIVE:
        content = _timed(content, actual_start=None, actual_end=None, start_verified=False, end_verified=False)
    return Situation(
        id=action.id,
        owner=owner.name,
        content=content,
        geometry=action.geometry,
        state=state,
        version=1,
        revision=1,
        since_ms=occasion.now_ms,
    )


def apply(situation: Situation, action: SituationAction, occasion: Occasion) -> Situation:
    """Return what becomes of a situation; itself if the action changes nothing.

    Raises:
        NotYours: The organisation may not do this.
        StaleVersion: The action is based on an older version.
        ActionRefused: It is not possible.
    """
    if isinstance(action, Publish):
        raise ActionRefused(f"{situation.id} exists already", f"{situation.id} esiste già")
    check(situation, action, occasion.actor, occasion.parties)
    after = _APPLIED[type(action)](situation, action, occasion)
    return situation if after is situation else replace(after, revision=situation.revision + 1)


def _first_state(action: Publish, owner: str, occasion: Occasion) -> SituationState:
    planned = planned_span(action.content.timing, occasion.rules.zone)
    asked = occasion.parties.asked(action.content.kind, owner) and not _immediate(action.content)
    wanted = action.state or (_S.PROPOSED if asked else _S.PLANNED if planned.from_ms > occasion.now_ms else _S.ACTIVE)
    if wanted.over:
        word = STATE_WORDS[wanted]
        raise ActionRefused(f"a new event can't be {word.en}", f"un nuovo evento non può essere {word.it}")
    if asked and wanted is not _S.PROPOSED:
        raise ActionRefused(
            "an authority answers this first: publish it as 'proposed', or as immediate works if it can't wait",
            "prima risponde un'autorità: pubblicarlo come 'proposed', o come lavori immediati se non può aspettare",
        )
    if wanted is not _S.ACTIVE and planned.to_ms <= occasion.now_ms:
        raise ActionRefused("its planned end has passed", "la fine prevista è già passata")
    return wanted


def _immediate(content: SituationContent) -> bool:
    return content.roadworks is not None and content.roadworks.category.immediate


def _update(before: Situation, action: Update, occasion: Occasion) -> Situation:
    _require_present(before, action.version)
    old, new = before.content, action.content
    if new.kind != old.kind:
        raise ActionRefused(
            "the kind of an event can't change: cancel it, and publish another",
            "il tipo di un evento non può cambiare: annullarlo e pubblicarne un altro",
        )
    times = old.timing
    new = _timed(
        new,
        actual_start=times.actual_start,
        actual_end=times.actual_end,
        start_verified=times.start_verified,
        end_verified=times.end_verified,
    )
    if (new, action.geometry) == (old, before.geometry):
        return before
    moved = before.geometry != action.geometry or any(part(old) != part(new) for part in _AGREED)
    after = _next(before, occasion, content=new, geometry=action.geometry)
    return _after_update(after, occasion, moved=moved)


_AGREED: tuple[Callable[[SituationContent], object], ...] = (
    lambda content: (content.timing.planned_start, content.timing.planned_end, content.timing.recurrence),
    lambda content: content.location.street_refs,
    lambda content: content.roadworks and (content.roadworks.excavation, content.roadworks.category),
    lambda content: content.impact and (content.impact.management, content.impact.control, content.impact.detour),
)
"""What an authority has agreed to: when it changes, the answer counts no longer."""


def _after_update(after: Situation, occasion: Occasion, *, moved: bool) -> Situation:
    """Return an updated situation in the state that follows from what was changed."""
    planned = planned_span(after.content.timing, occasion.rules.zone)
    if after.state is _S.ACTIVE:
        return replace(after, overdue=None if planned.to_ms > occasion.now_ms else after.overdue)
    if after.overdue == "start" and planned.from_ms <= occasion.now_ms:
        return after
    if not moved:
        return after
    asked = occasion.parties.asked(after.content.kind, after.owner) and not _immediate(after.content)
    return replace(after, state=_S.PROPOSED if asked else _S.PLANNED, overdue=None, undo=None)


def _confirm(before: Situation, _: Confirm, occasion: Occasion) -> Situation:
    return _changed(before, occasion, _S.CONFIRMED)


def _begin(before: Situation, action: Begin, occasion: Occasion) -> Situation:
    if before.state is _S.PROPOSED and before.overdue is None and not _immediate(before.content):
        raise ActionRefused(
            f"can't begin {before.id}: nobody has accepted it yet", f"non si può iniziare {before.id}: nessuno l'ha ancora accettato"
        )
    time = _reported(action.time, occasion)
    after = _changed(before, occasion, _S.ACTIVE)
    return replace(after, content=_timed(before.content, actual_start=time, start_verified=action.verified))


def _end(before: Situation, action: End, occasion: Occasion) -> Situation:
    time = _reported(action.time, occasion)
    began = before.content.timing.actual_start
    if began is not None and ms_of_iso(time) < ms_of_iso(began):
        raise ActionRefused(f"it can't have ended before it began, {began}", f"non può essere finito prima dell'inizio, {began}")
    after = _changed(before, occasion, _S.ENDED)
    return replace(after, content=_timed(before.content, actual_end=time, end_verified=action.verified))


def _cancel(before: Situation, action: Cancel, occasion: Occasion) -> Situation:
    return _commented(_changed(before, occasion, _S.CANCELLED), action.reason, occasion)


def _take_back(before: Situation, _: TakeBack, occasion: Occasion) -> Situation:
    undo, within_s = before.undo, occasion.rules.take_back_within_s
    if undo is None or occasion.now_ms > undo.at_ms + 1000 * within_s:
        hours = f"{within_s / 3600:g}"
        raise ActionRefused(
            f"there is nothing to take back: only the last change of the state, for {hours} hours",
            f"non c'è nulla da ritirare: solo l'ultima modifica dello stato, entro {hours} ore",
        )
    times = {name: getattr(undo, name) for name in ("actual_start", "actual_end", "start_verified", "end_verified")}
    return _next(before, occasion, content=_timed(before.content, **times), state=undo.state, overdue=undo.overdue, undo=None)


def _acknowledge(before: Situation, action: Acknowledge, occasion: Occasion) -> Situation:
    organisation = _organisation(occasion)
    _require_present(before, action.version)
    if action.answer == "objected" and action.note is None:
        raise ActionRefused("an objection needs its reason", "un'obiezione deve avere un motivo")
    answer = Acknowledgement(
        organisation=organisation, answer=action.answer, version=action.version, time=iso_utc(occasion.now_ms), note=action.note
    )
    others = tuple(one for one in before.acknowledgements if one.organisation != organisation)
    after = replace(before, acknowledgements=(*others, answer))
    asked = occasion.parties.asked(before.content.kind, before.owner)
    accepted = asked and all(after.answer_of(one) == "accepted" for one in asked)
    return _next(after, occasion, state=_S.PLANNED) if accepted and before.state is _S.PROPOSED and before.overdue is None else after


def _comment(before: Situation, action: AddComment, occasion: Occasion) -> Situation:
    if len(before.comments) >= MOST_COMMENTS:
        raise ActionRefused(f"there are {MOST_COMMENTS} comments already", f"ci sono già {MOST_COMMENTS} commenti")
    return _commented(before, action.text, occasion)


def _accept_by_silence(before: Situation, _: AcceptBySilence, occasion: Occasion) -> Situation:
    if before.overdue is not None:
        raise ActionRefused(
            "its planned start has passed: nobody can accept it by silence", "l'inizio previsto è passato: il silenzio non vale più"
        )
    return _next(before, occasion, state=_S.PLANNED)


def _pass_start(before: Situation, _: PassStart, occasion: Occasion) -> Situation:
    return _next(before, occasion, state=_S.PROPOSED, overdue="start", undo=None)


def _lapse(before: Situation, _: Lapse, occasion: Occasion) -> Situation:
    return _next(before, occasion, state=_S.CANCELLED, undo=None)


def _overrun(before: Situation, _: Overrun, occasion: Occasion) -> Situation:
    return _next(before, occasion, overdue="end")


_APPLIED: Mapping[type[SituationAction], Callable[[Situation, Any, Occasion], Situation]] = MappingProxyType(
    {
        Update: _update,
        Confirm: _confirm,
        Begin: _begin,
        End: _end,
        Cancel: _cancel,
        TakeBack: _take_back,
        Acknowledge: _acknowledge,
        AddComment: _comment,
        AcceptBySilence: _accept_by_silence,
        PassStart: _pass_start,
        Lapse: _lapse,
        Overrun: _overrun,
    }
)


def _next(before: Situation, occasion: Occasion, **changes: Any) -> Situation:  # noqa: ANN401 — attributes of a situation
    """Return the next version of a situation."""
    return replace(before, version=before.version + 1, since_ms=occasion.now_ms, **changes)


def _changed(before: Situation, occasion: Occasion, state: SituationState) -> Situation:
    """Return the next version, in another state that an organisation can take back; what the Situation Room does is not taken back."""
    times, organisation = before.content.timing, occasion.actor.organisation
    undo = None if organisation is None else Undo(
        organisation=organisation,
        at_ms=occasion.now_ms,
        state=before.state,
        overdue=before.overdue,
        actual_start=times.actual_start,
        actual_end=times.actual_end,
        start_verified=times.start_verified,
        end_verified=times.end_verified,
    )  # fmt: skip
    return _next(before, occasion, state=state, overdue=None, undo=undo)


def _timed(content: SituationContent, **times: Any) -> SituationContent:  # noqa: ANN401 — attributes of Timing
    return replace(content, timing=replace(content.timing, **times))


def _commented(situation: Situation, text: str, occasion: Occasion) -> Situation:
    one = Comment(organisation=_organisation(occasion), time=iso_utc(occasion.now_ms), text=text)
    return replace(situation, comments=(*situation.comments, one))


def _organisation(occasion: Occasion) -> str:
    if occasion.actor.organisation is None:
        raise NotYours("only organisations say something", "solo le organizzazioni dicono qualcosa")
    return occasion.actor.organisation


def _require_present(situation: Situation, version: int) -> None:
    if version != situation.version:
        raise StaleVersion(
            f"{situation.id} has version {situation.version}, this is about version {version}: read it again",
            f"{situation.id} è alla versione {situation.version}, questa azione riguarda la versione {version}: rileggerlo",
        )


def _reported(time: str | None, occasion: Occasion) -> str:
    """Return the instant at which something happened, by default now."""
    if time is None:
        return iso_utc(occasion.now_ms)
    try:
        t_ms = ms_of_iso(time)
    except ValueError as error:
        raise ActionRefused(f"'{time}' is no instant", f"'{time}' non è un istante") from error
    if t_ms > occasion.now_ms + FUTURE_MS:
        raise ActionRefused(f"{time} is in the future", f"{time} è nel futuro")
    return time
