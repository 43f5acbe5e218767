"""The events of boards, made once for all pages of an organisation: after an interruption, every wall comes back at once.

Everything here runs in the thread of the room.
"""

from collections import OrderedDict
from typing import NamedTuple

import msgspec

from gateway.centre.situation.present import PresentSituations
from gateway.centre.situation.service import SituationService
from gateway.host import clock
from gateway.web.situation.callers import Caller
from gateway.web.situation.pages.board import BoardItem, board_of, items_of
from gateway.web.situation.pages.news import NewsItem, news_of
from gateway.web.situation.pages.packed_event import PackedEvent, packed_event

_AT_ONCE = 200
"""Entries of the history in one event."""

_KEPT_MS = 60_000
"""After so long a board is made again though nothing was done: what has been over for a day leaves it."""

_KEPT_BYTES = 64 << 20
"""Of all boards that are kept; those that were made longest ago are made again."""


class BoardChange(msgspec.Struct, frozen=True):
    """What has changed: situations as they are now, those that are to be forgotten, and what happened."""

    now_ms: int
    items: list[BoardItem]
    gone: list[str]
    news: list[NewsItem]


class MadeEvent(NamedTuple):
    """An event, or none, and the number of the entry of the history up to which everything is said then."""

    number: int
    event: PackedEvent | None


class _Viewer(NamedTuple):
    """Who sees the same: people of one organisation who may do the same."""

    organisation: str
    may_act: bool


class _Kept(NamedTuple):
    made: MadeEvent
    until_ms: int

    @property
    def size(self) -> int:
        return 0 if self.made.event is None else self.made.event.size


class SharedBoards:
    """Boards and their changes."""

    def __init__(self, present: PresentSituations) -> None:
        self._present = present
        self._boards: OrderedDict[_Viewer, _Kept] = OrderedDict()
        self._changes: dict[_Viewer, tuple[int, MadeEvent]] = {}
        """The newest change for each, and the number after which it follows."""

    def board(self, caller: Caller, service: SituationService) -> MadeEvent:
        """Return the board of a caller.

        Raises:
            SituationsUnavailable: The store can't be used.
        """
        viewer, now_ms = _viewer(caller), clock.now_ms()
        self._present.refresh(service.store)
        kept = self._boards.get(viewer)
        if kept is None or kept.made.number != self._present.number or not kept.until_ms - _KEPT_MS <= now_ms < kept.until_ms:
            board = board_of(service, self._present, caller, now_ms)
            kept = self._boards[viewer] = _Kept(MadeEvent(board.number, packed_event("board", board)), now_ms + _KEPT_MS)
            self._boards.move_to_end(viewer)
            while len(self._boards) > 1 and sum(one.size for one in self._boards.values()) > _KEPT_BYTES:
                self._boards.popitem(last=False)
        return kept.made

    def change(self, caller: Caller, last: int, service: SituationService) -> MadeEvent:
        """Return what has changed for a caller after an entry of the history.

        Raises:
            SituationsUnavailable: The store can't be used.
        """
        viewer = _viewer(caller)
        after, made = self._changes.get(viewer, (-1, MadeEvent(-1, None)))
        if after != last:
            made = self._read(caller, last, service)
            if made.number != last:
                self._changes[viewer] = last, made
        return made

    def _read(self, caller: Caller, last: int, service: SituationService) -> MadeEvent:
        entries = service.store.since(last, _AT_ONCE)
        if not entries:
            return MadeEvent(last, None)
        self._present.refresh(service.store)
        now_ms = clock.now_ms()
        names = dict.fromkeys(one.recorded.situation.id for one in entries)
        items = items_of(service, self._present, names, caller, now_ms)
        gone = names.keys() - {one.feature.id for one in items}
        news = list(news_of(entries, caller, service.rules.parties))
        change = BoardChange(now_ms, items, sorted(gone), news) if items or gone or news else None
        return MadeEvent(entries[-1].number, None if change is None else packed_event("change", change))


def _viewer(caller: Caller) -> _Viewer:
    return _Viewer(caller.organisation, caller.may_act)
