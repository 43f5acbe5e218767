"""Wiren Board's devices and their Modbus bootloader.

Source: wirenboard/wb-mcu-fw-flasher README.md and flasher.c; wirenboard/wb-mqtt-serial src/rpc/rpc_fw_update_task.cpp. What is inside of
an info block and a data block is not public, so this device has a layout of its own (`make_wbfw`): the signature, the size and a checksum
of the whole, and in each block its number, a checksum and 128 bytes.
"""

import struct
import zlib

from gateway.simulate.bootloaders.registers import DEVICE_FAILURE, ILLEGAL_ADDRESS, ModbusRefusal, ModbusUnit, texts
from gateway.simulate.bootloaders.unit import Firmware, Mode, UnitFaults

_INFO, _DATA = 0x1000, 0x2000
_INFO_FORM = ">12sI12sI"
_BLOCK_BYTES = 128
_AFTER_REQUEST_S = 120.0
_BOOTLOADER_BAUD = 9600


def make_wbfw(signature: str, version: str, payload: bytes) -> bytes:
    """Return a firmware file for the simulated devices of a signature."""
    info = struct.pack(_INFO_FORM, signature.encode(), len(payload), version.encode(), zlib.crc32(payload))
    blocks = [payload[at : at + _BLOCK_BYTES] for at in range(0, len(payload), _BLOCK_BYTES)]
    # A whole number of registers: an odd last byte is followed by one that the size leaves out.
    return info + b"".join(struct.pack(">II", number, zlib.crc32(part)) + part + bytes(len(part) % 2) for number, part in enumerate(blocks))


class WirenBoard(ModbusUnit):
    """One device.

    Args:
        unit: its Modbus address, in both modes.
        signature: the hardware type for which its firmware is made (holding 290).
        version: the version of its firmware; None for a device whose flash memory is empty.
        baud: the speed of its application.
        keeps_settings: whether it can enter the bootloader at that speed (holding 131, from bootloader 1.3.0 on); else at 9600 baud.
        faults: what goes wrong.
    """

    erase_s = 0.4
    power_on_s = 2.0
    """How long it stays in the bootloader after it was switched on."""

    block_s = 0.015

    def __init__(
        self,
        unit: int,
        *,
        signature: str = "wbled",
        version: str | None = "3.7.0",
        baud: int = 9600,
        keeps_settings: bool = True,
        faults: UnitFaults = UnitFaults(),  # noqa: B008 — a constant
    ) -> None:
        super().__init__(unit, Firmware(version, b"") if version is not None else None, baud, faults)
        self.signature = signature
        self.bootloader_version = "1.4.0" if keeps_settings else "1.2.1"
        self._application_baud, self._keeps_settings = baud, keeps_settings
        self._receiving: _Receiving | None = None

    @property
    def baud(self) -> int:
        """The speed of the application, or of the bootloader."""
        return self._application_baud if self.mode is Mode.APPLICATION else self._baud

    def power_on(self) -> None:
        """Start the bootloader, at its own speed, which starts the application after two seconds."""
        self._enter(_BOOTLOADER_BAUD, self.power_on_s)

    def _enter(self, baud: int, stay_s: float) -> None:
        self._baud, self._receiving = baud, None

        def entered() -> None:
            self.run_bootloader()
            if self.application is not None:
                self._later(stay_s, self.start_application)

        self._after(self.restart_s, entered)

    def read(self, function: int, address: int, count: int) -> list[int]:
        """Return the texts that say what it is; the version of the firmware is known to the application alone."""
        known = {290: (self.signature, 12), 330: (self.bootloader_version, 8)}
        if function != 3:
            if self.mode is Mode.APPLICATION and address < 1000:
                return list(range(address, address + count))
            raise ModbusRefusal(ILLEGAL_ADDRESS)
        if self.mode is Mode.APPLICATION and self.application is not None:
            known |= {200: (self.signature.upper(), 20), 250: (self.application.version, 16), 128: (chr(self.unit), 1), 129: ("\0", 1)}
            if self._keeps_settings:
                known |= {131: ("\0", 1)}
        return texts(known, address, count)

    def write(self, address: int, values: tuple[int, ...]) -> bool:
        """Enter the bootloader, or leave it (register 1004, from bootloader 1.4.0 on)."""
        if self.mode is Mode.BOOTLOADER and address == 1004 and self._keeps_settings:
            self.start_application()
            return True
        if (
            self.mode is not Mode.APPLICATION
            or values != (1,)
            or address not in (129, 131)
            or (address == 131 and not self._keeps_settings)
        ):
            raise ModbusRefusal(ILLEGAL_ADDRESS)
        self._enter(self._application_baud if address == 131 else _BOOTLOADER_BAUD, _AFTER_REQUEST_S)
        return True

    def write_block(self, address: int, data: bytes) -> float | None:
        """Accept the info block, or the next data block."""
        if self.mode is not Mode.BOOTLOADER or address not in (_INFO, _DATA):
            raise ModbusRefusal(ILLEGAL_ADDRESS)
        if address == _INFO:
            return self._begin(data)
        if self._receiving is None or not self._receiving.add(data):
            raise ModbusRefusal(DEVICE_FAILURE)
        answers = self._accept_chunk()
        if not self.busy and self._receiving.missing == 0:
            self._end(self._receiving)
        return self.block_s if answers else None

    def _begin(self, info: bytes) -> float:
        if len(info) != struct.calcsize(_INFO_FORM):
            raise ModbusRefusal(DEVICE_FAILURE)
        signature, size, version, checksum = struct.unpack(_INFO_FORM, info)
        if signature.rstrip(b"\0").decode("latin-1") != self.signature:
            raise ModbusRefusal(DEVICE_FAILURE)
        self._stop_timer()
        self.application = None
        self._receiving = _Receiving(size, version.rstrip(b"\0").decode("latin-1"), checksum)
        return self.erase_s

    def _end(self, received: "_Receiving") -> None:
        """Start what was received, if it is whole."""
        self._receiving = None
        if zlib.crc32(received.content) == received.checksum and not self._faults.broken:
            self.application = Firmware(received.version, bytes(received.content))
            self.start_application()


class _Receiving:
    """A transfer: what the info block said, and what has been received."""

    def __init__(self, size: int, version: str, checksum: int) -> None:
        self._size, self.version, self.checksum = size, version, checksum
        self.content = b""
        self._next = 0

    @property
    def missing(self) -> int:
        return self._size - len(self.content)

    def add(self, block: bytes) -> bool:
        """Add the next block; return False for any other, such as one that was received before, or a damaged one."""
        if len(block) < 8:
            return False
        number, checksum = struct.unpack(">II", block[:8])
        part = block[8 : 8 + self.missing]
        if number != self._next or zlib.crc32(part) != checksum:
            return False
        self.content += part
        self._next += 1
        return True
