"""The UART bootloader of STM32 microcontrollers.

It takes every two bytes for a command, and two bytes of somebody else can be one that erases: nobody else may speak meanwhile. Each block
is read back after it was written, because nothing else in the device checks it. The block with the vector table is written last: without
it, a device whose power fails starts its bootloader again (empty check, AN2606) instead of part of an application.

Source: STMicroelectronics AN3155, USART protocol used in the STM32 bootloader.
"""

import asyncio
from collections.abc import Sequence

from firmware_tools.drivers.application import Application
from firmware_tools.drivers.device_line import DeviceLine
from firmware_tools.drivers.frames.stm32_frames import (
    ACK,
    ERASE,
    EXTENDED_ERASE,
    GET,
    GO,
    LONGEST_BYTES,
    MASS_ERASE,
    MASS_ERASE_EXTENDED,
    NACK,
    READ,
    SYNCHRONISE,
    WRITE,
    address,
    command,
    content,
    count,
    filled,
    is_application,
)
from firmware_tools.drivers.port import FirmwareIdentity, ImageRefused, NoFirmwareAnswer, Resumption, TransferLost, UpdateUnsupported
from firmware_tools.drivers.raw_line import RawLine
from firmware_tools.image.image import FirmwareImage
from gateway.model.profile import FirmwareUpdate, Profile

_ANSWER_S = 1.0
"""More than the bootloader takes to answer or to write 256 bytes (AN2606, bootloader timings: some 50 ms)."""

_SYNCHRONISE_S, _QUIET_S = 1.0, 0.2
"""An answer that comes later is taken for that of the next byte. A busy machine may see it late."""

_TRIES = 3
_BURSTS = (1, 1, LONGEST_BYTES + 4, 1, 1)
"""How often the byte of synchronisation is sent: once or twice if the bootloader waits for a command, more if it waits for data."""


class _NotAcknowledged(Exception):
    """The bootloader refused what it was sent."""


class Stm32Driver:
    """Updates one device by its microcontroller's own bootloader; see `FirmwareDriver`."""

    shares_line = False
    resumes: Resumption = "any"

    def __init__(self, line: DeviceLine, profile: Profile, update: FirmwareUpdate) -> None:
        self._update = update
        self._application = Application(line, profile, update)
        own = line.for_bootloader(update)
        self._raw, self._character_s = RawLine(own), own.character_s
        self._synchronised = False
        self._count = 1
        self.longest_call_s = 30.0 + max(update.erase, update.reboot)

    def chunks(self, image: FirmwareImage) -> Sequence[bytes]:
        """Return the blocks to write, the first one last.

        Raises:
            ImageRefused: the image is no application for the address that the profile gives.
        """
        if not is_application(image.content, self._update.address):
            raise ImageRefused(
                f"{image.name} is no application for address {self._update.address:#010x}: its vector table points elsewhere",
                f"{image.name} non è un'applicazione per l'indirizzo {self._update.address:#010x}: la tabella dei vettori punta altrove",
            )
        blocks = [image.content[at : at + LONGEST_BYTES] for at in range(0, len(image.content), LONGEST_BYTES)]
        return [*blocks[1:], blocks[0]]

    async def probe(self) -> FirmwareIdentity:
        """Ask the application what it is; if it is silent, ask the bootloader for its version."""
        self._release_raw()
        identity = await self._application.identity_if_it_runs()
        if identity is not None:
            return identity
        version, _ = await self._get()
        return FirmwareIdentity(bootloader_version=f"{version >> 4}.{version & 15}", in_bootloader=True)

    async def enter(self) -> None:
        """Start the bootloader, unless it answers already."""
        if (await self.probe()).in_bootloader:
            return
        await self._application.start_bootloader()
        self._application.close()
        loop = asyncio.get_running_loop()
        give_up_s = loop.time() + self._update.reboot
        while True:
            try:
                await self._synchronise(_BURSTS[:2])
            except NoFirmwareAnswer:
                if loop.time() > give_up_s:
                    raise
            else:
                return

    async def begin(self, image: FirmwareImage, resume_at: int) -> int:
        """Go on at a block if the device still has the one before it; else erase all of its flash memory."""
        self._application.close()
        chunks = self.chunks(image)
        self._count = len(chunks)
        _, commands = await self._get()
        if 0 < resume_at <= len(chunks) and await self._has(resume_at - 1, chunks[resume_at - 1]):
            return resume_at
        extended = EXTENDED_ERASE in commands
        await self._do(EXTENDED_ERASE if extended else ERASE, "erase")
        await self._confirm(MASS_ERASE_EXTENDED if extended else MASS_ERASE, "erase", self._update.erase)
        return 0

    async def send(self, number: int, chunk: bytes) -> None:
        """Write a block and read it back; a block that the device has already is not written again."""
        for _ in range(_TRIES):
            try:
                if not self._synchronised:
                    await self._synchronise()
                    if await self._has(number, chunk):
                        return
                await self._do(WRITE, "write")
                await self._confirm(address(self._place(number)), "write")
                await self._confirm(content(filled(chunk)), "write")
                if await self._has(number, chunk):
                    return
            except NoFirmwareAnswer:
                continue
            raise TransferLost(
                f"block {number} reads back differently: the memory was not erased; begin again",
                f"il blocco {number} si rilegge diverso: la memoria non era cancellata; ricomincia da capo",
            )
        raise NoFirmwareAnswer(f"the bootloader does not answer at block {number}", f"il bootloader non risponde al blocco {number}")

    async def finish(self) -> None:
        """Start the application, and wait until it answers. Whether it was started shows then, if that was not acknowledged."""
        try:
            await self._do(GO, "go")
            await self._confirm(address(self._update.address), "go")
        except NoFirmwareAnswer:
            pass  # the application shows below whether it was started
        finally:
            self._release_raw()
        await self._application.wait_until_it_runs(self._update.reboot)

    def close(self) -> None:
        """Release the wire."""
        self._release_raw()
        self._application.close()

    def _release_raw(self) -> None:
        self._raw.close()
        self._synchronised = False

    def _place(self, number: int) -> int:
        return self._update.address + (number + 1) % self._count * LONGEST_BYTES

    async def _get(self) -> tuple[int, bytes]:
        """Return the version of the bootloader, and the codes of its commands."""
        for _ in range(_TRIES - 1):
            try:
                return await self._get_once()
            except NoFirmwareAnswer:
                continue
        return await self._get_once()

    async def _get_once(self) -> tuple[int, bytes]:
        await self._do(GET, "get")
        length = (await self._read(1))[0] + 1
        data = await self._read(length + 1)
        if data[-1] != ACK:
            raise self._no_answer("get")
        return data[0], data[1:-1]

    async def _has(self, number: int, chunk: bytes) -> bool:
        """Return whether the device's memory has a block."""
        wanted = filled(chunk)
        await self._do(READ, "read")
        await self._confirm(address(self._place(number)), "read")
        await self._confirm(count(len(wanted)), "read")
        return await self._read(len(wanted)) == wanted

    async def _do(self, code: int, what: str) -> None:
        """Begin a command; one that is refused is sent again after synchronising, as an odd byte may have come before it.

        Raises:
            UpdateUnsupported: the bootloader refuses it, as its memory is protected.
            NoFirmwareAnswer: it is not answered, or is one that a bootloader never refuses.
        """
        for _ in range(_TRIES):
            if not self._synchronised:
                await self._synchronise()
            try:
                await self._exchange(command(code), _ANSWER_S, what)
            except _NotAcknowledged:
                self._synchronised = False
                await self._raw.drop_until_quiet(_ANSWER_S)  # it may have been the late answer to something before
            else:
                return
        if code == GET:
            raise self._no_answer(what)
        raise UpdateUnsupported(
            f"the bootloader refuses the command '{what}': the device's memory is protected (readout protection)",
            f"il bootloader rifiuta il comando '{what}': la memoria del dispositivo è protetta (readout protection)",
        )

    async def _confirm(self, data: bytes, what: str, longest_s: float = _ANSWER_S) -> None:
        """Send the next part of a command.

        Raises:
            NoFirmwareAnswer: it is not acknowledged; the bootloader is synchronised again before the next command.
        """
        try:
            await self._exchange(data, longest_s, what)
        except _NotAcknowledged:
            raise self._no_answer(what) from None

    async def _exchange(self, data: bytes, longest_s: float, what: str) -> None:
        self._raw.drop_received()
        until_s = await self._raw.write(data) + longest_s
        answer = await self._raw.read(until_s, 1)
        if answer == bytes((NACK,)):
            raise _NotAcknowledged
        if answer != bytes((ACK,)):
            raise self._no_answer(what)

    async def _read(self, length: int) -> bytes:
        until_s = asyncio.get_running_loop().time() + length * 2 * self._character_s + _ANSWER_S
        data = await self._raw.read_exactly(length, until_s)
        if len(data) < length:
            raise self._no_answer("read")
        return data

    def _no_answer(self, what: str) -> NoFirmwareAnswer:
        self._synchronised = False
        return NoFirmwareAnswer(f"the bootloader does not answer '{what}'", f"il bootloader non risponde a '{what}'")

    async def _synchronise(self, bursts: Sequence[int] = _BURSTS) -> None:
        """Bring the bootloader to where it waits for a command.

        It acknowledges the first byte after its start; afterwards, it refuses every second one, and what it takes for data.
        """
        for burst in bursts:
            await self._raw.drop_until_quiet(_QUIET_S)
            until_s = await self._raw.write(bytes((SYNCHRONISE,)) * burst) + _SYNCHRONISE_S
            answer = await self._raw.read_exactly(burst, until_s)
            if burst == 1 and answer in (bytes((ACK,)), bytes((NACK,))):
                self._synchronised = True
                return
        raise NoFirmwareAnswer(
            "no bootloader of an STM32 answers; start it at the device, and check the line",
            "nessun bootloader STM32 risponde; avvialo sul dispositivo, e controlla la linea",
        )
