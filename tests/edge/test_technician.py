"""The local API of a running gateway: where it is served, and what happens if it can't be."""

import asyncio
import http.client
import socket
import stat
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.cli.local import LocalError, find
from gateway.edge.gateway import EdgeGateway
from gateway.edge.services.codes import CodeFiles
from gateway.edge.technician import CONTROL_SOCKET
from gateway.model.site.pages import PageSettings
from gateway.web import sessions
from tests.edge.edges import edge_in, site_in
from tests.edge.running import running_gateway
from tests.system.servers import free_port, listens


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_COST", 1 << 4)


async def test_the_api_is_served_to_the_gateways_user_and_group_while_it_runs(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as (gateway, local):
        path = gateway._site.state / CONTROL_SOCKET
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        assert (await asyncio.to_thread(local.get, "/api/state"))["identity"]["gateway"] == "gw-1"
        with pytest.raises(LocalError, match="not found: GET /api/nothing"):
            await asyncio.to_thread(local.get, "/api/nothing")
    assert not path.exists()
    assert find(gateway._site) is None


async def test_a_gateway_whose_api_can_not_be_served_runs_all_the_same(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    (tmp_path / CONTROL_SOCKET).write_text("no socket")
    site, stop = site_in(tmp_path)._replace(listen="127.0.0.1:0"), asyncio.Event()
    running = asyncio.create_task(EdgeGateway(site).run(stop))
    async with asyncio.timeout(30):
        while "reads 1 devices" not in caplog.text:
            await asyncio.sleep(0.01)
            assert not running.done()
        stop.set()
        await running
    assert f"commands can't reach this gateway: {tmp_path / CONTROL_SOCKET} is not a socket; remove it" in caplog.text
    edge_in(tmp_path)._journal.close()


class _Browser:
    """Keeps the cookie of a page."""

    def __init__(self, port: int) -> None:
        self._port, self.cookie = port, ""

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, Any]:
        return await asyncio.to_thread(self._ask, method, path, body, headers)

    def _ask(self, method: str, path: str, body: object, headers: dict[str, str]) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        own = {"cookie": self.cookie, "origin": f"http://127.0.0.1:{self._port}"}
        connection.request(method, path, None if body is None else msgspec.json.encode(body), own | headers)
        response = connection.getresponse()
        self.cookie = (response.headers["set-cookie"] or self.cookie).partition(";")[0]
        content = response.read()
        connection.close()
        return response.status, msgspec.json.decode(content) if content else None


async def test_the_page_is_served_behind_the_code_of_the_label(tmp_path: Path) -> None:
    port = free_port()
    async with running_gateway(tmp_path, PageSettings(listen=f"127.0.0.1:{port}")):
        browser = _Browser(port)
        async with asyncio.timeout(30):
            while not await asyncio.to_thread(listens, port):
                await asyncio.sleep(0.05)
        assert (await browser.ask("GET", "/api/state"))[0] == 401
        # The first login waits for the codes, which are made meanwhile.
        assert (await browser.ask("POST", "/api/login", {"code": "0000-0000"}))[0] == 401
        code = CodeFiles(tmp_path).code_of("technician")
        status, session = await browser.ask("POST", "/api/login", {"code": code})
        assert (status, session["role"], session["gateway"]) == (200, "technician", "gw-1")
        assert (await browser.ask("GET", "/api/state"))[1]["identity"]["gateway"] == "gw-1"
        status, error = await browser.ask("GET", "/api/state", host="evil.example")
        assert (status, "'page.hosts'" in error["error"]) == (421, True)
        assert (await browser.ask("GET", "/api/state", host=f"gw-1.local:{port}"))[0] == 200
        assert (await browser.ask("POST", "/api/codes/renew", {"role": "technician"}, **{"x-csrf-token": session["csrf"]}))[0] == 404


async def test_a_page_that_can_not_be_served_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        async with running_gateway(tmp_path, PageSettings(listen=listen)) as (_, local):
            assert (await asyncio.to_thread(local.get, "/api/session"))["role"] == "technician"
            async with asyncio.timeout(30):
                while "the technician's page is not served" not in caplog.text:
                    await asyncio.sleep(0.01)
