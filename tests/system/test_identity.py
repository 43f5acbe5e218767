"""Two gateways with one identity, on two machines, at one broker."""

import asyncio
import contextlib
import json
import socket
import sqlite3
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.journal import inspect
from tests.system.peer import until
from tests.system.servers import Process, free_port, gateway, mosquitto

pytestmark = pytest.mark.system

_SITE = """
site: prato
operator: citelum
gateway: gw-1
uplink: {{broker: "mqtt://127.0.0.1:{broker}", clock_wait: 0s, flush: 1s}}
journal: {{path: {folder}/journal.sqlite}}
listen: 127.0.0.1:{listen}
assets: {{qe-1: {{lat: 43.88, lon: 11.09}}}}
lines:
  - {{id: street, tcp: "127.0.0.1:{device}", devices: [{{id: d-1, profile: carlo_gavazzi_em340, asset: qe-1, every: 1s}}]}}
"""
_CENTRE = """
site: prato
centre: {{broker: "mqtt://127.0.0.1:{broker}", store: {{history: {{path: {folder}/history.sqlite}}}}, listen: 127.0.0.1:{listen}}}
"""
_RUN = """
import socket, sys
from gateway.cli import main
from gateway.uplink import identity
host = sys.argv[1]
socket.gethostname = lambda: host
identity.HOLD_S = 4.0
identity.LONGEST_S = 1.0
sys.argv[1:] = ["run", "site.yaml"]
main()
"""


class Edge:
    """A gateway on a machine of its own."""

    def __init__(self, host: str, folder: Path, broker: int, device: int) -> None:
        self.folder, self.listen = folder / host, free_port()
        self.folder.mkdir()
        (self.folder / "site.yaml").write_text(_SITE.format(broker=broker, folder=self.folder, listen=self.listen, device=device))
        self.process = Process(host, self.folder, sys.executable, "-c", _RUN, host)

    async def health(self) -> dict[str, object]:
        return await asyncio.to_thread(health, self.listen)

    def stored(self) -> int:
        with contextlib.suppress(OSError, sqlite3.DatabaseError):  # it is being created
            return inspect.stats(self.folder / "journal.sqlite").stored.batches
        return 0


def health(port: int) -> dict[str, object]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            found: dict[str, object] = json.load(answer)
    except urllib.error.HTTPError as error:
        found = json.load(error)
    except OSError:
        return {}
    return found


@pytest.fixture
def device() -> Iterator[int]:
    """Return the port of a device that accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        yield silent.getsockname()[1]


async def test_they_are_noticed_kept_apart_and_named_on_both_sides_and_the_last_one_continues(tmp_path: Path, device: int) -> None:
    broker, port = mosquitto(tmp_path)
    centre_listen = free_port()
    (tmp_path / "centre.yaml").write_text(_CENTRE.format(broker=port, folder=tmp_path, listen=centre_listen))
    centre = gateway("centre", tmp_path, "central", "centre.yaml")
    first = Edge("edge-a", tmp_path, port, device)
    await until("the first batches", lambda: first.stored() > 3, 60)
    assert await first.health() | {"ok": True, "cloned_by": None} == await first.health()
    second = Edge("edge-b", tmp_path, port, device)

    async def noticed() -> None:
        while (await first.health()).get("cloned_by") != "edge-b" or (await second.health()).get("cloned_by") != "edge-a":
            await asyncio.sleep(0.2)

    async with asyncio.timeout(60):
        await noticed()
    assert (await first.health())["ok"] is (await second.health())["ok"] is False
    await until(
        "the log of the first", lambda: "another gateway runs as citelum/gw-1, on edge-b; this one, on edge-a" in first.process.said()
    )
    await until("the log of the second", lambda: "on edge-a; this one, on edge-b" in second.process.said())
    await until("the log of the centre", lambda: "two gateways run as citelum/gw-1, on edge-" in centre.said(), 60)
    (alarm,) = [one for one in health(centre_listen)["alarms"] if "two gateways" in one]  # type: ignore[attr-defined]
    assert "edge-a" in alarm
    assert "edge-b" in alarm
    before = second.stored()
    await asyncio.sleep(3)
    assert second.stored() == before, "neither sends while there are two"
    second.process.kill_9()
    kept = first.stored()
    await until("the first to continue", lambda: first.stored() > kept, 60)

    async def alone() -> None:
        while (await first.health()).get("ok") is not True:
            await asyncio.sleep(0.2)

    async with asyncio.timeout(60):
        await alone()
    assert inspect.gaps(first.folder / "journal.sqlite") == []
    for process in (first.process, centre, broker):
        process.stop()
