"""Wiren Board's bootloader over Modbus RTU.

A firmware file (.wbfw) is an info block of 32 bytes and data blocks of 136. Each is written to the same registers, so the device knows a
data block by its content alone. It answers a block that it has already with exception 4: that is a success if the answer to the same block
was lost, and says that the transfer is lost if not.

Source: wirenboard/wb-mcu-fw-flasher@8de34cb README.md and flasher.c; wirenboard/wb-mqtt-serial@7f7a2d4 src/rpc/rpc_fw_update_task.cpp.
"""

import asyncio
import struct
from collections.abc import Sequence

from firmware_tools.drivers.device_line import TRIES, DeviceLine, RequestSender, ask
from firmware_tools.drivers.port import (
    FirmwareIdentity,
    ImageRefused,
    NoFirmwareAnswer,
    Resumption,
    TransferLost,
    UpdateUnsupported,
)
from firmware_tools.image.image import FirmwareImage
from gateway.fieldbus.modbus.client_port import ModbusClient
from gateway.fieldbus.modbus.pdu import Request, Response, read_request, write_register, write_registers
from gateway.fieldbus.wire.serial_port import SerialSettings

INFO_BYTES, BLOCK_BYTES = 32, 136
_INFO_ADDRESS, _DATA_ADDRESS = 0x1000, 0x2000
_ENTER, _ENTER_KEEPING_SETTINGS = 129, 131
_SIGNATURE, _VERSION, _BOOTLOADER_VERSION = (290, 12), (250, 16), (330, 7)
_READ_HOLDING = 3
_DEVICE_FAILURE = 4

_BOOTLOADER_SETTINGS = SerialSettings(9600, 8, "N", 2)
"""What the bootloader uses after a reset, whatever the settings of the application."""

_ANSWER_S = 1.0
"""Twice what wb-mqtt-serial waits for a response (500 ms)."""

_INFO_S = 5.0
"""What wb-mcu-fw-flasher waits at least for a response in the bootloader."""

_RESTART_S, _AGAIN_S = 0.5, 0.25
"""wb-mqtt-serial waits 500 ms after the request to restart."""

_LONGEST_START_S = 10.0
"""A device stays in the bootloader for 2 s when it starts, and then needs some time itself."""


class WirenBoardDriver:
    """Updates one Wiren Board device; see `FirmwareDriver`."""

    shares_line = True
    resumes: Resumption = "exact"
    longest_call_s = 45.0

    def __init__(self, line: DeviceLine) -> None:
        self._home = self._line = line
        self._client: ModbusClient | None = None
        self._count = 0
        self._doubtful: int | None = None
        """The block that the device may have already: its answer was lost, or the transfer goes on with it after a break."""

    def chunks(self, image: FirmwareImage) -> Sequence[bytes]:
        """Return the data blocks of a .wbfw file.

        Raises:
            ImageRefused: it is none.
        """
        data = image.content[INFO_BYTES:]
        if not data or len(image.content) % 2:
            raise ImageRefused(
                f"{image.name} is not a .wbfw file: {len(image.content)} bytes are not an info block and whole registers",
                f"{image.name} non è un file .wbfw: {len(image.content)} byte non sono un blocco info e registri interi",
            )
        return [data[at : at + BLOCK_BYTES] for at in range(0, len(data), BLOCK_BYTES)]

    async def probe(self) -> FirmwareIdentity:
        """Ask for signature and versions, at the settings of the line and then at the bootloader's."""
        for last, settings in enumerate(places := self._places(), 1 - len(places)):
            self._use(settings)
            try:
                return await self._identity()
            except NoFirmwareAnswer:
                if last == 0:
                    raise
        raise AssertionError("a line has settings")

    async def enter(self) -> None:
        """Start the bootloader, at the settings of the line if the device can keep them."""
        if (await self.probe()).in_bootloader:
            return
        unit = self._line.unit
        keeps = (await self._ask(read_request(unit, _READ_HOLDING, _ENTER_KEEPING_SETTINGS, 1))).exception is None
        if not keeps and not self._line.serial and self._line.settings.baud != _BOOTLOADER_SETTINGS.baud:
            raise UpdateUnsupported(
                "its bootloader is older than 1.3.0 and speaks at 9600 baud only, but the line behind the device server has another speed;"
                " set the line to 9600 baud, or connect the device to a serial port",
                "il suo bootloader è precedente alla 1.3.0 e parla solo a 9600 baud, ma la linea dietro il server seriale ha un'altra"
                " velocità; porta la linea a 9600 baud, o collega il dispositivo a una porta seriale",
            )
        await self._restart(write_register(unit, _ENTER_KEEPING_SETTINGS if keeps else _ENTER, 1))
        await self._wait_for(in_bootloader=True)

    async def _restart(self, request: Request) -> None:
        """Ask the device to restart into its bootloader. Some restart before they have answered."""
        try:
            response = await self._ask(request, tries=1)
        except NoFirmwareAnswer:
            return
        if response.exception is not None:
            raise UpdateUnsupported(
                f"the device refuses to start its bootloader (exception {response.exception}): this model can't be updated over Modbus",
                f"il dispositivo rifiuta di avviare il bootloader (eccezione {response.exception}): il modello non si aggiorna via Modbus",
            )

    async def begin(self, image: FirmwareImage, resume_at: int) -> int:
        """Send the info block, with which the device erases its firmware; or go on with a data block, without asking the device."""
        self._count = len(self.chunks(image))
        if resume_at > 0:
            self._doubtful = resume_at
            return resume_at
        self._doubtful = None
        self.close()
        client = self._line.client(_INFO_S)
        try:
            response = await ask(client, _write(self._line.unit, _INFO_ADDRESS, image.content[:INFO_BYTES]))
        finally:
            client.close()
        if response.exception == _DEVICE_FAILURE:
            raise ImageRefused(
                "the device refuses the image: it is for another model (signature), or damaged",
                "il dispositivo rifiuta il firmware: è per un altro modello (firma), o danneggiato",
            )
        if response.exception is not None:
            raise _lost(f"the device is not in its bootloader (exception {response.exception})", "il dispositivo non è nel bootloader")
        return 0

    async def send(self, number: int, chunk: bytes) -> None:
        """Write one data block."""
        request = _write(self._line.unit, _DATA_ADDRESS, chunk)
        for _ in range(TRIES):
            try:
                response = await self._ask(request, tries=1)
            except NoFirmwareAnswer:
                self._doubtful = number
                continue
            doubtful, self._doubtful = self._doubtful == number, None
            if response.exception is None or (doubtful and self._explains(response.exception, number)):
                return
            raise _lost(
                f"the device refuses block {number} (exception {response.exception}): it has restarted, or its firmware is another",
                f"il dispositivo rifiuta il blocco {number} (eccezione {response.exception}): si è riavviato, o il firmware è un altro",
            )
        raise NoFirmwareAnswer(f"block {number} was not answered", f"il blocco {number} non ha avuto risposta")

    def _explains(self, exception: int, number: int) -> bool:
        """Return whether an exception says that the device has a block already: after the last one, its firmware runs."""
        return exception == _DEVICE_FAILURE or number == self._count - 1

    async def finish(self) -> None:
        """Wait until the new firmware answers: the device has started it by itself after the last block."""
        await self._wait_for(in_bootloader=False)

    def close(self) -> None:
        """Release the wire."""
        if self._client is not None:
            self._client.close()
            self._client = None

    async def _wait_for(self, *, in_bootloader: bool) -> None:
        """Ask until the bootloader, or the firmware, answers.

        Raises:
            TransferLost: the bootloader answers instead of the firmware.
            NoFirmwareAnswer: nothing answers, or still the firmware.
        """
        loop = asyncio.get_running_loop()
        give_up_s = loop.time() + _LONGEST_START_S
        answered = False
        await asyncio.sleep(_RESTART_S)
        while loop.time() < give_up_s:
            identity = await self._quick_probe()
            if identity is not None and identity.in_bootloader is in_bootloader:
                return
            answered = answered or identity is not None
            await asyncio.sleep(_AGAIN_S)
        if not answered:
            raise NoFirmwareAnswer("the device does not answer after its restart", "il dispositivo non risponde dopo il riavvio")
        if in_bootloader:
            raise NoFirmwareAnswer("the device did not start its bootloader", "il dispositivo non ha avviato il bootloader")
        raise _lost("the device stays in its bootloader: it did not accept the firmware", "il dispositivo resta nel bootloader")

    async def _quick_probe(self) -> FirmwareIdentity | None:
        """Ask once at each of the settings."""
        for settings in self._places():
            self._use(settings)
            try:
                return await self._identity(tries=1)
            except NoFirmwareAnswer:
                continue
        return None

    async def _identity(self, tries: int = TRIES) -> FirmwareIdentity:
        return await identity_of(self._opened(), self._line.unit, tries)

    def _opened(self) -> ModbusClient:
        if self._client is None:
            self._client = self._line.client(_ANSWER_S)
        return self._client

    async def _ask(self, request: Request, tries: int = TRIES) -> Response:
        return await ask(self._opened(), request, tries)

    def _places(self) -> list[SerialSettings]:
        """Return the settings at which the device may answer, those first at which it answered last."""
        home = self._home
        if not home.serial or home.settings.baud == _BOOTLOADER_SETTINGS.baud:
            return [home.settings]
        others = [home.settings, home.at(_BOOTLOADER_SETTINGS).settings]
        return others if self._line.settings == home.settings else others[::-1]

    def _use(self, settings: SerialSettings) -> None:
        if settings != self._line.settings:
            self.close()
            self._line = self._line._replace(settings=settings)


async def identity_of(client: RequestSender, unit: int, tries: int = TRIES) -> FirmwareIdentity:
    """Read what a device is. The bootloader does not know the version of the firmware, and before 1.1.7 not even the signature.

    Raises:
        NoFirmwareAnswer: the device does not answer.
        WireError: the wire can't be opened, or failed.
    """
    signature, version, bootloader = [await _text(client, unit, place, tries) for place in (_SIGNATURE, _VERSION, _BOOTLOADER_VERSION)]
    return FirmwareIdentity(signature, None, version, bootloader, in_bootloader=version is None)


async def _text(client: RequestSender, unit: int, place: tuple[int, int], tries: int) -> str | None:
    """Read a text with one character a register; None if the device has none there, or something unprintable."""
    address, length = place
    response = await ask(client, read_request(unit, _READ_HOLDING, address, length), tries)
    if response.exception is not None:
        return None
    text = bytes(word & 0xFF for word in struct.unpack(f">{length}H", response.data)).rstrip(b"\0").decode("latin-1")
    return text if text.isascii() and text.isprintable() and text else None


def _write(unit: int, address: int, data: bytes) -> Request:
    return write_registers(unit, address, struct.unpack(f">{len(data) // 2}H", data))


def _lost(english: str, italian: str) -> TransferLost:
    return TransferLost(f"{english}; begin again", f"{italian}; ricomincia da capo")
