"""XMODEM and YMODEM on serial lines.

The receiver begins by sending "C", or NAK if it knows no CRC, and answers each block with ACK or NAK. It can't skip what it has received
before, and takes any byte on the line for the transfer's: nobody else may speak meanwhile.

Source: Chuck Forsberg, XMODEM/YMODEM Protocol Reference (1988).
"""

import asyncio
from collections.abc import Sequence

from firmware_tools.drivers.application import Application
from firmware_tools.drivers.device_line import DeviceLine
from firmware_tools.drivers.frames.modem_blocks import ACK, CAN, CRC_WANTED, END_OF_BATCH, EOT, LONG_BYTES, NAK, block, name_block
from firmware_tools.drivers.port import FirmwareIdentity, ImageRefused, NoFirmwareAnswer, Resumption, TransferLost
from firmware_tools.drivers.raw_line import RawLine
from firmware_tools.image.image import FirmwareImage
from gateway.model.profile import FirmwareUpdate, Profile

_ANSWER_S = 3.0
"""How long a receiver may take to store a block. The reference lets a sender wait for 10 s, which no embedded bootloader needs."""

_END_WAITS_S = (3.0, 3.0, 3.0)
"""A receiver may listen for a second whether more follows before it believes the end (lrzsz does): a repeated one would be more."""

_TRIES = 6
_READY_S = 4.0
"""A receiver that waits for a transfer sends "C" every 3 s at least (the reference's value; most every second)."""

_READY = (CRC_WANTED, NAK)


class ModemDriver:
    """Updates one device by XMODEM, or YMODEM; see `FirmwareDriver`."""

    shares_line = False
    resumes: Resumption = "never"

    def __init__(self, line: DeviceLine, profile: Profile, update: FirmwareUpdate) -> None:
        self._update = update
        self._ymodem = update.driver == "ymodem"
        self._application = Application(line, profile, update)
        self._raw = RawLine(line.for_bootloader(update))
        self._crc = True
        self.longest_call_s = 25.0 + max(update.erase, update.reboot)

    def chunks(self, image: FirmwareImage) -> Sequence[bytes]:
        """Return the data of the blocks.

        Raises:
            ImageRefused: the image is empty.
        """
        if not image.content:
            raise ImageRefused(f"{image.name} is empty", f"{image.name} è vuoto")
        step = LONG_BYTES if self._ymodem else self._update.block
        return [image.content[at : at + step] for at in range(0, len(image.content), step)]

    async def probe(self) -> FirmwareIdentity:
        """Ask the application what it is; if it is silent, listen for a receiver that waits for a transfer."""
        self._raw.close()
        identity = await self._application.identity_if_it_runs()
        if identity is not None:
            return identity
        await self._wait_until_ready(_READY_S)
        return FirmwareIdentity(in_bootloader=True)

    async def enter(self) -> None:
        """Start the bootloader, unless it waits for a transfer already."""
        if (await self.probe()).in_bootloader:
            return
        await self._application.start_bootloader()
        self._application.close()
        await self._wait_until_ready(self._update.reboot + _READY_S)

    async def begin(self, image: FirmwareImage, resume_at: int) -> int:
        """Wait until the receiver is ready; YMODEM sends the name and length of the file."""
        self._application.close()
        self._crc = await self._wait_until_ready(_READY_S) == CRC_WANTED
        if self._ymodem:
            await self._transfer(name_block(image.name, len(image.content)), "the file's name", self._waits_s(erases=True))
            await self._wait_until_ready(_READY_S)
        return 0

    async def send(self, number: int, chunk: bytes) -> None:
        """Send one block. Before the first one is acknowledged, many bootloaders erase."""
        frame = block(number + 1, chunk, crc=self._crc)
        await self._transfer(frame, f"block {number}", self._waits_s(erases=number == 0), begun=number > 0)

    async def finish(self) -> None:
        """End the transfer, and wait until the application answers.

        The receiver may have gone when its last acknowledgement is lost, so that it is the application that shows whether it was sent.
        """
        try:
            await self._transfer(bytes((EOT,)), "the end of the transfer", _END_WAITS_S)
            if self._ymodem:
                await self._wait_until_ready(_READY_S)
                await self._transfer(END_OF_BATCH, "the end of the batch", _END_WAITS_S)
        except NoFirmwareAnswer:
            pass  # the application shows below whether it has come
        finally:
            self._raw.close()
        await self._application.wait_until_it_runs(self._update.reboot)

    def close(self) -> None:
        """Release the wire."""
        self._raw.close()
        self._application.close()

    def _waits_s(self, *, erases: bool) -> Sequence[float]:
        """Return how long to wait for a block's acknowledgement, each time that it is sent."""
        return [self._update.erase if erases else _ANSWER_S, *[_ANSWER_S] * (_TRIES - 1)]

    async def _wait_until_ready(self, longest_s: float) -> int:
        """Wait for a receiver that is ready, and return what it says: "C" or NAK.

        Raises:
            NoFirmwareAnswer: there is none.
        """
        until_s = asyncio.get_running_loop().time() + longest_s
        while data := await self._raw.read(until_s, 1):
            if data[0] in _READY:
                return data[0]
        raise NoFirmwareAnswer(
            "no receiver waits for a transfer; start the device's bootloader",
            "nessun ricevitore attende un trasferimento; avvia il bootloader del dispositivo",
        )

    async def _transfer(self, data: bytes, what: str, waits_s: Sequence[float], *, begun: bool = False) -> None:
        """Send something until it is acknowledged, and wait for that for so long each time.

        A receiver that is ready again though a transfer has `begun` has restarted.

        Raises:
            NoFirmwareAnswer: it was not.
            TransferLost: the receiver ended the transfer.
        """
        self._raw.drop_received()
        for wait_s in waits_s:
            until_s = await self._raw.write(data) + wait_s
            if await self._acknowledged(until_s, what, begun=begun):
                return
        raise NoFirmwareAnswer(f"the receiver does not acknowledge {what}", "il ricevitore non conferma quanto ha ricevuto")

    async def _acknowledged(self, until_s: float, what: str, *, begun: bool) -> bool:
        """Return whether what was sent is acknowledged; one "C" may have been on its way."""
        last = 0
        while data := await self._raw.read(until_s, 1):
            if data[0] in (ACK, NAK):
                return data[0] == ACK
            if data[0] == last == CAN or (begun and data[0] == CRC_WANTED):
                raise TransferLost(
                    f"the receiver ended the transfer at {what}; begin again",
                    "il ricevitore ha interrotto il trasferimento; ricomincia da capo",
                )
            last = data[0]
        return False
