"""A centre for the commands: a site file, a published repository, known devices, and a manager that answers requests in a thread."""

import asyncio
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from click.testing import CliRunner, Result

from firmware_tools.cli import main
from firmware_tools.rollout.device import KnownDevice
from gateway.centre.firmware.file import RolloutFile
from gateway.centre.firmware.manager import RolloutManager
from gateway.centre.firmware.store_access import RolloutStore
from gateway.config.site_file import load_site
from gateway.host import clock
from gateway.model.messages import FirmwareAnswer, FirmwareIdentification, FirmwareOrder
from gateway.model.topics import GatewayId, parse_device
from tests.firmware_tools.repository.making import Maker
from tests.firmware_tools.rollout.rollouts import RELEASE, known, street


class CommandCentre:
    """The files of a centre in a folder; `running` lets a manager work on them."""

    def __init__(self, folder: Path) -> None:
        maker = Maker(folder, datetime.now(UTC).replace(microsecond=0))
        maker.add(random.Random(1).randbytes(60_000), RELEASE.version, RELEASE, "wb/mr6c/1.26.0.wbfw")
        maker.publish()
        self.site = folder / "centre.yaml"
        self.site.write_text(
            f"site: prato\ntime_zone: Europe/Rome\ncentre:\n  broker: mqtt://127.0.0.1:1\n  store: {{history: {{path: {folder}/h.sqlite}}}}\n"
            f"  firmware: {{repository: {maker.published}, root: {maker.published}/metadata/1.root.json}}\n"
            "  access: {areas: {centro: [{lat: 43, lon: 11}, {lat: 43, lon: 12}, {lat: 44, lon: 12}, {lat: 44, lon: 11}]}}\n"
        )
        self.path = folder / "rollouts.sqlite"

    def know(self, devices: list[KnownDevice] | None = None) -> None:
        """Write what the centre knows of devices."""
        file = RolloutFile(self.path)
        file.save_known(street(2, 2, 3) if devices is None else devices)
        file.close()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let a manager work in a thread, whose gateways say what devices are and follow no other order."""
        stop = threading.Event()
        thread = threading.Thread(target=lambda: asyncio.run(self._run(stop)))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(30)

    async def _run(self, stop: threading.Event) -> None:
        centre = load_site(self.site).centre
        assert centre is not None
        asked: list[tuple[str, FirmwareOrder]] = []
        manager = RolloutManager(
            "prato",
            self.path,
            RolloutStore(centre.settings),
            lambda topic, body: asked.append((topic, msgspec.json.decode(body, type=FirmwareOrder))),
        )
        for number in range(3):
            manager.sight.hear_gateway(GatewayId("prato", "citelum", f"gw-{number}"), b'{"state":"online"}')
        while not stop.is_set():
            await manager.step(clock.now_ms(), sees=True)
            for topic, order in asked:
                about = parse_device(topic)
                if about is not None and order.action == "inspect":
                    found = FirmwareIdentification("line-0", 500.0, "WBMR6C", "6c", "1.24.0")
                    device = known(about.gateway.gateway, about.device).name
                    manager.hear_answer(device, FirmwareAnswer(order.order, "succeeded", found=found), clock.now_ms())
            asked.clear()
            await asyncio.sleep(0.02)
        await manager.close()

    def run(self, *arguments: str, text: str | None = None) -> Result:
        """Run a command of `firmware rollout`."""
        command, *rest = arguments
        return CliRunner().invoke(main, ["rollout", command, str(self.site), *rest], input=text)

    def begin(self, *more: str) -> None:
        """Start a roll-out to the known devices."""
        done = self.run("start", "WBMR6C", "--by", "control room", "--yes", *more)
        assert done.exit_code == 0, done.output
