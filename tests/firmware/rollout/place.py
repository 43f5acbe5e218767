"""A centre as it is installed: broker, site file, a published repository, `gateway central`, and the command `firmware`."""

import asyncio
import json
import random
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from firmware_tools.image.release import FirmwareRelease, ReleaseNote
from tests.firmware.rollout.fleet import MODEL, NEW
from tests.firmware_tools.repository.making import Maker
from tests.system.servers import Process, free_port, gateway, mosquitto

BY = "control room"


class CentrePlace:
    """Everything of a centre in a folder; `start` and `kill` are those of its process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._broker, port = mosquitto(folder)
        self.url = f"mqtt://127.0.0.1:{port}"
        published = _repository(folder / "repository")
        self.site = folder / "centre.yaml"
        self.site.write_text(
            f"site: prato\ntime_zone: Europe/Rome\ncentre:\n  broker: {self.url}\n  store: {{history: {{path: {folder}/history.sqlite}}}}\n"
            f"  listen: 127.0.0.1:{free_port()}\n  city: {{at_most: 1s, at_least: 10s}}\n"
            f"  firmware: {{repository: {published}, root: {published}/metadata/1.root.json}}\n"
        )
        self._starts = 0
        self._centre: Process | None = None

    def start(self) -> None:
        """Start the centre, or start it again."""
        self._starts += 1
        self._centre = gateway(f"centre-{self._starts}", self.folder, "central", str(self.site))

    def kill(self) -> None:
        """Kill the centre as the kernel does."""
        assert self._centre is not None
        self._centre.kill_9()

    def stop(self) -> None:
        """Stop centre and broker."""
        if self._centre is not None:
            self._centre.stop()
        self._broker.stop()

    async def firmware(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run the command `firmware` as a person does."""
        command = [sys.executable, "-m", "firmware_tools", "rollout", *arguments]
        return await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, cwd=self.folder, timeout=300, check=False)

    async def said(self, *arguments: str) -> Any:
        """Run the command and return the JSON that it prints."""
        done = await self.firmware(*arguments, "--json")
        if not done.stdout:
            raise AssertionError(f"firmware rollout {' '.join(arguments)}: {done.stderr}")
        return json.loads(done.stdout)

    async def begin(self, *terms: str) -> str:
        """Start a roll-out of the new firmware; return its name."""
        return str((await self.said("start", str(self.site), MODEL, *terms, "--by", BY, "--yes"))["rollout"])

    async def status(self, rollout: str) -> Any:
        """Return how far a roll-out is."""
        return await self.said("status", str(self.site), rollout)


def _repository(folder: Path) -> Path:
    folder.mkdir()
    maker = Maker(folder, datetime.now(UTC).replace(microsecond=0))
    release = FirmwareRelease("Wiren Board", MODEL, NEW, "wirenboard", note=ReleaseNote("Fixes the clock", "Corregge l'orologio"))
    maker.add(random.Random(1).randbytes(4096), NEW, release, f"wirenboard/{MODEL}/{NEW}.wbfw")
    maker.publish()
    return maker.published
