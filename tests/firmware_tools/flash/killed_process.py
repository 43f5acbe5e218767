"""The process that updates a device, and is killed at a given place."""

import asyncio
import os
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from firmware_tools.drivers.factory import make_driver
from firmware_tools.drivers.port import FirmwareDriver, FirmwareIdentity
from firmware_tools.flash.audit import AuditFile
from firmware_tools.flash.errors import FlashFailed, FlashRefused
from firmware_tools.flash.flasher import UpdateSurroundings
from firmware_tools.flash.line_use import FreeLine
from firmware_tools.flash.preparation.checks import Circumstances
from firmware_tools.flash.record import UpdateRecord
from firmware_tools.flash.record_files import UpdateFiles
from firmware_tools.flash.session import WantedUpdate, flash
from firmware_tools.image.image import FirmwareImage
from firmware_tools.image.release import FirmwareRelease
from gateway.fieldbus.binding.binder import bind
from gateway.host import clock
from gateway.model.profile import Profile
from gateway.model.site.lines import DeviceSettings, LineSettings

DONE, REFUSED, FAILED, AGAIN = 0, 1, 2, 3


class KillPlace(NamedTuple):
    """Where the process is killed: before or after the driver's call of a number, or the storing of a number; never if it is None."""

    what: str
    number: int


class FlashJob(NamedTuple):
    """What the process does."""

    profile: Profile
    line: LineSettings
    device: DeviceSettings
    image: FirmwareImage
    release: FirmwareRelease
    state: str
    kill: KillPlace | None


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class _KilledFiles(UpdateFiles):
    """Kills the process before or after a record is stored."""

    def __init__(self, state: Path, place: KillPlace | None) -> None:
        super().__init__(state)
        self._place, self._count = place, 0

    def save(self, record: UpdateRecord) -> None:
        at = self._place is not None and self._place.number == self._count
        self._count += 1
        if at and self._place is not None and self._place.what == "before store":
            _kill()
        super().save(record)
        if at and self._place is not None and self._place.what == "after store":
            _kill()


class _KilledDriver:
    """Kills the process before or after a call of a driver."""

    def __init__(self, driver: FirmwareDriver, place: KillPlace | None) -> None:
        self._driver, self._place, self._count = driver, place, 0
        self.shares_line, self.resumes, self.longest_call_s = driver.shares_line, driver.resumes, driver.longest_call_s

    def _passes(self, what: str) -> None:
        if self._place is not None and self._place == (what, self._count):
            _kill()
        self._count += what == "after call"

    def chunks(self, image: FirmwareImage) -> Sequence[bytes]:
        return self._driver.chunks(image)

    async def probe(self) -> FirmwareIdentity:
        self._passes("before call")
        identity = await self._driver.probe()
        self._passes("after call")
        return identity

    async def enter(self) -> None:
        self._passes("before call")
        await self._driver.enter()
        self._passes("after call")

    async def begin(self, image: FirmwareImage, resume_at: int) -> int:
        self._passes("before call")
        number = await self._driver.begin(image, resume_at)
        self._passes("after call")
        return number

    async def send(self, number: int, chunk: bytes) -> None:
        self._passes("before call")
        await self._driver.send(number, chunk)
        self._passes("after call")

    async def finish(self) -> None:
        self._passes("before call")
        await self._driver.finish()
        self._passes("after call")

    def close(self) -> None:
        self._driver.close()


async def _flash(job: FlashJob) -> None:
    device = bind(job.device, job.profile, {})
    driver = _KilledDriver(make_driver(device, job.line, job.profile), job.kill)
    state = Path(job.state)
    around = UpdateSurroundings(FreeLine(), _KilledFiles(state, job.kill), clock.now_ms, lambda _: None)
    wanted = WantedUpdate(device.id, job.line.id, job.image, job.release, "kills")
    await flash(wanted, driver, around, AuditFile(state), Circumstances(), asyncio.Event(), patience_s=60.0)


def run(job: FlashJob) -> None:
    """Do a job, and end the process with how it ended."""
    try:
        asyncio.run(_flash(job))
    except FlashRefused:
        os._exit(REFUSED)
    except FlashFailed as error:
        os._exit(AGAIN if error.again else FAILED)
    os._exit(DONE)
