"""A device with the UART bootloader of STM32 microcontrollers (AN3155). Shares no code with the driver."""

import struct

from gateway.simulate.bootloaders.generic import NO_FAULTS, GenericUnit, make_image
from gateway.simulate.bootloaders.unit import Mode, UnitFaults

FLASH = 0x0800_0000
_ACK, _NACK = b"\x79", b"\x1f"
_COMMANDS = bytes((0x00, 0x01, 0x02, 0x11, 0x21, 0x31, 0x44, 0x63, 0x73, 0x82, 0x92))
_PAGE_BYTES = 1024
_PRODUCT = b"\x04\x10"
"""Medium-density devices of the STM32F1 series (AN2606)."""


def make_stm32_image(model: str, version: str, payload: bytes) -> bytes:
    """Return an image for address 0x08000000: a vector table of two words, and what the simulated devices recognise."""
    body = make_image(model, version, payload)
    return struct.pack("<II", 0x2000_5000, FLASH + 0x0D) + body


class Stm32Unit(GenericUnit):
    """One device. Flash memory keeps what was written, can be erased as a whole, and is written once.

    Args:
        unit: the Modbus address of its application.
        version: the version of its application; None if the flash memory is erased.
        flash_bytes: the size of the flash memory.
    """

    erase_s = 0.4
    write_s = 0.02

    def __init__(
        self,
        unit: int,
        *,
        version: str | None = "1.0.0",
        baud: int = 9600,
        bootloader_baud: int | None = None,
        flash_bytes: int = 64 * 1024,
        faults: UnitFaults = NO_FAULTS,
    ) -> None:
        super().__init__(unit, version=version, baud=baud, bootloader_baud=bootloader_baud, faults=faults)
        self._flash = bytearray(b"\xff" * flash_bytes)
        if version is not None:
            old = make_stm32_image(self.model, version, b"old")
            self._flash[: len(old)] = old
        self._synchronised = False
        self._buffer = b""
        self._command, self._address = 0, 0
        self._step = 0

    def power_on(self) -> None:
        """Start what is in flash memory; the bootloader starts if its first word is erased (empty check, AN2606)."""
        empty = self._flash[:4] == b"\xff" * 4
        if empty or (self.install(bytes(self._flash[8:])) and self.application is not None):
            self.start_application()
        else:
            self.power_off()  # part of an application runs into a fault; only a pin starts the bootloader then

    def run_bootloader(self) -> None:
        """Wait for the byte of synchronisation."""
        super().run_bootloader()
        self._synchronised, self._buffer, self._step = False, b"", 0

    def hear_in_bootloader(self, data: bytes) -> None:
        """Accept commands, part by part."""
        for byte in data:
            if self.mode is not Mode.BOOTLOADER:
                return
            if not self._synchronised:
                self._synchronised = byte == 0x7F
                if self._synchronised:
                    self._reply(_ACK)
                continue
            self._buffer += bytes((byte,))
            if len(self._buffer) >= self._wanted():
                part, self._buffer = self._buffer, b""
                self._part(part)

    def _wanted(self) -> int:
        """Return how many bytes the part has that the bootloader waits for."""
        if self._step == 0:
            return 2
        if self._command in (0x11, 0x21, 0x31) and self._step == 1:
            return 5
        if self._command == 0x31:
            return self._buffer[0] + 3 if self._buffer else 1
        if self._command == 0x44:
            pages = int.from_bytes(self._buffer[:2], "big") + 1
            return 3 if len(self._buffer) < 2 or pages > len(self._flash) // _PAGE_BYTES else 3 + 2 * pages
        return 2

    def _part(self, part: bytes) -> None:
        if self._step == 0:
            self._begin(part)
        elif self._step == 1 and self._command in (0x11, 0x21, 0x31):
            self._go_to(part)
        elif self._command == 0x11:
            self._read(part)
        elif self._command == 0x31:
            self._write(part)
        else:
            self._erase(part)

    def _begin(self, part: bytes) -> None:
        if part[0] ^ part[1] != 0xFF or part[0] not in _COMMANDS:
            self._reply(_NACK)
        elif part[0] == 0x00:
            self._reply(_ACK + bytes((len(_COMMANDS), 0x31)) + _COMMANDS + _ACK)
        elif part[0] == 0x01:
            self._reply(_ACK + b"\x31\x00\x00" + _ACK)
        elif part[0] == 0x02:
            self._reply(_ACK + b"\x01" + _PRODUCT + _ACK)
        elif part[0] in (0x11, 0x21, 0x31, 0x44):
            self._command, self._step = part[0], 1
            self._reply(_ACK)
        else:
            self._reply(_NACK)

    def _go_to(self, part: bytes) -> None:
        self._address = int.from_bytes(part[:4], "big") - FLASH
        if part[0] ^ part[1] ^ part[2] ^ part[3] != part[4] or not 0 <= self._address < len(self._flash):
            self._end(_NACK)
        elif self._command == 0x21:
            self._end(_ACK)
            self._run_from(self._address)
        else:
            self._step = 2
            self._reply(_ACK)

    def _run_from(self, place: int) -> None:
        if place == 0 and self.install(bytes(self._flash[8:])) and self.application is not None:
            self.start_application()
        else:
            self.power_off()  # it runs something that answers nobody

    def _read(self, part: bytes) -> None:
        if part[0] ^ part[1] != 0xFF:
            self._end(_NACK)
        else:
            self._end(_ACK + bytes(self._flash[self._address : self._address + part[0] + 1]))

    def _write(self, part: bytes) -> None:
        data, check = part[1:-1], part[0]
        for byte in data:
            check ^= byte
        here = slice(self._address, self._address + len(data))
        if check != part[-1] or len(data) % 4 or here.stop > len(self._flash):
            self._end(_NACK)
            return
        erased = self._flash[here] == b"\xff" * len(data)
        self._flash[here] = data if erased else bytes(old & new for old, new in zip(self._flash[here], data, strict=True))
        answers = self._accept_chunk()
        self._step = 0
        if answers:
            self._reply(_ACK if erased else _NACK, self.write_s)

    def _erase(self, part: bytes) -> None:
        """Erase all, or the pages whose numbers follow their count."""
        check = 0
        for byte in part:
            check ^= byte
        if check or (len(part) == 3 and part[:2] != b"\xff\xff"):  # more pages than there are, too
            self._end(_NACK)
            return
        every = range(len(self._flash) // _PAGE_BYTES)
        pages = every if len(part) == 3 else struct.unpack(f">{len(part) // 2 - 1}H", part[2:-1])
        for page in pages:
            self._flash[page * _PAGE_BYTES : (page + 1) * _PAGE_BYTES] = b"\xff" * _PAGE_BYTES
        self.application = None
        self._step = 0
        self._reply(_ACK, self.erase_s)

    def _end(self, data: bytes) -> None:
        self._step = 0
        self._reply(data)

    def _reply(self, data: bytes, after_s: float = 0.0) -> None:
        self._send(data, 0.0005 + after_s, self.baud)
