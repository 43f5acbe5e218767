"""The local API of a running gateway: where it is served, and what happens if it can't be."""

import asyncio
import stat
from pathlib import Path

import pytest

from gateway.cli.local import LocalError, find
from gateway.edge.gateway import EdgeGateway
from gateway.edge.technician import CONTROL_SOCKET
from tests.edge.edges import edge_in, site_in
from tests.edge.running import running_gateway


async def test_the_api_is_served_to_the_gateways_user_and_group_while_it_runs(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as (gateway, local):
        socket = gateway._site.state / CONTROL_SOCKET
        assert stat.S_IMODE(socket.stat().st_mode) == 0o660
        assert (await asyncio.to_thread(local.get, "/api/state"))["identity"]["gateway"] == "gw-1"
        with pytest.raises(LocalError, match="not found: GET /api/nothing"):
            await asyncio.to_thread(local.get, "/api/nothing")
    assert not socket.exists()
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
