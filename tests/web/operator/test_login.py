"""Who may use the operator's page, and who may not."""

import asyncio
from ipaddress import ip_address
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.web import guarding
from gateway.web.event_stream import EventStream
from gateway.web.operator.login import TrustedProxy
from tests.web.asgi import Connection
from tests.web.operator.logins import ANNA, BRUNO, Browser, GuardedPage, content, users_of_a_page


def behind_a_proxy(*addresses: str) -> GuardedPage:
    return GuardedPage(None, TrustedProxy("X-Remote-User", [ip_address(one) for one in addresses], ["anna"]))


async def test_without_users_everybody_on_this_machine_may_do_everything_with_the_pages_token() -> None:
    person = Browser(GuardedPage())
    assert (await person.get("/api/look")).status == 200
    assert (await person.post("/api/change")).status == 403
    person.csrf = content(await person.get("/api/session"))["csrf"]
    assert (await person.post("/api/change")).status == 200
    assert (await person.post("/api/change", origin="http://evil.example")).status == 403
    assert (await person.log_in("anna", ANNA)).status == 404


async def test_without_a_session_every_guarded_path_is_closed(tmp_path: Path) -> None:
    person = Browser(GuardedPage(users_of_a_page(tmp_path)))
    for path in ("/api/look", "/api/nothing", "//api/look", "/api/login/../look"):
        assert (await person.get(path, x_remote_user="anna")).status in (401, 404), path
    assert (await person.get("/api/look")).status == 401
    assert (await person.post("/api/change")).status == 401
    person.cookie = "session=guessed"
    assert (await person.get("/api/look")).status == 401


async def test_an_operator_may_change_something_and_a_viewer_may_look(tmp_path: Path) -> None:
    page = GuardedPage(users_of_a_page(tmp_path))
    anna, bruno = Browser(page), Browser(page)
    assert (await anna.log_in("anna", ANNA)).status == (await bruno.log_in("bruno", BRUNO)).status == 200
    assert (await anna.post("/api/change")).status == (await bruno.get("/api/look")).status == 200
    answer = await bruno.post("/api/change")
    assert (answer.status, content(answer)["error"]) == (403, "viewers may only look; an operator may do this")
    assert (await anna.post("/api/change", x_csrf_token=bruno.csrf)).status == 403, "another session's token"


async def test_a_wrong_name_and_a_wrong_password_get_the_same_answer_and_guesses_wait(tmp_path: Path) -> None:
    page = GuardedPage(users_of_a_page(tmp_path))
    person = Browser(page)
    answers = [await person.log_in(*typed) for typed in (("anna", BRUNO), ("carla", ANNA), ("anna", ""))]
    assert {(answer.status, content(answer)["error"]) for answer in answers} == {(401, "the name or the password is wrong")}
    assert (await person.log_in("anna", ANNA)).status == 429, "not even the right one"
    page.clock.now_s += 2
    assert (await person.log_in("anna", ANNA)).status == 200


async def test_a_changed_role_counts_at_once_and_a_changed_password_or_removal_ends_the_session(tmp_path: Path) -> None:
    users = users_of_a_page(tmp_path)
    person, other = Browser(page := GuardedPage(users)), Browser(page)
    await person.log_in("anna", ANNA)
    users.put("anna", "viewer", None)
    assert (await person.post("/api/change")).status == 403
    users.put("anna", "operator", "another password")
    assert (await person.get("/api/look")).status == 401
    await other.log_in("bruno", BRUNO)
    users.remove("bruno")
    assert (await other.get("/api/look")).status == 401


async def test_a_session_ends_when_it_is_idle_for_a_shift_and_by_the_logout(tmp_path: Path) -> None:
    page = GuardedPage(users_of_a_page(tmp_path))
    person = Browser(page)
    await person.log_in("anna", ANNA)
    page.clock.now_s += 8 * 3600 - 1
    assert (await person.get("/api/look")).status == 200
    assert (await person.post("/api/logout", x_csrf_token="")).status == 403
    assert (await person.post("/api/logout")).status == 204
    assert (await person.get("/api/look")).status == 401
    await person.log_in("anna", ANNA)
    page.clock.now_s += 8 * 3600
    assert (await person.get("/api/look")).status == 401


async def test_while_the_users_can_not_be_read_nobody_gets_in_or_stays(tmp_path: Path) -> None:
    page = GuardedPage(users_of_a_page(tmp_path))
    person = Browser(page)
    await person.log_in("anna", ANNA)
    (tmp_path / "users.json").chmod(0o644)
    assert (await person.get("/api/look")).status == 401
    assert (await person.log_in("anna", ANNA)).status == 503
    (tmp_path / "users.json").chmod(0o600)
    assert (await person.get("/api/look")).status == 200


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1"])
async def test_the_proxys_header_names_the_user(address: str) -> None:
    person = Browser(behind_a_proxy("10.0.0.1", address.removeprefix("::ffff:")))
    found = content(await person.get("/api/session", x_remote_user="anna"))
    assert (found["name"], found["role"], found["can_leave"]) == ("anna", "operator", False)
    person.csrf = found["csrf"]
    assert (await person.post("/api/change", x_remote_user="anna")).status == 200
    assert (await person.post("/api/change", x_remote_user="bruno")).status == 403, "the token is anna's"
    person.csrf = content(await person.get("/api/session", x_remote_user="bruno"))["csrf"]
    assert (await person.get("/api/look", x_remote_user="bruno")).status == 200
    assert "viewers may only look" in content(await person.post("/api/change", x_remote_user="bruno"))["error"]


@pytest.mark.parametrize("name", ["", "anna, bruno", "an na", "-anna", "x" * 65, "<b>"])
async def test_a_header_that_names_nobody_lets_nobody_in(name: str) -> None:
    assert (await Browser(behind_a_proxy("127.0.0.1")).get("/api/look", x_remote_user=name)).status == 401


async def test_the_header_is_not_believed_from_others_or_if_it_comes_twice() -> None:
    assert (await Browser(behind_a_proxy("10.0.0.1")).get("/api/look", x_remote_user="anna")).status == 401
    proxy = TrustedProxy("x-remote-user", [ip_address("127.0.0.1")], [])
    scope = {"type": "http", "client": ("127.0.0.1", 5), "headers": [(b"x-remote-user", b"anna"), (b"x-remote-user", b"bruno")]}
    assert proxy.user_of(Request(scope)) is None
    for client in (None, ("a socket", 0)):
        assert proxy.user_of(Request({"type": "http", "client": client, "headers": [(b"x-remote-user", b"anna")]})) is None


async def test_over_tls_the_cookie_is_for_this_host_alone(tmp_path: Path) -> None:
    answer = await Browser(GuardedPage(users_of_a_page(tmp_path), tls=True)).log_in("anna", ANNA)
    assert answer.headers["set-cookie"].startswith("__Host-session=")
    assert "Secure" in answer.headers["set-cookie"]


async def test_an_open_stream_ends_with_its_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarding, "_REVIEW_S", 0.01)
    stream, users = EventStream(), users_of_a_page(tmp_path)

    async def events(_request: Request) -> Response:
        return stream.response(lambda: b"first")

    page = GuardedPage(users, None, lambda _login: [Route("/events", events)])
    person = Browser(page)
    await person.log_in("anna", ANNA)
    viewer = Connection(page.app, "GET", "/api/events", {"cookie": person.cookie}, [b""])
    async with asyncio.timeout(30):
        assert await viewer.chunks.get() == b"first"
        users.remove("anna")
        await viewer.task
    assert stream.viewers == 0
