"""Firmware as Modbus file records (function 21), as a profile describes it.

Each record says its own place, so a transfer can go on anywhere. Whether the device still has what it received is read back (function 20).

Source: Modbus Application Protocol V1.1b3, sections 6.14 and 6.15.
"""

import asyncio
from collections.abc import Sequence

from firmware_tools.drivers.application import AGAIN_S, Application
from firmware_tools.drivers.device_line import DeviceLine
from firmware_tools.drivers.port import FirmwareIdentity, ImageRefused, NoFirmwareAnswer, Resumption, TransferLost
from firmware_tools.image.image import FirmwareImage
from gateway.fieldbus.modbus.pdu import file_records, read_file, write_file
from gateway.model.profile import FileRecords, FirmwareUpdate, PointValue, Profile

_PADDING = b"\xff"
"""Erased flash memory; an odd image is filled up to whole registers with it."""

_DEVICE_FAILURE = 4
_RECORD_S = 2.0
"""How long a device may take to write one record: a sector of its flash memory may have to be erased first."""


class ModbusFileDriver:
    """Updates one device by file records; see `FirmwareDriver`. Its application itself receives the image."""

    shares_line = True
    resumes: Resumption = "any"

    def __init__(self, line: DeviceLine, profile: Profile, update: FirmwareUpdate, file: FileRecords) -> None:
        self._unit, self._update, self._file = line.unit, update, file
        self._application = Application(line, profile, update, _RECORD_S)
        self._image = FirmwareImage(b"")
        self.longest_call_s = 30.0 + max(update.erase, update.reboot)

    def chunks(self, image: FirmwareImage) -> Sequence[bytes]:
        """Return the image in records of the longest size; no record reaches into the next file.

        Raises:
            ImageRefused: it is empty, or longer than all files.
        """
        content = image.content + _PADDING * (len(image.content) % 2)
        file_bytes = 2 * self._file.records
        if not content or len(content) > file_bytes * (0x10000 - self._file.number):
            raise ImageRefused(f"{image.name} is empty, or too long for file records", f"{image.name} è vuoto, o troppo lungo")
        files = [content[at : at + file_bytes] for at in range(0, len(content), file_bytes)]
        step = 2 * self._file.longest
        return [part[at : at + step] for part in files for at in range(0, len(part), step)]

    async def probe(self) -> FirmwareIdentity:
        """Ask the application what it is."""
        return await self._application.identity()

    async def enter(self) -> None:
        """Write what the profile says, if it says anything, and wait until the device answers."""
        if self._update.enter is not None:
            await self._application.start_bootloader()
            await self._application.wait_until_it_runs(self._update.reboot)

    async def begin(self, image: FirmwareImage, resume_at: int) -> int:
        """Go on at a record if the device still has the one before it; else erase and begin with the first one."""
        self._image = image
        chunks = self.chunks(image)
        if 0 < resume_at <= len(chunks) and await self._has(resume_at - 1, chunks[resume_at - 1]):
            return resume_at
        if self._file.begin is not None:
            await self._write(self._file.begin)
            await self._wait_until_ready()
        if self._file.size is not None:
            await self._write(PointValue(point=self._file.size, value=len(image.content)))
        return 0

    async def send(self, number: int, chunk: bytes) -> None:
        """Write one record."""
        request = write_file(self._unit, [(*self._place(number), chunk)])
        response = await self._application.send(request)
        if response.exception == _DEVICE_FAILURE:
            raise TransferLost(
                f"the device could not write record {number}; begin again", f"il dispositivo non ha scritto il record {number}"
            )
        if response.exception is not None:
            raise TransferLost(
                f"the device refuses record {number} (exception {response.exception}); begin again",
                f"il dispositivo rifiuta il record {number} (eccezione {response.exception}); ricomincia da capo",
            )

    async def finish(self) -> None:
        """Write what lets the device verify and start the image, and wait until it answers."""
        if self._file.commit is not None:
            await self._write(self._file.commit)
            await self._wait_until_ready()
        await self._application.wait_until_it_runs(self._update.reboot)

    def close(self) -> None:
        """Release the wire."""
        self._application.close()

    def _place(self, number: int) -> tuple[int, int]:
        """Return the file and the register in it at which a record begins."""
        a_file = -(-self._file.records // self._file.longest)
        return self._file.number + number // a_file, number % a_file * self._file.longest

    async def _has(self, number: int, chunk: bytes) -> bool:
        response = await self._application.send(read_file(self._unit, [(*self._place(number), len(chunk) // 2)]))
        return response.exception is None and file_records(response.data) == [chunk]

    async def _write(self, wanted: PointValue) -> None:
        response = await self._application.write(wanted)
        if response.exception is not None:
            raise ImageRefused(
                f"the device refuses {wanted.value} in '{wanted.point}' (exception {response.exception})",
                f"il dispositivo rifiuta {wanted.value} in '{wanted.point}' (eccezione {response.exception})",
            )

    async def _wait_until_ready(self) -> None:
        """Wait while the device says that it is busy, and while it is silent as it erases.

        Raises:
            ImageRefused: it says that the image is refused.
            NoFirmwareAnswer: it is busy for too long.
        """
        if self._file.state is None:
            return
        loop = asyncio.get_running_loop()
        give_up_s = loop.time() + self._update.erase
        while loop.time() < give_up_s:
            try:
                state = await self._application.value(self._file.state, tries=1)
            except NoFirmwareAnswer:
                state = None
            if state in self._file.refused:
                raise ImageRefused(f"the device refuses the image: {state}", f"il dispositivo rifiuta il firmware: {state}")
            if state is not None and state not in self._file.busy:
                return
            await asyncio.sleep(AGAIN_S)
        raise NoFirmwareAnswer(f"the device is busy for more than {self._update.erase:g} s", "il dispositivo resta occupato troppo a lungo")
