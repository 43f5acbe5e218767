"""Event streams: every viewer receives everything, and no viewer can hold more than its share."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from gateway.web.base import web_app
from gateway.web.event_stream import EventStream, event
from tests.web.asgi import Connection, connected, request


def app(stream: EventStream) -> ASGIApp:
    async def events(_request: Request) -> Response:
        return stream.response(lambda: b"first\n")

    return web_app([Route("/events", events)])


@contextlib.asynccontextmanager
async def viewer(stream: EventStream) -> AsyncIterator[Connection]:
    """Connect, and wait for the first event."""
    async with connected(app(stream), "/events") as connection:
        assert await connection.chunks.get() == b"first\n"
        yield connection


def test_an_event_is_one_line_of_json() -> None:
    assert event("alarms", [{"text": "a\nb"}]) == b'event: alarms\ndata: [{"text":"a\\nb"}]\n\n'


async def test_every_viewer_receives_the_first_event_and_what_follows_in_order() -> None:
    stream = EventStream()
    async with viewer(stream) as one, viewer(stream) as other:
        assert one.headers["content-type"].startswith("text/event-stream")
        assert one.headers["cache-control"] == "no-store"
        for content in (b"a", b"b", b"c"):
            stream.publish(content)
        assert await one.chunks.get() == await other.chunks.get() == b"abc"
        stream.publish(b"d")
        assert await one.chunks.get() == b"d"


async def test_a_viewer_too_many_is_answered_with_a_sentence_and_a_place_becomes_free_again() -> None:
    stream = EventStream(viewers_most=2)
    async with viewer(stream):
        async with viewer(stream):
            refused = await request(app(stream), "/events")
            assert (refused.status, refused.error) == (503, "2 viewers are connected already; close another page or try again later")
        async with viewer(stream):
            assert stream.viewers == 2
    assert stream.viewers == 0


async def test_a_viewer_that_leaves_before_its_first_event_holds_no_place() -> None:
    stream = EventStream()
    connection = Connection(app(stream), "GET", "/events", {}, [])
    connection.disconnect()
    await connection.task
    assert stream.viewers == 0


async def test_it_is_reported_when_a_viewer_comes_and_when_one_leaves() -> None:
    seen: list[int] = []
    stream = EventStream(on_viewers=lambda: seen.append(stream.viewers))
    async with viewer(stream), viewer(stream):
        pass
    assert seen == [1, 2, 1, 0]


async def test_a_viewer_that_reads_too_slowly_is_cut_off_and_the_others_are_not() -> None:
    stream = EventStream(behind_most=3)
    async with viewer(stream) as quick, viewer(stream) as slow:
        slow.send_room.clear()
        for number in range(6):
            stream.publish(str(number).encode())
            assert await quick.chunks.get() == str(number).encode()
        assert stream.viewers == 2, "its connection is still open"
        slow.send_room.set()
        await slow.task
        assert await slow.chunks.get() == b"0", "what was being sent when it stopped reading"
        assert slow.chunks.empty()
        assert stream.viewers == 1


async def test_closing_ends_every_stream_after_what_waits_and_refuses_new_viewers() -> None:
    stream = EventStream()
    async with viewer(stream) as one:
        stream.publish(b"last")
        stream.close()
        await asyncio.wait_for(one.task, 10)
        assert await one.chunks.get() == b"last"
        assert (await request(app(stream), "/events")).error == "the server is shutting down"


@pytest.mark.parametrize("count", [1, 50])
async def test_nothing_is_kept_for_nobody(count: int) -> None:
    stream = EventStream()
    for _ in range(count):
        stream.publish(b"x")
    async with viewer(stream) as late:
        stream.publish(b"y")
        assert await late.chunks.get() == b"y"
