"""Who may do what in which state, as a table; each refusal is a sentence."""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import NamedTuple

from gateway.situation.bilingual import Bilingual
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
from gateway.situation.lifecycle.situation import Situation

_S = SituationState
_OPEN = frozenset({_S.PROPOSED, _S.PLANNED, _S.CONFIRMED, _S.ACTIVE})
_ANY = frozenset(_S)


class ActionRefused(Exception):
    """An action that is not possible, or not for whoever tries it; `text` says why, in English and Italian."""

    def __init__(self, en: str, it: str) -> None:
        super().__init__(en)
        self.text = Bilingual(en, it)


class NotYours(ActionRefused):
    """The organisation may not do this; if it may not see the situation, it must not learn of it either."""


class StaleVersion(ActionRefused):
    """There is a newer version than the one on which the action is based."""


def audience_of(situation: Situation, parties: Parties) -> frozenset[str]:
    """Return the organisations that may see all of a situation: its owner, those that it names, and authorities that have to answer."""
    content = situation.content
    return frozenset({situation.owner, *content.audience.organisations}) | parties.asked(content.kind, situation.owner)


def may_see(situation: Situation, organisation: str, parties: Parties) -> bool:
    """Return whether an organisation may see at least what the public sees."""
    return situation.content.audience.public or organisation in audience_of(situation, parties)


_Who = Callable[[Situation, Actor, Parties], bool]


def _owner(situation: Situation, actor: Actor, _: Parties) -> bool:
    return actor.organisation == situation.owner


def _room(_situation: Situation, actor: Actor, _parties: Parties) -> bool:
    return actor.organisation is None


def _owner_or_room(situation: Situation, actor: Actor, parties: Parties) -> bool:
    return _owner(situation, actor, parties) or _room(situation, actor, parties)


def _owner_or_asked(situation: Situation, actor: Actor, parties: Parties) -> bool:
    return _owner(situation, actor, parties) or actor.organisation in parties.asked(situation.content.kind, situation.owner)


def _others(situation: Situation, actor: Actor, parties: Parties) -> bool:
    return _participant(situation, actor, parties) and actor.organisation != situation.owner


def _participant(situation: Situation, actor: Actor, parties: Parties) -> bool:
    return actor.organisation is not None and may_see(situation, actor.organisation, parties)


def _last_to_change(situation: Situation, actor: Actor, _: Parties) -> bool:
    return actor.organisation is not None and actor.organisation == (situation.undo.organisation if situation.undo else situation.owner)


class ActionRule(NamedTuple):
    """Who may do something, and in which states it makes sense."""

    who: _Who
    states: Collection[SituationState]


RULES: Mapping[type[SituationAction], ActionRule] = MappingProxyType(
    {
        Update: ActionRule(_owner, _OPEN),
        Confirm: ActionRule(_owner, {_S.PLANNED}),
        Begin: ActionRule(_owner_or_room, {_S.PROPOSED, _S.PLANNED, _S.CONFIRMED}),
        End: ActionRule(_owner_or_room, {_S.ACTIVE}),
        Cancel: ActionRule(_owner_or_asked, _OPEN),
        TakeBack: ActionRule(_last_to_change, _ANY),
        Acknowledge: ActionRule(_others, _OPEN),
        AddComment: ActionRule(_participant, _ANY),
        AcceptBySilence: ActionRule(_room, {_S.PROPOSED}),
        PassStart: ActionRule(_room, {_S.PROPOSED, _S.PLANNED}),
        Lapse: ActionRule(_room, {_S.PROPOSED}),
        Overrun: ActionRule(_room, {_S.ACTIVE}),
    }
)

_VERBS: Mapping[type[SituationAction], Bilingual] = MappingProxyType(
    {
        Publish: Bilingual("publish", "pubblicare"),
        Update: Bilingual("update", "aggiornare"),
        Confirm: Bilingual("confirm", "confermare"),
        Begin: Bilingual("begin", "iniziare"),
        End: Bilingual("end", "terminare"),
        Cancel: Bilingual("cancel", "annullare"),
        TakeBack: Bilingual("take back the last change of", "ritirare l'ultima modifica di"),
        Acknowledge: Bilingual("acknowledge", "rispondere a"),
        AddComment: Bilingual("comment on", "commentare"),
        AcceptBySilence: Bilingual("accept by silence", "accettare per silenzio"),
        PassStart: Bilingual("mark the start of", "segnare l'inizio di"),
        Lapse: Bilingual("let lapse", "far decadere"),
        Overrun: Bilingual("mark the overrun of", "segnare lo sforamento di"),
    }
)

STATE_WORDS: Mapping[SituationState, Bilingual] = MappingProxyType(
    {
        _S.PROPOSED: Bilingual("proposed", "proposto"),
        _S.PLANNED: Bilingual("planned", "pianificato"),
        _S.CONFIRMED: Bilingual("confirmed", "confermato"),
        _S.ACTIVE: Bilingual("active", "in corso"),
        _S.ENDED: Bilingual("ended", "terminato"),
        _S.CANCELLED: Bilingual("cancelled", "annullato"),
    }
)


def check(situation: Situation, action: SituationAction, actor: Actor, parties: Parties) -> None:
    """Check that somebody may do something with a situation in its state.

    Raises:
        NotYours: The organisation may not.
        ActionRefused: It is not possible in this state.
    """
    rule, verb = RULES[type(action)], _VERBS[type(action)]
    if not rule.who(situation, actor, parties):
        who = actor.organisation or "the Situation Room"
        raise NotYours(f"{who} may not {verb.en} {situation.id}", f"{who} non può {verb.it} {situation.id}")
    if situation.state not in rule.states:
        word = STATE_WORDS[situation.state]
        raise ActionRefused(f"can't {verb.en} {situation.id}: it is {word.en}", f"non si può {verb.it} {situation.id}: è {word.it}")
