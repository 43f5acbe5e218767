"""Who gets in, and who does not."""

import asyncio

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.web import guarding
from gateway.web.event_stream import EventStream
from gateway.web.technician.login import PageRole
from tests.web.asgi import Connection
from tests.web.technician.logins import Page, Person, content


async def test_without_a_session_every_room_and_every_unknown_path_is_closed() -> None:
    person = Person(Page())
    for path in ("/api/look", "/api/nothing", "/", "//api/look", "/api/../api/look", "/api/login/../look"):
        assert (await person.get(path)).status == 401, path
    assert (await person.post("/api/change")).status == 401
    person.cookie = "session=guessed"
    assert (await person.get("/api/look")).status == 401


async def test_a_technician_may_look_and_change() -> None:
    person = Person(Page())
    assert (await person.log_in("TECH-0001")).status == 200
    assert (await person.get("/api/look")).body == b"seen"
    assert (await person.post("/api/change")).body == b"changed"


async def test_a_reader_may_only_look() -> None:
    person = Person(Page())
    await person.log_in("READ-0001")
    assert (await person.get("/api/look")).body == b"seen"
    answer = await person.post("/api/change")
    assert answer.status == 403
    assert "may only look" in content(answer)["error"]
    assert "solo di guardare" in content(answer)["error_it"]


async def test_a_change_needs_the_sessions_token_and_its_own_origin() -> None:
    page = Page()
    person, other = Person(page), Person(page)
    await person.log_in("TECH-0001")
    await other.log_in("TECH-0001")
    for token in ("", "guessed", other.csrf, person.csrf[:-1], "è"):
        assert (await person.post("/api/change", headers={"x-csrf-token": token})).status == 403, token
    for origin in ("http://evil.example", "null", "http://street.evil.example"):
        assert (await person.post("/api/change", headers={"origin": origin})).status == 403, origin
    assert (await person.post("/api/change")).status == 200


async def test_a_wrong_code_opens_nothing_and_guesses_are_slowed_down() -> None:
    page = Page()
    person = Person(page)
    assert [(await person.log_in("WRNG-0001")).status for _ in range(4)] == [401, 401, 401, 429]
    answer = await person.log_in("TECH-0001")
    assert (answer.status, answer.headers["retry-after"], content(answer)["wait_s"]) == (429, "2", 2), "not even the right one"
    assert page.codes.asked == 3
    page.clock.now_s += 2
    assert (await person.log_in("TECH-0001")).status == 200


async def test_guesses_at_the_same_time_are_not_checked_all_together() -> None:
    page, go = Page(), asyncio.Event()

    async def slow(code: str) -> PageRole | None:
        page.codes.asked += bool(code)
        await go.wait()
        return None

    page.codes.role_of = slow  # type: ignore[method-assign]
    tries = [asyncio.create_task(page.login.open("x", f"10.0.0.{number}")) for number in range(16)]
    async with asyncio.timeout(20):
        while sum(one.done() for one in tries) < 12:
            await asyncio.wait(tries, return_when=asyncio.FIRST_COMPLETED, timeout=0.01)
        go.set()
        found = await asyncio.gather(*tries, return_exceptions=True)
    assert page.codes.asked == 4
    assert sum(isinstance(one, guarding.TooManyAttempts) for one in found) == 12


async def test_a_session_ends_when_it_is_idle() -> None:
    page = Page()
    person = Person(page)
    await person.log_in("TECH-0001")
    page.clock.now_s += 1799
    assert (await person.get("/api/look")).status == 200
    page.clock.now_s += 1801
    assert (await person.get("/api/look")).status == 401


@pytest.mark.parametrize("end", ["logout", "idle", "new code"])
async def test_an_open_stream_ends_with_its_session(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarding, "_REVIEW_S", 0.01)
    stream = EventStream()

    async def events(_request: Request) -> Response:
        return stream.response(lambda: b"first")

    page = Page(Route("/api/events", events))
    person = Person(page)
    await person.log_in("TECH-0001")
    viewer = Connection(page.app, "GET", "/api/events", {"cookie": person.cookie}, [b""])
    async with asyncio.timeout(20):
        assert await viewer.chunks.get() == b"first"
        if end == "logout":
            assert (await person.post("/api/logout", {})).status == 204
        elif end == "idle":
            page.clock.now_s += 1801
        else:
            page.login.close_all_of("technician")
        await viewer.task
    assert stream.viewers == 0
