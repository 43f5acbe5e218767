"""Server-sent events for the wall and the phone: first `board`, everything, then `change`, what has changed, and in between `alive`.

`alive` has the server's clock. A browser that connects again receives everything again: so it can't miss anything.
"""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.present import PresentSituations
from gateway.host import clock
from gateway.web.json_api import ApiError
from gateway.web.situation.access import RoomAccess
from gateway.web.situation.callers import Caller
from gateway.web.situation.pages.packed_event import GZIP_HEADER, PackedEvent, packed_event
from gateway.web.situation.pages.shared_board import SharedBoards

VIEWERS_MOST = 100

_ALIVE_S = 8.0
"""How often a page hears something: one that hears nothing for three times as long says that the connection is lost."""


class BoardStreams:
    """The open streams of pages.

    Args:
        access: The room.
        present: Its situations.
    """

    def __init__(self, access: RoomAccess, present: PresentSituations) -> None:
        self._access, self._shared = access, SharedBoards(present)
        self._open = 0
        self._closing = asyncio.Event()

    def close(self) -> None:
        """End every stream."""
        self._closing.set()

    def response(self, caller: Caller, *, packed: bool) -> Response:
        """Return a new stream, in gzip if it is to be packed.

        Raises:
            ApiError: 503, because there are too many.
        """
        if self._closing.is_set() or self._open >= VIEWERS_MOST:
            raise ApiError(
                503, "too many pages are open: close one, or try again later", "troppe pagine aperte: chiuderne una, o riprovare"
            )
        self._open += 1
        return _BoardStream(self._contents(caller, packed=packed), self, packed=packed)

    def release(self) -> None:
        """Make room for another stream."""
        self._open -= 1

    async def _contents(self, caller: Caller, *, packed: bool) -> AsyncIterator[bytes]:
        if packed:
            yield GZIP_HEADER
        async for one in self._events(caller):
            yield one.packed if packed else one.plain

    async def _events(self, caller: Caller) -> AsyncIterator[PackedEvent]:
        room = self._access.room
        try:
            with room.watching() as changed:
                last, board = await room.run(partial(self._shared.board, caller))
                if board is not None:
                    yield board
                yield _alive()
                while not self._closing.is_set():
                    changed.clear()
                    number, change = await room.run(partial(self._shared.change, caller, last))
                    if change is not None:
                        yield change
                    if number == last and not await self._in_time(changed):
                        yield _alive()
                    last = number
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


def _alive() -> PackedEvent:
    return packed_event("alive", clock.now_ms())


class _BoardStream(StreamingResponse):
    """Makes room however it ends."""

    def __init__(self, contents: AsyncIterator[bytes], streams: BoardStreams, *, packed: bool) -> None:
        headers = {"cache-control": "no-store", "x-accel-buffering": "no", "vary": "Accept-Encoding"}
        encoding = {"content-encoding": "gzip"} if packed else {}
        super().__init__(contents, media_type="text/event-stream", headers=headers | encoding)
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._streams.release()
