"""The session of the operator's page: who uses it, and what a page has to do about that."""

from ipaddress import ip_address
from pathlib import Path

from gateway.web.operator.login import TrustedProxy
from tests.web.operator.logins import ANNA, Browser, GuardedPage, content, users_of_a_page


async def test_the_page_learns_who_uses_it_and_how_to_log_in(tmp_path: Path) -> None:
    assert content(await Browser(GuardedPage()).get("/api/session"))["role"] == "operator"
    unknown = {"name": None, "role": None, "csrf": "", "can_leave": False}
    proxied = GuardedPage(None, TrustedProxy("x-user", [ip_address("127.0.0.1")], []))
    assert content(await Browser(proxied).get("/api/session")) == unknown | {"login": "proxy"}
    person = Browser(GuardedPage(users_of_a_page(tmp_path)))
    assert content(await person.get("/api/session")) == unknown | {"login": "password"}
    opened = content(await person.log_in("anna", ANNA))
    assert opened == {"name": "anna", "role": "operator", "csrf": person.csrf, "login": "password", "can_leave": True}
    answer = await person.get("/api/session")
    assert content(answer) == opened
    assert answer.headers["cache-control"] == "no-store"


async def test_a_login_that_is_none_and_a_logout_of_nobody_are_rejected(tmp_path: Path) -> None:
    person = Browser(GuardedPage(users_of_a_page(tmp_path)))
    for body in (None, {}, {"name": "anna"}, {"name": "anna", "password": 7}, {"name": "anna", "password": "x" * 257}):
        assert (await person.post("/api/login", body)).status == 400
    assert (await person.post("/api/logout")).status == 401
    assert (await person.post("/api/login", {"name": "anna", "password": ANNA}, origin="http://evil.example")).status == 403
