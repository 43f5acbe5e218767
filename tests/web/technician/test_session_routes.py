"""Login, logout, and who has logged in."""

import msgspec
import pytest

from gateway.web.technician.app import local_api
from gateway.web.technician.login import PageRole
from gateway.web.technician.session_routes import socket_routes
from tests.web.asgi import request
from tests.web.technician.logins import Page, Person, content


async def test_the_session_says_who_has_logged_in() -> None:
    person = Person(Page())
    assert content(await person.get("/api/session")) == {"role": None, "csrf": "", "gateway": "gw-1"}
    await person.log_in("READ-0001")
    assert content(await person.get("/api/session")) == {"role": "reader", "csrf": person.csrf, "gateway": "gw-1"}


@pytest.mark.parametrize(("tls", "name", "secure"), [(False, "session", False), (True, "__Host-session", True)])
async def test_the_cookie_is_for_this_page_alone(tls: bool, name: str, secure: bool) -> None:
    answer = await Person(Page(tls=tls)).log_in("TECH-0001")
    cookie, *marks = answer.headers["set-cookie"].split("; ")
    assert cookie.startswith(f"{name}=")
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(marks)
    assert ("Secure" in marks) is secure


async def test_a_logout_ends_the_session_on_the_server() -> None:
    person = Person(Page())
    await person.log_in("TECH-0001")
    answer = await person.post("/api/logout", {})
    assert answer.status == 204
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert (await person.get("/api/look")).status == 401
    assert (await person.post("/api/logout", {})).status == 401


async def test_a_login_that_is_none_is_refused() -> None:
    person = Person(Page())
    for body in (None, {}, {"code": 5}, {"code": "x" * 65}, ["TECH-0001"]):
        assert (await person.post("/api/login", body)).status == 400
    assert (await person.post("/api/login", {"code": "TECH-0001"}, {"origin": "http://evil"})).status == 403


async def test_every_login_gets_a_new_session() -> None:
    page = Page()
    person = Person(page)
    person.cookie = "session=fixed-by-somebody"
    await person.log_in("TECH-0001")
    first = person.cookie
    await person.log_in("TECH-0001")
    assert len({first, person.cookie, "session=fixed-by-somebody"}) == 3


async def test_on_the_socket_everybody_is_the_technician_and_may_renew_codes() -> None:
    class Codes:
        async def renew(self, role: PageRole) -> str:
            return f"new {role}"

    app = local_api(socket_routes(Codes(), "gw-1"))
    assert content(await request(app, "/api/session"))["role"] == "technician"
    own = {"origin": "http://street"}
    answer = await request(app, "/api/codes/renew", "POST", headers=own, body=[msgspec.json.encode({"role": "reader"})])
    assert content(answer) == {"code": "new reader"}
    assert (await request(app, "/api/codes/renew", "POST", headers=own, body=[b'{"role": "root"}'])).status == 400
