"""A simulated product whose application receives firmware as Modbus file records (functions 20 and 21), in files from 1 on.

Holding registers: 170 state (0 idle, 1 erasing, 2 ready, 3 verified, 4 refused), 171 erases, 172 verifies and starts, 173 and 174 the size.
"""

import struct

from gateway.simulate.bootloaders.generic import GenericUnit
from gateway.simulate.bootloaders.registers import ILLEGAL_ADDRESS, ILLEGAL_FUNCTION, ILLEGAL_VALUE, ModbusRefusal

IDLE, ERASING, READY, VERIFIED, REFUSED = range(5)
_STATE, _ERASE, _COMMIT, _SIZE = 170, 171, 172, 173
_FILE_REGISTERS = 10_000


class FileRecordUnit(GenericUnit):
    """One device. Its old application runs until the new one is verified; what it received outlasts a restart."""

    erase_s = 0.4
    record_s = 0.01
    longest_bytes = 256 * 1024

    def power_on(self) -> None:
        """Start the application; what was received before is still there."""
        self._state = IDLE
        super().power_on()

    _state = IDLE
    _size = 0
    _slot = b""

    def hear_in_bootloader(self, data: bytes) -> None:
        """Have no bootloader to talk to."""

    def read(self, function: int, address: int, count: int) -> list[int]:
        """Return the state of the transfer too."""
        if (function, address, count) == (3, _STATE, 1):
            return [self._state]
        return super().read(function, address, count)

    def write(self, address: int, values: tuple[int, ...]) -> bool:
        """Erase, store the size, or verify and start."""
        if address == _ERASE and values == (1,):
            self._state, self._slot = ERASING, b""
            self._later(self.erase_s, self._erased)
        elif address == _SIZE and len(values) == 2:
            self._size = values[0] << 16 | values[1]
            if self._size > self.longest_bytes:
                raise ModbusRefusal(ILLEGAL_VALUE)
        elif address == _COMMIT and values == (1,):
            before = self.application
            if self.install(self._slot[: self._size]):
                self._state = VERIFIED
                self._later(0.05, self.start_application)
            else:
                self.application, self._state = before, REFUSED
        else:
            return super().write(address, values)
        return True

    def _erased(self) -> None:
        self._state, self._slot = READY, b"\xff" * self.longest_bytes

    def _other(self, pdu: bytes) -> tuple[bytes, float]:
        if pdu[0] not in (20, 21) or len(pdu) < 9 or pdu[2] != 6:
            raise ModbusRefusal(ILLEGAL_FUNCTION)
        file, record, count = struct.unpack(">HHH", pdu[3:9])
        at = 2 * ((file - 1) * _FILE_REGISTERS + record)
        if file < 1 or record + count > _FILE_REGISTERS or at + 2 * count > len(self._slot):
            raise ModbusRefusal(ILLEGAL_ADDRESS)
        if pdu[0] == 20:
            data = self._slot[at : at + 2 * count]
            return bytes((20, len(data) + 2, len(data) + 1, 6)) + data, self.turnaround_s
        self._slot = self._slot[:at] + pdu[9 : 9 + 2 * count] + self._slot[at + 2 * count :]
        return (pdu if self._accept_chunk() else b""), self.turnaround_s + self.record_s
