"""The HTTP server inside a process, and its pages for monitoring."""

import asyncio
import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterable

import pytest
from prometheus_client.core import Metric

from gateway.host.http_server import ListenError, counter, gauge, observability, serving


def samples() -> Iterable[Metric]:
    yield counter("street_things", "Things", 3)
    yield gauge("street_level", "Level", 0.5)


async def get(port: int, path: str) -> tuple[int, str, bytes]:
    def ask() -> tuple[int, str, bytes]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
                return response.status, response.headers["content-type"], response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers["content-type"], error.read()

    return await asyncio.to_thread(ask)


async def test_samples_are_served_for_prometheus() -> None:
    async with serving(observability(samples, lambda: {"ok": True}), "127.0.0.1:0") as port:
        status, kind, body = await get(port, "/metrics")
    assert (status, kind) == (200, "text/plain; version=0.0.4; charset=utf-8")
    lines = body.decode().splitlines()
    assert "street_things_total 3.0" in lines
    assert "street_level 0.5" in lines
    assert any(line.startswith("process_cpu_seconds_total") for line in lines)


@pytest.mark.parametrize(("ok", "status"), [(True, 200), (False, 503)])
async def test_the_health_page_fails_when_the_process_is_not_healthy(ok: bool, status: int) -> None:
    async with serving(observability(samples, lambda: {"ok": ok, "why": "x"}), "127.0.0.1:0") as port:
        found, _, body = await get(port, "/health")
    assert (found, json.loads(body)) == (status, {"ok": ok, "why": "x"})


async def test_other_pages_are_served_by_their_path_as_they_are_at_the_time() -> None:
    content = b"[1]"
    async with serving(observability(samples, lambda: {"ok": True}, {"/lines": lambda: content}), "127.0.0.1:0") as port:
        assert await get(port, "/lines") == (200, "application/json", b"[1]")
        content = b"[2]"
        assert (await get(port, "/lines"))[2] == b"[2]"
        assert (await get(port, "/nothing"))[0] == 404


async def test_an_address_in_use_is_an_error_that_says_what_to_do() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ListenError, match=f"{listen} is in use, or is not an address of this machine; set another one under 'listen'"):
            async with serving(observability(samples, lambda: {"ok": True}), listen):
                pass


async def test_the_port_is_free_again_after_the_end() -> None:
    async with serving(observability(samples, lambda: {"ok": True}), "127.0.0.1:0") as port:
        pass
    async with serving(observability(samples, lambda: {"ok": True}), f"127.0.0.1:{port}") as again:
        assert again == port


async def test_it_listens_on_ipv6_addresses_too() -> None:
    async with serving(observability(samples, lambda: {"ok": True}), "[::1]:0") as port:
        with socket.create_connection(("::1", port), timeout=10):
            pass
