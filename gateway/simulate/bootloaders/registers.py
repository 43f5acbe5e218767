"""The Modbus side of simulated devices: finds requests in bytes by their own length and checksum, and answers from registers.

Shares no code with the gateway. Sources: Modbus Application Protocol V1.1b3, Modbus over Serial Line V1.02.
"""

import asyncio
import struct
from abc import abstractmethod

from gateway.simulate.bootloaders.unit import Firmware, UnitFaults, UpdatableUnit
from gateway.simulate.devices.bus import crc

ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE, DEVICE_FAILURE = 1, 2, 3, 4
_LONGEST_BYTES = 256
_FRAME_GAP_S = 0.1
"""Bytes that came so long before others belong to another frame: far more than 3.5 characters, as a busy machine delivers late."""


class ModbusRefusal(Exception):
    """A request is answered with an exception."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class RequestFinder:
    """Finds whole requests in the bytes on a bus; other bytes are skipped."""

    def __init__(self) -> None:
        self._buffer = b""
        self._heard_s = 0.0

    def feed(self, data: bytes) -> list[bytes]:
        """Return the requests that are complete now: unit, function and data, without the checksum."""
        now_s = asyncio.get_running_loop().time()
        if now_s - self._heard_s > _FRAME_GAP_S or _is_request(data):
            self._buffer = b""
        self._heard_s = now_s
        self._buffer += data
        found = []
        while len(self._buffer) >= 4:
            size = _size(self._buffer)
            if size is not None and size > _LONGEST_BYTES:
                self._buffer = self._buffer[1:]
                continue
            if size is None or len(self._buffer) < size:
                break
            frame = self._buffer[:size]
            if _is_request(frame):
                found.append(frame[:-2])
                self._buffer = self._buffer[size:]
            else:
                self._buffer = self._buffer[1:]
        return found


def _is_request(data: bytes) -> bool:
    """Return whether bytes are a whole request, as after a silence that is too short for a busy machine to see."""
    return len(data) >= 4 and _size(data) == len(data) and crc(data[:-2]) == data[-2:]


def _size(data: bytes) -> int | None:
    """Return the length of the request that begins with these bytes; None while too few have come."""
    function = data[1]
    if function in (15, 16):
        return 9 + data[6] if len(data) > 6 else None
    if function in (20, 21):
        return 5 + data[2]
    return 8


class ModbusUnit(UpdatableUnit):
    """A device that answers Modbus requests; `turnaround_s` is how long it takes before it answers."""

    turnaround_s = 0.005

    def __init__(self, unit: int, application: Firmware | None, baud: int, faults: UnitFaults) -> None:
        super().__init__(application, baud, faults)
        self.unit = unit
        self._finder = RequestFinder()

    def hear(self, data: bytes) -> None:
        """Answer the requests to this device."""
        for frame in self._finder.feed(data):
            if frame[0] == self.unit and not self.busy:
                self._answer(frame[1:])

    def _answer(self, pdu: bytes) -> None:
        baud = self.baud  # the answer to a request that restarts it is sent before
        try:
            reply, after_s = self._response(pdu)
        except ModbusRefusal as refusal:
            reply, after_s = bytes((pdu[0] | 0x80, refusal.code)), self.turnaround_s
        if reply:
            body = bytes((self.unit,)) + reply
            self._send(body + crc(body), after_s, baud)

    def _response(self, pdu: bytes) -> tuple[bytes, float]:
        """Return the response to a request, empty for none, and after how long it is sent."""
        function = pdu[0]
        if function in (3, 4):
            address, count = struct.unpack(">HH", pdu[1:5])
            words = self.read(function, address, count)
            return struct.pack(f">BB{count}H", function, 2 * count, *words), self.turnaround_s
        if function == 6:
            address, value = struct.unpack(">HH", pdu[1:5])
            return (pdu[:5] if self.write(address, (value,)) else b""), self.turnaround_s
        if function == 16:
            address, count = struct.unpack(">HH", pdu[1:5])
            after_s = self.write_block(address, pdu[6 : 6 + 2 * count])
            return (pdu[:5] if after_s is not None else b""), self.turnaround_s + (after_s or 0.0)
        return self._other(pdu)

    def _other(self, pdu: bytes) -> tuple[bytes, float]:
        raise ModbusRefusal(ILLEGAL_FUNCTION)

    @abstractmethod
    def read(self, function: int, address: int, count: int) -> list[int]:
        """Return the content of registers, or raise ModbusRefusal."""

    @abstractmethod
    def write(self, address: int, values: tuple[int, ...]) -> bool:
        """Write registers, or raise ModbusRefusal; return whether the device answers."""

    def write_block(self, address: int, data: bytes) -> float | None:
        """Write several registers; return how much longer the answer takes, or None if there is none."""
        words = struct.unpack(f">{len(data) // 2}H", data)
        return 0.0 if self.write(address, words) else None


def texts(values: dict[int, tuple[str, int]], address: int, count: int) -> list[int]:
    """Read from texts with one character a register, each with its length; other registers are refused.

    Raises:
        ModbusRefusal: there are none at the address.
    """
    cells = {first + place: code for first, (text, length) in values.items() for place, code in enumerate(_padded(text, length))}
    wanted = range(address, address + count)
    if any(place not in cells for place in wanted):
        raise ModbusRefusal(ILLEGAL_ADDRESS)
    return [cells[place] for place in wanted]


def _padded(text: str, length: int) -> bytes:
    return text.encode("ascii")[:length].ljust(length, b"\0")


class Meter(ModbusUnit):
    """A meter without a bootloader, that shares a bus: any register from 0 to 999 can be read, as holding or input register."""

    def __init__(self, unit: int, baud: int) -> None:
        super().__init__(unit, Firmware("1.0", b""), baud, UnitFaults())
        self.polls = 0

    def power_on(self) -> None:
        """Run at once."""
        self._run_application()

    def read(self, function: int, address: int, count: int) -> list[int]:
        """Return the addresses themselves as values."""
        if address + count > 1000:
            raise ModbusRefusal(ILLEGAL_ADDRESS)
        self.polls += 1
        return list(range(address, address + count))

    def write(self, address: int, values: tuple[int, ...]) -> bool:
        """Refuse."""
        raise ModbusRefusal(ILLEGAL_ADDRESS)
