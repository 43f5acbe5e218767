"""Two gateways of one name: a card is copied and put into a second machine for another device, and nobody changes the gateway's name."""

import asyncio
import contextlib
import json
import sqlite3
import urllib.error
import urllib.request
from pathlib import Path

import yaml

from gateway.journal import inspect
from tests.faults.rig import CountingDevice, Rig, Source
from tests.system.servers import Process, free_port

_NOTICED_S = 60.0
_DELIVERED_S = 60.0


async def cloned_gateway(rig: Rig, trials: int) -> None:
    """The copy starts beside its original; both and the centre notice; in turn the copy or the original is stopped, and the other continues.

    What neither sent is in their journals, so in the end each runs alone for a while.
    """
    for number in range(trials):
        clone = await _Clone.of(rig, f"machine-{number + 2}")
        await rig.pause(0, 1.0)
        await asyncio.to_thread(clone.start)
        await _until_noticed(rig, clone)
        await rig.pause(0, 2.0)
        if number % 2:
            await asyncio.to_thread(rig.edge.stop)
        else:
            await asyncio.to_thread(clone.process.stop)
            await rig.settled()
            await asyncio.to_thread(rig.edge.stop)
            await asyncio.to_thread(clone.start)
        await clone.delivered(rig)
        await asyncio.to_thread(clone.process.stop)
        await asyncio.to_thread(rig.start_edge)
        await asyncio.to_thread(rig.edge.wait_for, "connected to")


class _Clone:
    """The copy of the gateway on a machine of its own."""

    def __init__(self, rig: Rig, host: str, source: Source) -> None:
        self._rig, self.host = rig, host
        self._folder, self._device, self._journal = source.journal.parent, source.device, source.journal
        self.process: Process

    @classmethod
    async def of(cls, rig: Rig, host: str) -> "_Clone":
        """Copy the journal and the site file of the running gateway. The copy reads a device of its own."""
        source = Source(CountingDevice(rig.numbers), rig.folder / host / "journal.sqlite")
        source.journal.parent.mkdir()
        port = await rig.serve(source.device.talk)
        site = yaml.safe_load((rig.folder / "edge.yaml").read_text())
        site |= {
            "journal": {"path": str(source.journal)},
            "listen": f"127.0.0.1:{free_port()}",
            "state": str(source.journal.with_name("state")),
        }
        site["lines"][0] |= {"tcp": f"127.0.0.1:{port}"}
        site["lines"][0]["devices"][0] |= {"asset": host}
        (source.journal.parent / "edge.yaml").write_text(yaml.safe_dump(site))
        for name in ("clock", "counting.yaml"):
            (source.journal.parent / name).write_bytes((rig.folder / name).read_bytes())
        await asyncio.to_thread(_copy, rig.journal, source.journal)
        rig.clones.append(source)
        return cls(rig, host, source)

    def start(self) -> None:
        self.process = self._rig.under_test(self.host, "edge", "edge.yaml", "counting.yaml", self.host, folder=self._folder)

    async def delivered(self, rig: Rig) -> None:
        """Wait until the store has what this one's device returned so far; the device then returns nothing more."""
        before = self._device.newest
        async with asyncio.timeout(_DELIVERED_S):
            while self._device.newest == before:
                await asyncio.sleep(0.1)
        self._device.silent = True
        await rig.complete(_DELIVERED_S, self._device)


def _copy(source: Path, target: Path) -> None:
    """Copy a journal that is in use, as an image of the card would."""
    with contextlib.closing(sqlite3.connect(target)) as copied, inspect.opened(source) as running:
        running.backup(copied)


async def _until_noticed(rig: Rig, clone: _Clone) -> None:
    """Wait until both gateways and the centre name the other, or both, machines."""

    def noticed() -> bool:
        alarms = _alarms(rig.ingest_listen)
        return (
            f"another gateway runs as citelum/gw-1, on {clone.host};" in rig.edge.said()
            and "another gateway runs as citelum/gw-1, on machine-1;" in clone.process.said()
            and any(clone.host in one and "machine-1" in one for one in alarms)
        )

    try:
        async with asyncio.timeout(_NOTICED_S):
            while not await asyncio.to_thread(noticed):
                await asyncio.sleep(0.2)
    except TimeoutError:
        raise AssertionError(f"{clone.host} is not noticed everywhere:\n{rig.said()}\n{clone.process.said()[-1500:]}") from None


def _alarms(port: int) -> list[str]:
    """Return the centre's alarms."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            found = json.load(answer)
    except urllib.error.HTTPError as error:
        found = json.load(error)
    return list(found["alarms"])
