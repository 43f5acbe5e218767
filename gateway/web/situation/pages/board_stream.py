"""Server-sent events for the wall and the phone: first `board`, everything, then `change`, what has changed, and `alive` in between.

A browser that connects again receives everything again: so it can't miss anything.
"""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import NamedTuple

import msgspec
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.present import PresentSituations
from gateway.centre.situation.service import SituationService
from gateway.host import clock
from gateway.web.event_stream import event
from gateway.web.json_api import ApiError
from gateway.web.situation.access import RoomAccess
from gateway.web.situation.callers import Caller
from gateway.web.situation.pages.board import BoardItem, board_of, items_of
from gateway.web.situation.pages.news import NewsItem, news_of

VIEWERS_MOST = 100

_ALIVE_S = 8.0
"""How often a page hears something: one that hears nothing for three times as long says that the connection is lost."""

_AT_ONCE = 200
"""Entries of the history in one event."""


class BoardChange(msgspec.Struct, frozen=True):
    """What has changed: situations as they are now, those that are to be forgotten, and what happened."""

    now_ms: int
    items: list[BoardItem]
    gone: list[str]
    news: list[NewsItem]


class _Read(NamedTuple):
    last: int
    change: BoardChange | None


class BoardStreams:
    """The open streams of pages.

    Args:
        access: The room.
        present: Its situations.
    """

    def __init__(self, access: RoomAccess, present: PresentSituations) -> None:
        self._access, self._present = access, present
        self._open = 0
        self._closing = asyncio.Event()

    def close(self) -> None:
        """End every stream."""
        self._closing.set()

    def response(self, caller: Caller) -> Response:
        """Return a new stream.

        Raises:
            ApiError: 503, because there are too many.
        """
        if self._closing.is_set() or self._open >= VIEWERS_MOST:
            raise ApiError(
                503, "too many pages are open: close one, or try again later", "troppe pagine aperte: chiuderne una, o riprovare"
            )
        self._open += 1
        return _BoardStream(self._events(caller), self)

    def release(self) -> None:
        """Make room for another stream."""
        self._open -= 1

    async def _events(self, caller: Caller) -> AsyncIterator[bytes]:
        room = self._access.room
        try:
            with room.watching() as changed:
                board = await room.run(lambda service: board_of(service, self._present, caller, clock.now_ms()))
                yield event("board", board)
                last = board.number
                while not self._closing.is_set():
                    changed.clear()
                    read = await room.run(partial(self._read, caller, last))
                    if read.change is not None:
                        yield event("change", read.change)
                    if read.last == last and not await self._in_time(changed):
                        yield event("alive", clock.now_ms())
                    last = read.last
        except SituationsUnavailable:
            return  # the browser comes back

    async def _in_time(self, changed: asyncio.Event) -> bool:
        """Wait for a change, the end of the server, or until the page is to hear something; return whether it was one of the first."""
        waiting = [asyncio.ensure_future(one.wait()) for one in (changed, self._closing)]
        try:
            return bool((await asyncio.wait(waiting, timeout=_ALIVE_S, return_when=asyncio.FIRST_COMPLETED))[0])
        finally:
            for one in waiting:
                one.cancel()

    def _read(self, caller: Caller, last: int, service: SituationService) -> _Read:
        entries = service.store.since(last, _AT_ONCE)
        if not entries:
            return _Read(last, None)
        self._present.refresh(service.store)
        now_ms = clock.now_ms()
        names = dict.fromkeys(one.recorded.situation.id for one in entries)
        items = items_of(service, self._present, names, caller, now_ms)
        gone = names.keys() - {one.feature.id for one in items}
        news = list(news_of(entries, caller, service.rules.parties))
        change = BoardChange(now_ms, items, sorted(gone), news) if items or gone or news else None
        return _Read(entries[-1].number, change)


class _BoardStream(StreamingResponse):
    """Makes room however it ends."""

    def __init__(self, events: AsyncIterator[bytes], streams: BoardStreams) -> None:
        super().__init__(events, media_type="text/event-stream", headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._streams.release()
