"""An event stream that is fed only while somebody reads it."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable

from starlette.responses import Response

from gateway.web.event_stream import EventStream

log = logging.getLogger(__name__)

Feed = Callable[[], AsyncGenerator[bytes, None]]
"""Yields the events that are new, or nothing, whenever it is asked; it is closed when the last viewer has left."""


class WatchedStream:
    """Asks a feed for events at an interval, from the first viewer to the last.

    Args:
        feed: What is published.
        every_s: How often it is asked.
        viewers_most: Viewers at the same time; the next one is answered with 503.
    """

    def __init__(self, feed: Feed, every_s: float, *, viewers_most: int = 32) -> None:
        self._feed, self._every_s = feed, every_s
        # One that is two minutes behind is cut off.
        self._stream = EventStream(viewers_most=viewers_most, behind_most=max(1, int(120 / every_s)))
        self._feeding: asyncio.Task[None] | None = None

    @property
    def viewers(self) -> int:
        """Connected viewers."""
        return self._stream.viewers

    def response(self, first: Callable[[], bytes] = lambda: b"") -> Response:
        """Return the response to a new viewer: what `first` returns, and every event after it.

        Raises:
            HTTPException: 503, because there are too many viewers or the stream is closed.
        """
        response = self._stream.response(lambda: first() or b": begin\n\n")
        if self._feeding is None or self._feeding.done():
            self._feeding = asyncio.create_task(self._run(), name="events")
            self._feeding.add_done_callback(_log_failure)
        return response

    async def _run(self) -> None:
        async with contextlib.aclosing(self._feed()) as feed:
            try:
                while self.viewers:
                    content = await anext(feed)
                    if content:
                        self._stream.publish(content)
                    await asyncio.sleep(self._every_s)
            except StopAsyncIteration:
                return

    async def close(self) -> None:
        """End the feed and every stream."""
        self._stream.close()
        if self._feeding is not None:
            self._feeding.cancel()
            await asyncio.wait((self._feeding,))


def _log_failure(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and task.exception() is not None:
        log.error("a stream of events has ended", exc_info=task.exception())
