"""A panel meter (Carlo Gavazzi EM340) behind a serial adapter, with nothing but Python's library: it runs in the container.

Registers are those of the meter's data sheet; its counter of energy rises by 0.1 kWh every few seconds.
"""

import os
import pty
import struct
import sys
import time
import tty
from pathlib import Path

UNIT = 1
IDENTIFICATION = 341
REQUEST_BYTES = 8
RESPONDS_AFTER_S = 0.03
"""At 9600 baud a request is on the wire for 9 ms, and a meter needs a moment: who answers sooner has not heard it."""


def crc(frame: bytes) -> bytes:
    """Return the checksum of a Modbus RTU frame."""
    value = 0xFFFF
    for byte in frame:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return struct.pack("<H", value)


def registers(started_s: float) -> dict[int, int]:
    """Return the registers of function 4 and 3: 32-bit values with the low word first."""
    words: dict[int, int] = dict.fromkeys(range(120), 0)
    energy = 123_456 + int((time.monotonic() - started_s) / 5)
    for address, value in (
        (0, 2301),
        (2, 2312),
        (4, 2298),
        (12, 4010),
        (14, 3990),
        (16, 4050),
        (18, 9220),
        (20, 9200),
        (22, 9310),
        (40, 27_730),
        (52, energy),
    ):
        words[address], words[address + 1] = value & 0xFFFF, value >> 16
    words |= {49: 970, 51: 500, 770: 259, 4098: 0, 4355: 1}
    words |= {20_480 + place: int.from_bytes(pair, "big") for place, pair in enumerate((b"BX", b"12", b"34", b"56", b"78", b"90", b"01"))}
    return words


def answer(request: bytes, words: dict[int, int]) -> bytes:
    """Return the response to a request: its registers, or the exception 'illegal data address'."""
    unit, function, address, count = struct.unpack(">BBHH", request[:6])
    wanted = range(address, address + count)
    if (address, count) == (11, 1):
        values = [IDENTIFICATION]
    elif all(one in words for one in wanted):
        values = [words[one] for one in wanted]
    else:
        return bytes((unit, function | 0x80, 2))
    return struct.pack(f">BBB{count}H", unit, function, 2 * count, *values)


def main(path: Path) -> None:
    """Serve the meter at the path of its serial adapter."""
    started_s = time.monotonic()
    own, port = pty.openpty()
    tty.setraw(own)
    tty.setraw(port)
    Path(os.ttyname(port)).chmod(0o660)
    os.chown(
        os.ttyname(port),
        0,
        int(next(line.split(":")[2] for line in Path("/etc/group").read_text().splitlines() if line.startswith("dialout:"))),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(os.ttyname(port))
    received = b""
    while True:
        received += os.read(own, 256)
        while len(received) >= REQUEST_BYTES:
            request = received[:REQUEST_BYTES]
            if request[0] != UNIT or crc(request[:-2]) != request[-2:]:
                received = received[1:]
                continue
            received = received[REQUEST_BYTES:]
            frame = answer(request, registers(started_s))
            time.sleep(RESPONDS_AFTER_S)
            os.write(own, frame + crc(frame))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
