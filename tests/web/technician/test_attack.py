"""The page under attack: nothing gets in, technicians do, and the lines are polled as before."""

import asyncio
from pathlib import Path

import pytest

from gateway.edge.services.codes import CodeFiles
from gateway.model.site.pages import PageSettings
from gateway.web import sessions
from tests.edge.running import running_gateway
from tests.fieldbus.line.tcp_units import TcpUnits, serving
from tests.system.servers import free_port, listens
from tests.web.technician.attack import attack, exchange, http


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_COST", 1 << 4)


async def test_a_thousand_idle_connections_guesses_and_forgeries_get_nothing_and_delay_no_poll(tmp_path: Path) -> None:
    port = free_port()
    page = PageSettings(listen=f"127.0.0.1:{port}")
    async with serving(TcpUnits()) as units, running_gateway(tmp_path, page, device=units.address) as (gateway, _):
        async with asyncio.timeout(30):
            while not await asyncio.to_thread(listens, port):
                await asyncio.sleep(0.05)
        code = CodeFiles(tmp_path).code_of("technician")
        login = http("POST", "/api/login", body=f'{{"code": "{code}"}}'.encode())
        status, _, head = await exchange(port, login, "127.0.0.77")
        assert status == 200
        cookie = next(
            line.split(b": ")[1].split(b";")[0] for line in head.split(b"\r\n") if line.lower().startswith(b"set-cookie")
        ).decode()
        (owner,) = gateway._lines.owners
        polls, missed = owner.counts.polls, owner.missed
        attacking = asyncio.create_task(asyncio.to_thread(asyncio.run, attack(port, 60)))
        looked = []
        while not attacking.done():
            looked.append((await exchange(port, http("GET", "/api/state", more=f"Cookie: {cookie}\r\n"), "127.0.0.77"))[0])
            await asyncio.wait((attacking,), timeout=0.2)
        seen = await attacking
        polls, missed = owner.counts.polls - polls, owner.missed - missed
        assert (await exchange(port, login, "127.0.0.78"))[0] in (200, 429)
    assert seen.idle_opened > 900
    assert seen.given_away == []
    assert set(seen.statuses["guess"]) <= {401, 429}
    assert seen.statuses["guess"][401] <= 20 + 60, "those of one source and of all are bounded"
    assert seen.statuses["guess"][429] >= 30, "guesses are slowed down"
    assert set(seen.statuses["path"]) <= {400, 401, 404, 405}
    assert set(seen.statuses["host"]) <= {400, 421}
    assert set(seen.statuses["origin"]) == {403}
    assert set(seen.statuses["no session"]) == {401}
    assert not set(seen.statuses["malformed"]) & set(range(200, 400)), seen.statuses["malformed"]
    assert set(seen.statuses["large"]) <= {0, 413}
    assert looked.count(200) == len(looked) > 0, "whoever has logged in goes on"
    # This process attacks itself, on a machine that may be busy. The command, with a process for each, counts exactly: none is missed.
    assert missed < polls
