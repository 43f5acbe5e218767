"""Server-sent events: what changes for an organisation, within a second, as long as its token is valid.

A new stream begins with every situation that is not over, then the event `current`. With `Last-Event-ID`, the number of the last event
that the client has received, it continues after that.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from functools import partial

import msgspec
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from gateway.centre.situation.changes import ChangeBatch, ChangeReader, Exercises, SituationChange
from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.present import PresentSituations
from gateway.centre.situation.service import SituationService
from gateway.web.situation.access import RoomAccess
from gateway.web.situation.callers import Caller
from gateway.web.situation.problem import ApiProblem, unavailable
from gateway.web.situation.queries import LIMIT_MOST, SituationFilter
from gateway.web.situation.views import FoundPage, page

STREAMS_MOST, STREAMS_MOST_OF_ONE = 100, 10
"""Open streams of all organisations, and of one."""

_REVIEW_S = 0.5
"""How soon a stream ends after its token."""

_SILENT_S = 15.0
"""After so long without an event comes a comment, so that proxies and clients know that the stream is alive."""


class SituationStreams:
    """The open streams.

    Args:
        access: The room.
        present: Its situations.
        changes: Reads what changes.
    """

    def __init__(self, access: RoomAccess, present: PresentSituations, changes: ChangeReader) -> None:
        self._access, self._present, self._changes = access, present, changes
        self._open: Counter[str] = Counter()
        self._closing = asyncio.Event()

    @property
    def open(self) -> int:
        """Open streams."""
        return self._open.total()

    def close(self) -> None:
        """End every stream; an open one would delay the end of the server."""
        self._closing.set()

    def response(self, caller: Caller, last: int | None, exercises: Exercises) -> StreamingResponse:
        """Return a new stream, after the event with a number; None: from the beginning.

        Raises:
            ApiProblem: 503, because there are too many streams.
        """
        if self._closing.is_set() or self.open >= STREAMS_MOST:
            raise unavailable("there are too many streams: try again later", "troppi flussi aperti: riprovare più tardi", 30.0)
        if self._open[caller.organisation] >= STREAMS_MOST_OF_ONE:
            raise ApiProblem(
                429,
                f"{caller.organisation} has {STREAMS_MOST_OF_ONE} open streams: close one",
                f"{caller.organisation} ha già {STREAMS_MOST_OF_ONE} flussi aperti: chiuderne uno",
                headers={"retry-after": "30"},
            )
        self._open[caller.organisation] += 1
        return _Stream(self._events(caller, last, exercises), self, caller)

    def release(self, caller: Caller) -> None:
        """Make room for another stream."""
        self._open[caller.organisation] -= 1

    async def ended(self, caller: Caller) -> None:
        """Wait until the token of a caller is no longer valid, or the server ends."""
        while caller.lasts():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_REVIEW_S):
                    await self._closing.wait()
                    return

    async def _events(self, caller: Caller, last: int | None, exercises: Exercises) -> AsyncIterator[bytes]:
        run = self._access.room.run  # not that of requests: as many streams as may be open may wait
        try:
            newest = await run(lambda service: service.store.newest())
            if last is None or last > newest:  # the store may be another one than that of the last event
                async for content in self._present_of(caller, exercises):
                    yield content
                yield b"event: current\nid: %d\ndata: {}\n\n" % newest
                last = newest
            with self._access.room.watching() as changed:
                while True:
                    changed.clear()
                    batch = await run(self._read(caller, last, exercises))
                    for change in batch.changes:
                        yield _event(change)
                    if batch.last == last and not await _in_time(changed):
                        yield b": still there\n\n"
                    last = batch.last
        except SituationsUnavailable:
            return  # the client comes back, and continues after the last event

    async def _present_of(self, caller: Caller, exercises: Exercises) -> AsyncIterator[bytes]:
        wanted = SituationFilter((), (), None, None, None, None, None, exercises)
        cursor: str | None = ""
        while cursor is not None:
            found = await self._access.room.run(partial(_page, self._present, caller.organisation, wanted, cursor))
            for one in found.items:
                yield b"event: situation\ndata: %b\n\n" % msgspec.json.encode(one)
            cursor = found.cursor

    def _read(self, caller: Caller, number: int, exercises: Exercises) -> Callable[[SituationService], ChangeBatch]:
        return lambda service: self._changes.read(service.store, caller.organisation, number, exercises)


class _Stream(StreamingResponse):
    """Ends when its caller may not read any more, even if the client takes nothing, and makes room however it ends."""

    def __init__(self, events: AsyncIterator[bytes], streams: SituationStreams, caller: Caller) -> None:
        super().__init__(events, media_type="text/event-stream", headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        self._streams, self._caller = streams, caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sending = asyncio.create_task(super().__call__(scope, receive, send))
        ending = asyncio.create_task(self._streams.ended(self._caller))
        try:
            await asyncio.wait((sending, ending), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._streams.release(self._caller)
            ending.cancel()
            is_cut = sending.cancel()
            await asyncio.wait((sending, ending))
        if is_cut:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_REVIEW_S):  # a client that takes nothing is cut off by the server
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            sending.result()


async def _in_time(changed: asyncio.Event) -> bool:
    try:
        async with asyncio.timeout(_SILENT_S):
            return await changed.wait()
    except TimeoutError:
        return False


def _page(present: PresentSituations, organisation: str, wanted: SituationFilter, cursor: str, service: SituationService) -> FoundPage:
    return page(service, present, organisation, wanted, cursor, LIMIT_MOST)


def _event(change: SituationChange) -> bytes:
    if change.seen is None:
        data = msgspec.json.encode({"id": change.situation})
        return b"event: gone\nid: %d\ndata: %b\n\n" % (change.number, data)
    return b"event: situation\nid: %d\ndata: %b\n\n" % (change.number, msgspec.json.encode(change.seen))
