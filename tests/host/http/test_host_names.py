"""The names under which a server answers: a page of another site can't read it by giving itself the server's address."""

import asyncio
import http.client
import json

import pytest

from gateway.host.http.host_names import answers_for
from gateway.host.http_server import observability, serving


@pytest.mark.parametrize(
    ("host", "bound", "names", "answered"),
    [
        ("localhost:8080", "127.0.0.1", (), True),
        ("LOCALHOST.", "127.0.0.1", (), True),
        ("127.0.0.1:8080", "127.0.0.1", (), True),
        ("127.1.2.3", "127.0.0.1", (), True),
        ("[::1]:8080", "::1", (), True),
        (None, "127.0.0.1", (), True),
        ("evil.example:8080", "127.0.0.1", (), False),
        ("localhost.evil.example", "127.0.0.1", (), False),
        ("192.0.2.7", "127.0.0.1", (), False),
        ("", "127.0.0.1", (), False),
        ("[::1", "127.0.0.1", (), True),
        ("street.example", "127.0.0.1", ("street.example",), True),
        ("Street.Example:443", "127.0.0.1", ("street.example",), True),
        ("evil.example", "127.0.0.1", ("street.example",), False),
        ("anything.example", "192.0.2.7", (), True),
        ("anything.example", "0.0.0.0", (), True),
        ("evil.example", "0.0.0.0", ("street.example",), False),
        ("192.0.2.7:8080", "0.0.0.0", ("street.example",), True),
        ("[2001:db8::1]:8080", "::", ("street.example",), True),
        ("localhost", "fe80::1%eth0", ("street.example",), True),
    ],
)  # fmt: skip
def test_a_server_answers_for_its_addresses_and_the_names_it_was_told(
    host: str | None, bound: str, names: tuple[str, ...], answered: bool
) -> None:
    assert answers_for(host, bound, names) == answered


async def test_requests_for_another_host_are_refused_with_421() -> None:
    def ask(port: int, host: str) -> tuple[int, dict[str, object]]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("GET", "/health", headers={"host": host})
        response = connection.getresponse()
        found = response.status, json.loads(response.read())
        connection.close()
        return found

    async with serving(observability(list, lambda: {"ok": True}), "127.0.0.1:0", ["street.example"]) as port:
        assert await asyncio.to_thread(ask, port, f"localhost:{port}") == (200, {"ok": True})
        assert await asyncio.to_thread(ask, port, "street.example") == (200, {"ok": True})
        status, body = await asyncio.to_thread(ask, port, f"rebound.example:{port}")
    expected = f"unknown host 'rebound.example:{port}': use the server's address, or list the name under 'console.hosts'"
    assert (status, body) == (421, {"title": "Misdirected request", "status": 421, "detail": expected, "error": expected})
