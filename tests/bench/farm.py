"""Modbus TCP servers for benchmarks: one port per line, any unit, 60 registers (40 uint16, 10 float32) that change every second.

`python -m tests.bench.farm LINES` prints the first port, then serves until its input closes. Values vary as real ones do: of four integer
registers one is a counter, one a state and two wander; floats have noise in their low bits.
"""

import asyncio
import socket
import struct
import sys
import time

REGISTERS = 60


def _noise(device: int, address: int, tick: int) -> int:
    mixed = (device * 2654435761 ^ address * 40503 * 65537 ^ tick * 2246822519) & 0xFFFFFFFF
    mixed = (mixed ^ mixed >> 15) * 2246822519 & 0xFFFFFFFF
    return mixed ^ mixed >> 13


def block(device: int, tick: int) -> bytes:
    """Return the registers of a device in one second."""
    words = []
    for address in range(40):
        kind = address % 4
        if kind == 0:
            words.append((device * 131 + address * 977 + tick * (address + 1) // 7) & 0xFFFF)
        elif kind == 1:
            words.append((tick // 60 + device) % 3)
        else:
            words.append(2300 + address * 31 + device % 64 * 7 + (_noise(device, address, tick) & 0x1F))
    floats = [50.0 + device % 64 + address + (_noise(device, 100 + address, tick) & 0x1FF) / 512 for address in range(10)]
    return struct.pack(">40H10f", *words, *floats)


class _Line(asyncio.Protocol):
    def __init__(self, number: int, cache: dict[tuple[int, int], bytes]) -> None:
        self._number, self._cache = number, cache

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        for start in range(0, len(data) - 11, 12):
            transaction, _, _, unit, function, address, count = struct.unpack_from(">HHHBBHH", data, start)
            device, tick = self._number << 8 | unit, int(time.time())
            registers = self._cache.get((device, tick))
            if registers is None:
                for old in [key for key in self._cache if key[0] == device]:
                    del self._cache[old]
                registers = self._cache[device, tick] = block(device, tick)
            body = registers[2 * address : 2 * (address + count)]
            self._transport.write(struct.pack(">HHHBBB", transaction, 0, 3 + len(body), unit, function, len(body)) + body)  # type: ignore[attr-defined]


def free_range(count: int) -> int:
    """Return the first of so many consecutive free ports."""
    for first in range(20000, 60000, 97):
        held = []
        try:
            for port in range(first, first + count):
                probe = socket.socket()
                held.append(probe)
                probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        else:
            return first
        finally:
            for probe in held:
                probe.close()
    raise RuntimeError("no range of free ports")


async def main(lines: int) -> None:
    loop = asyncio.get_running_loop()
    cache: dict[tuple[int, int], bytes] = {}
    first = free_range(lines)
    for number in range(lines):
        await loop.create_server(lambda number=number: _Line(number, cache), "127.0.0.1", first + number)  # type: ignore[misc]
    print(first, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
