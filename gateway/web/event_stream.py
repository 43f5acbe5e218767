"""Server-sent events to a bounded number of viewers.

A viewer that falls behind is cut off: its browser connects again and receives the whole state first.
"""

import asyncio
from collections.abc import AsyncIterator, Callable

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send


def event(kind: str, data: object) -> bytes:
    """Return a server-sent event with its data as JSON."""
    return f"event: {kind}\ndata: ".encode() + msgspec.json.encode(data) + b"\n\n"


class _Viewer:
    """One connected browser and the events that it has not received yet."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []
        self._changed = asyncio.Event()
        self._ended = False

    @property
    def behind(self) -> int:
        """Events that wait."""
        return len(self._waiting)

    def add(self, content: bytes) -> None:
        """Queue an event."""
        if not self._ended:
            self._waiting.append(content)
            self._changed.set()

    def end(self, *, discard: bool) -> None:
        """End the stream after what waits, or at once."""
        self._ended = True
        if discard:
            self._waiting.clear()
        self._changed.set()

    async def events(self) -> AsyncIterator[bytes]:
        """Yield what waits, several events at once where there are several."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._waiting:
                events = b"".join(self._waiting)
                self._waiting.clear()
                yield events
            if self._ended and not self._waiting:
                return


class EventStream:
    """Passes events on to every viewer that is connected.

    Args:
        viewers_most: Viewers at the same time; the next one is answered with 503.
        behind_most: Events that a viewer may be behind before it is cut off.
        on_viewers: Called when a viewer has come or left.
    """

    def __init__(self, *, viewers_most: int = 200, behind_most: int = 2000, on_viewers: Callable[[], None] = lambda: None) -> None:
        self._viewers_most, self._behind_most, self._on_viewers = viewers_most, behind_most, on_viewers
        self._viewers: set[_Viewer] = set()
        self._closed = False

    @property
    def viewers(self) -> int:
        """Connected viewers."""
        return len(self._viewers)

    def publish(self, content: bytes) -> None:
        """Queue an event for every viewer, and cut off those that are too far behind."""
        for viewer in self._viewers:
            if viewer.behind >= self._behind_most:
                viewer.end(discard=True)
            else:
                viewer.add(content)

    def close(self) -> None:
        """End every stream; an open one would delay the server's shutdown."""
        self._closed = True
        for viewer in self._viewers:
            viewer.end(discard=False)

    def response(self, first: Callable[[], bytes]) -> Response:
        """Return the response to a new viewer: the event that `first` returns, and every event after it.

        Raises:
            HTTPException: 503, because there are too many viewers or the stream is closed.
        """
        if self._closed:
            raise HTTPException(503, "the server is shutting down")
        if len(self._viewers) >= self._viewers_most:
            raise HTTPException(503, f"{self._viewers_most} viewers are connected already; close another page or try again later")
        viewer = _Viewer()
        viewer.add(first())
        self._viewers.add(viewer)
        self._on_viewers()
        return _StreamResponse(viewer, lambda: self._release(viewer))

    def _release(self, viewer: _Viewer) -> None:
        self._viewers.discard(viewer)
        self._on_viewers()


class _StreamResponse(StreamingResponse):
    """Releases the viewer's place however the connection ends, also before its first event is sent."""

    def __init__(self, viewer: _Viewer, release: Callable[[], None]) -> None:
        super().__init__(viewer.events(), media_type="text/event-stream", headers={"cache-control": "no-store"})
        self._release = release

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._release()
