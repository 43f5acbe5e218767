"""What just happened, for the feed of the wall: entries of the history, as far as an organisation may know of them."""

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from gateway.centre.situation.port import HistoryEntry
from gateway.centre.situation.service import SituationService
from gateway.situation.event.fields import OwnLine
from gateway.situation.lifecycle.actions import Acknowledge, AddComment, Cancel
from gateway.situation.lifecycle.parties import Parties
from gateway.situation.lifecycle.permissions import audience_of
from gateway.web.situation.callers import Caller

_MOST, _LOOKED_THROUGH = 40, 400
"""News at once, and the entries among which they are looked for."""


class NewsItem(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Something that was done. What the Situation Room did has no organisation."""

    number: int
    at_ms: int
    situation: str
    kind: str
    headline: OwnLine
    action: str
    state: str
    owner: str
    organisation: str | None = None
    answer: Literal["seen", "accepted", "objected"] | None = None
    note: str | None = None
    exercise: bool = False


def last_news(service: SituationService, caller: Caller, newest: int) -> list[NewsItem]:
    """Return the last news for an organisation up to an entry of the history, oldest first."""
    after = max(0, newest - _LOOKED_THROUGH)
    return list(news_of(service.store.since(after, _LOOKED_THROUGH), caller, service.rules.parties))[-_MOST:]


def news_of(entries: Iterable[HistoryEntry], caller: Caller, parties: Parties) -> Iterator[NewsItem]:
    """Yield what an organisation may know of entries: everything, or of what is public, what changed its version."""
    for entry in entries:
        done = entry.recorded
        is_whole = caller.organisation in audience_of(done.situation, parties)
        is_quiet = isinstance(done.action, Acknowledge | AddComment)
        if is_whole or (done.situation.content.audience.public and not is_quiet):
            yield _item(entry, is_whole=is_whole)


def _item(entry: HistoryEntry, *, is_whole: bool) -> NewsItem:
    done = entry.recorded
    situation, action = done.situation, done.action
    answer = action.answer if isinstance(action, Acknowledge) else None
    return NewsItem(
        number=entry.number,
        at_ms=done.at_ms,
        situation=situation.id,
        kind=situation.content.kind.member,
        headline=situation.content.headline,
        action=str(action.__struct_config__.tag),
        state=situation.state,
        owner=situation.owner,
        organisation=done.organisation if is_whole or done.organisation == situation.owner else None,
        answer=answer,
        note=_note(action) if is_whole else None,
        exercise=situation.content.exercise,
    )


def _note(action: object) -> str | None:
    match action:
        case Acknowledge(note=note):
            return note
        case AddComment(text=text):
            return text
        case Cancel(reason=reason):
            return reason
        case _:
            return None
