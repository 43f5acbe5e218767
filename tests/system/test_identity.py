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
from tests.cli.test_backup import passphrase_file
from tests.system.peer import until
from tests.system.servers import Process, free_port, gateway, mosquitto
from tests.trust.broker import gateway as command

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
from gateway.host import machine
from gateway.uplink import identity
host, number = sys.argv[1:3]
socket.gethostname = lambda: host
machine.hardware_number = lambda: number
identity.HOLD_S = 4.0
identity.LONGEST_S = 1.0
sys.argv[1:] = ["run", "site.yaml"]
main()
"""


class Edge:
    """A gateway on a machine of its own, with a host name and a hardware number; its folder is made, or was restored."""

    def __init__(self, host: str, folder: Path, broker: int, device: int, number: str = "") -> None:
        self.folder, self.listen = folder, free_port()
        self.folder.mkdir(exist_ok=True)
        (self.folder / "site.yaml").write_text(_SITE.format(broker=broker, folder=self.folder, listen=self.listen, device=device))
        self.process = Process(host, self.folder, sys.executable, "-c", _RUN, host, number)

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
    first = Edge("edge-a", tmp_path / "edge-a", port, device)
    await until("the first batches", lambda: first.stored() > 3, 60)
    alone = await first.health()
    assert (alone["ok"], alone["cloned_by"]) == (True, None)
    second = Edge("edge-b", tmp_path / "edge-b", port, device)

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

    async def recovered() -> None:
        while (await first.health()).get("ok") is not True:
            await asyncio.sleep(0.2)

    async with asyncio.timeout(60):
        await recovered()
    assert inspect.gaps(first.folder / "journal.sqlite") == []
    for process in (first.process, centre, broker):
        process.stop()


def restored(old: Edge, tmp_path: Path) -> Path:
    """Back the running gateway up, restore that on another machine, and return the folder that it has there."""
    secret, image = passphrase_file(tmp_path), tmp_path / "image"
    image.mkdir()
    commands: list[list[str | Path]] = [
        ["backup", old.folder / "site.yaml", tmp_path / "backup"],
        ["restore", tmp_path / "backup", "--root", image],
    ]
    for words in commands:
        done = command(*words, "--passphrase-file", secret)
        assert done.exit_code == 0, done.output
    return image / str(old.folder).lstrip("/")


def in_journal(edge: Edge) -> tuple[int, list[str]]:
    """Return how many batches wait, and the reasons of the gaps."""
    path = edge.folder / "journal.sqlite"
    return inspect.stats(path).waiting.batches, [one.reason for one in inspect.gaps(path)]


async def test_a_gateway_that_is_restored_while_its_old_box_lives_is_named_beside_it_and_continues_alone(
    tmp_path: Path, device: int
) -> None:
    broker, port = mosquitto(tmp_path)
    centre_listen = free_port()
    (tmp_path / "centre.yaml").write_text(_CENTRE.format(broker=port, folder=tmp_path, listen=centre_listen))
    centre = gateway("centre", tmp_path, "central", "centre.yaml")
    old = Edge("gw", tmp_path / "old", port, device, "b827eb001122")
    await until("the first batches", lambda: old.stored() > 3, 60)
    new = Edge("gw", await asyncio.to_thread(restored, old, tmp_path), port, device, "dca632aabbcc")
    (reason,) = in_journal(new)[1]
    assert "restored from a backup of" in reason

    async def noticed() -> None:
        expected = ("gw (dca632aabbcc)", "gw (b827eb001122)")
        while tuple([(await one.health()).get("cloned_by") for one in (old, new)]) != expected:
            await asyncio.sleep(0.2)

    async with asyncio.timeout(60):
        await noticed()
    await until("the log of the centre", lambda: "two gateways run as citelum/gw-1, on gw (" in centre.said(), 60)
    (alarm,) = [one for one in health(centre_listen)["alarms"] if "two gateways" in one]  # type: ignore[attr-defined]
    assert "gw (dca632aabbcc)" in alarm
    assert "gw (b827eb001122)" in alarm
    old.process.kill_9()
    kept = new.stored()
    await until("the new one to continue", lambda: new.stored() > kept, 60)
    new.process.stop()
    assert in_journal(new) == (0, [reason]), "all is sent, and nothing else is lost"
    assert list(inspect.flaws(new.folder / "journal.sqlite")) == []
    for process in (centre, broker):
        process.stop()
