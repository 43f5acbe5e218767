"""A stream that is fed only while somebody reads it."""

import asyncio
from collections.abc import AsyncGenerator

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from gateway.web.base import web_app
from gateway.web.watched_stream import WatchedStream
from tests.web.asgi import connected, request


def app(stream: WatchedStream) -> ASGIApp:
    async def events(_request: Request) -> Response:
        return stream.response()

    return web_app([Route("/", events)])


class Counting:
    """A feed that yields numbers, and notes when it is opened and closed."""

    def __init__(self) -> None:
        self.opened = 0
        self.closed = asyncio.Event()

    async def __call__(self) -> AsyncGenerator[bytes, None]:
        self.opened += 1
        self.closed.clear()
        try:
            number = 0
            while True:
                yield b"%d " % number
                number += 1
        finally:
            self.closed.set()


async def test_a_feed_begins_with_the_first_viewer_and_ends_with_the_last() -> None:
    feed = Counting()
    stream = WatchedStream(feed, 0.01)
    page = app(stream)
    assert feed.opened == 0
    for opened in (1, 2):
        async with asyncio.timeout(20), connected(page, "/") as one, connected(page, "/") as other:
            seen = b""
            while not seen.endswith(b"2 "):
                seen += await one.chunks.get()
            assert seen == b": begin\n\n0 1 2 "
            assert (await other.chunks.get()).startswith(b": begin\n\n")
            assert (feed.opened, stream.viewers) == (opened, 2)
        async with asyncio.timeout(20):
            await feed.closed.wait()
    await stream.close()


async def test_a_stream_that_is_closed_ends_its_viewers_and_its_feed() -> None:
    feed = Counting()
    stream = WatchedStream(feed, 0.01)
    page = app(stream)
    async with asyncio.timeout(20), connected(page, "/") as viewer:
        await viewer.chunks.get()
        await viewer.chunks.get()
        await stream.close()
        await viewer.task
        assert feed.closed.is_set()
    assert (await request(page, "/")).status == 503


async def test_a_feed_that_fails_is_logged_and_the_next_viewer_starts_it_again(caplog: pytest.LogCaptureFixture) -> None:
    ended = asyncio.Event()

    async def broken() -> AsyncGenerator[bytes, None]:
        yield b"1"
        ended.set()
        raise ZeroDivisionError("as a bug would")

    stream = WatchedStream(broken, 0.01)
    page = app(stream)
    for _ in range(2):
        ended.clear()
        async with asyncio.timeout(20), connected(page, "/") as viewer:
            await viewer.chunks.get()
            await ended.wait()
    assert caplog.text.count("a stream of events has ended") == 2
    await stream.close()
