"""A simulated product with a Modbus application and any bootloader, and the layout of its images.

Registers (holding): 100 model, 120 version, 140 hardware, as texts with one character a register; 160 starts the bootloader.
"""

import struct
import zlib
from abc import abstractmethod

from gateway.simulate.bootloaders.registers import ILLEGAL_ADDRESS, ModbusRefusal, ModbusUnit, texts
from gateway.simulate.bootloaders.unit import Firmware, Mode, UnitFaults

_HEAD = ">4s16s16sII"
_MAGIC = b"FWIM"
NO_FAULTS = UnitFaults()


def make_image(model: str, version: str, payload: bytes) -> bytes:
    """Return an image for the devices of a model."""
    return struct.pack(_HEAD, _MAGIC, model.encode(), version.encode(), len(payload), zlib.crc32(payload)) + payload


def firmware_in(content: bytes, model: str) -> Firmware | None:
    """Return the firmware at the beginning of flash memory; None if it is for another model, damaged, or not whole."""
    size = struct.calcsize(_HEAD)
    if len(content) < size:
        return None
    magic, its_model, version, length, checksum = struct.unpack(_HEAD, content[:size])
    payload = content[size : size + length]
    if magic != _MAGIC or its_model.rstrip(b"\0") != model.encode() or len(payload) != length or zlib.crc32(payload) != checksum:
        return None
    return Firmware(version.rstrip(b"\0").decode("latin-1"), payload)


class GenericUnit(ModbusUnit):
    """One device. In its bootloader, it hears everything on the bus, whoever is meant, at `bootloader_baud`."""

    bootloader_s = 0.0
    """How long it stays in the bootloader without being spoken to, if it has an application; 0 for ever."""

    def __init__(
        self,
        unit: int,
        *,
        model: str = "SIM-1",
        version: str | None = "1.0.0",
        hardware: str = "rev B",
        baud: int = 9600,
        bootloader_baud: int | None = None,
        faults: UnitFaults = NO_FAULTS,
    ) -> None:
        super().__init__(unit, Firmware(version, b"") if version is not None else None, baud, faults)
        self.model, self.hardware = model, hardware
        self._bootloader_baud = bootloader_baud or baud

    @property
    def baud(self) -> int:
        """The speed of the application, or of the bootloader."""
        return self._bootloader_baud if self.mode is Mode.BOOTLOADER else self._baud

    def power_on(self) -> None:
        """Start the application, or the bootloader if there is none."""
        self.start_application()

    def hear(self, data: bytes) -> None:
        """Answer Modbus requests, or what the bootloader makes of the bytes."""
        if self.mode is Mode.BOOTLOADER:
            self._stop_timer()
            self.hear_in_bootloader(data)
        else:
            super().hear(data)

    @abstractmethod
    def hear_in_bootloader(self, data: bytes) -> None:
        """Accept bytes while the bootloader runs."""

    def run_bootloader(self) -> None:
        """Run the bootloader until it is spoken to, or for a while."""
        super().run_bootloader()
        if self.bootloader_s and self.application is not None:
            self._later(self.bootloader_s, self.start_application)

    def read(self, function: int, address: int, count: int) -> list[int]:
        """Return what the device says of itself; other input registers are there to be polled."""
        if function == 4 and address + count <= 1000:
            return list(range(address, address + count))
        version = self.application.version if self.application is not None else ""
        return texts({100: (self.model, 16), 120: (version, 16), 140: (self.hardware, 8), 160: ("\0", 1)}, address, count)

    def write(self, address: int, values: tuple[int, ...]) -> bool:
        """Start the bootloader."""
        if address != 160 or values != (1,):
            raise ModbusRefusal(ILLEGAL_ADDRESS)
        self._after(self.restart_s, self.run_bootloader)
        return True

    def install(self, content: bytes) -> bool:
        """Make the content of flash memory the application, if it is whole and for this model; return whether it is."""
        found = firmware_in(content, self.model)
        self.application = None if self._faults.broken else found
        return found is not None
