"""What the wall and the phone of an organisation show. Functions run in the thread of the room, and return what is sent."""

from collections.abc import Collection, Iterable, Mapping
from types import MappingProxyType
from typing import Annotated, Literal

import msgspec

from gateway.centre.situation.present import PresentSituation, PresentSituations
from gateway.centre.situation.service import SituationService
from gateway.situation.audience import seen_by
from gateway.situation.event.document import SituationFeature
from gateway.situation.event.kinds import SituationState
from gateway.situation.lifecycle.actions import Acknowledge, Begin, Cancel, Confirm, End, Publish, SituationAction, TakeBack, Update
from gateway.situation.lifecycle.parties import Actor
from gateway.situation.lifecycle.permissions import RULES, audience_of
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.times.instants import NEVER_MS
from gateway.web.situation.answers import ConflictItem, TogetherItem
from gateway.web.situation.callers import Caller
from gateway.web.situation.pages.news import NewsItem, last_news
from gateway.web.situation.views import conflicts

PAST_MS = 86_400_000
"""How long the wall shows what is over."""

_OFFERED: Mapping[str, type[SituationAction]] = MappingProxyType(
    {"acknowledge": Acknowledge, "confirm": Confirm, "begin": Begin, "end": End, "cancel": Cancel, "take-back": TakeBack}
)


class BoardQuestion(msgspec.Struct, frozen=True):
    """Whom a situation waits for, about what, and until when."""

    organisation: str
    about: Literal["proposal", "start", "end"]
    due_ms: int


class BoardItem(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A situation as an organisation sees it, its time as far as is known, and what the organisation can do.

    `to_ms` is missing if it has no end. `is_whole`: the organisation sees everything, and not only what the public sees. Answers count from
    the version `content_version` on: later versions have other states, but the same content.
    """

    feature: Annotated[SituationFeature, msgspec.Meta(description="As the API has it.")]
    from_ms: int
    to_ms: int | None = None
    is_whole: bool = False
    content_version: int = 1
    can: list[str] = []
    questions: list[BoardQuestion] = []
    conflicts: list[ConflictItem] = []
    together: list[TogetherItem] = []


class BoardOrganisation(msgspec.Struct, frozen=True):
    """An organisation, as people know it."""

    title: str
    authority: bool


class RoomBoard(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the wall shows; `number` is that of the last entry of the history that it follows from."""

    now_ms: int
    zone: str
    number: int
    organisation: str
    may_act: bool
    organisations: dict[str, BoardOrganisation]
    items: list[BoardItem]
    news: list[NewsItem]


def board_of(service: SituationService, present: PresentSituations, caller: Caller, now_ms: int) -> RoomBoard:
    """Return what an organisation's wall shows now."""
    present.refresh(service.store)
    shown = [one for one in present.after("") if is_shown(one.situation, now_ms)]
    return RoomBoard(
        now_ms=now_ms,
        zone=str(service.rules.times.zone),
        number=present.number,
        organisation=caller.organisation,
        may_act=caller.may_act,
        organisations={name: BoardOrganisation(one.title, one.authority) for name, one in service.rules.parties.organisations.items()},
        items=list(_items(service, shown, caller)),
        news=last_news(service, caller, present.number),
    )


def items_of(service: SituationService, present: PresentSituations, names: Collection[str], caller: Caller, now_ms: int) -> list[BoardItem]:
    """Return some situations; those that an organisation may not see, or that are long over, are left out."""
    found = [one for name in names if (one := present.get(name)) is not None and is_shown(one.situation, now_ms)]
    return list(_items(service, found, caller))


def is_shown(situation: Situation, now_ms: int) -> bool:
    """Return whether a situation is not over, or was until a day ago."""
    return not situation.state.over or situation.since_ms > now_ms - PAST_MS


def _items(service: SituationService, found: Iterable[PresentSituation], caller: Caller) -> Iterable[BoardItem]:
    for one in found:
        seen = seen_by(one.situation, caller.organisation, service.rules.parties)
        if seen is not None:
            yield _item(service, one, seen, caller)


def _item(service: SituationService, one: PresentSituation, seen: SituationFeature, caller: Caller) -> BoardItem:
    situation, parties = one.situation, service.rules.parties
    is_whole = caller.organisation in audience_of(situation, parties)
    in_the_way = None if situation.state.over else conflicts(service, situation.id, caller)
    questions = service.open_questions(situation.id) if is_whole else []
    return BoardItem(
        feature=seen,
        from_ms=one.span.from_ms,
        to_ms=one.span.to_ms if one.span.to_ms < NEVER_MS else None,
        is_whole=is_whole,
        content_version=_content_version(service, situation),
        can=_possible(situation, caller, service) if caller.may_act else [],
        questions=[BoardQuestion(asked.organisation, asked.about, asked.due_ms) for asked in questions],
        conflicts=[] if in_the_way is None else in_the_way.items,
        together=[] if in_the_way is None else in_the_way.together,
    )


def _content_version(service: SituationService, situation: Situation) -> int:
    """Return the version since which the content is the same, as far as answers to earlier versions depend on it."""
    if all(one.version == situation.version for one in situation.acknowledgements):
        return situation.version
    said = (one.recorded for one in reversed(service.history(situation.id)) if isinstance(one.recorded.action, Publish | Update))
    return next((one.situation.version for one in said), situation.version)


def _possible(situation: Situation, caller: Caller, service: SituationService) -> list[str]:
    """Return what an organisation can do with a situation; an authority's cancellation is no matter of one tap."""
    actor, parties = Actor(caller.organisation, caller.program), service.rules.parties
    found = [
        name
        for name, action in _OFFERED.items()
        if situation.state in RULES[action].states and RULES[action].who(situation, actor, parties)
    ]
    hidden = {"take-back"} if situation.undo is None else set[str]()
    if situation.owner != caller.organisation:
        hidden |= {"cancel"}
    if situation.state is SituationState.PROPOSED and situation.overdue is None:
        hidden |= {"begin"}
    return [name for name in found if name not in hidden]
