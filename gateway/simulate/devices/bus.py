"""One RTU bus on a paced pty, in a process of its own: instruments whose registers are known at any time, and whatever goes wrong.

`python -m gateway.simulate.devices.bus PLAN` reads a JSON file (`BusPlan`), prints the path of the pty, and serves until its input closes.
When that happens it prints one line of JSON: how long the bus was in use, and what each unit was asked.
"""

import asyncio
import os
import random
import struct
import sys
import time
from pathlib import Path
from typing import Annotated

import msgspec

from gateway.simulate.devices.pty import Pty

_READS = (3, 4)


class BusUnit(msgspec.Struct):
    """One device: its registers, when it is silent (seconds since the start), and which share of its responses is late by how much."""

    unit: int
    registers: tuple[tuple[int, int], ...] = ((0, 65535),)
    silent: tuple[tuple[float, float], ...] = ()
    late: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    late_s: float = 0.0


class BusPlan(msgspec.Struct):
    """One bus. `noise` and `loss` are the shares of responses that are corrupted or lost; with `echo` the master receives what it sends."""

    baud: int
    turnaround_s: float
    units: list[BusUnit]
    bits_a_character: int = 10
    seed: int = 1
    noise: float = 0.0
    loss: float = 0.0
    echo: bool = False


class BusReport(msgspec.Struct):
    """Seconds during which the bus was transmitting or waiting for a device, and requests by unit."""

    busy_s: float = 0.0
    requests: dict[int, int] = {}


def register(unit: int, address: int) -> int:
    """Return the content of a register; pairs of registers are floats of plausible size, so that every value read is valid."""
    value = struct.pack(">f", 200.0 + unit + (address // 2) / 8)
    return int.from_bytes(value[2 * (address % 2) : 2 * (address % 2) + 2], "big")


def crc(data: bytes) -> bytes:
    """Return the CRC of an RTU frame, computed bit by bit as in the specification's flow chart: no code is shared with the gateway."""
    value = 0xFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return struct.pack("<H", value)


class Bus:
    """The devices of a plan on a pty."""

    def __init__(self, plan: BusPlan, pty: Pty) -> None:
        self._plan, self._pty = plan, pty
        self._units = {unit.unit: unit for unit in plan.units}
        self._chance = random.Random(plan.seed)  # noqa: S311 — a simulation
        self._start_s = time.monotonic()
        self.report = BusReport()

    async def run(self) -> None:
        """Serve until cancelled."""
        buffer = b""
        while True:
            buffer += await self._pty.read()
            while len(buffer) >= 8:
                frame = buffer[:8]
                if crc(frame[:6]) == frame[6:]:
                    buffer = buffer[8:]
                    await self._serve(frame)
                else:
                    buffer = buffer[1:]

    async def _serve(self, frame: bytes) -> None:
        number, function, address, count = struct.unpack(">BBHH", frame[:6])
        self.report.requests[number] = self.report.requests.get(number, 0) + 1
        characters_s = self._pty.character_s
        self.report.busy_s += len(frame) * characters_s
        unit = self._units.get(number)
        elapsed_s = time.monotonic() - self._start_s
        silent = unit is None or any(begin <= elapsed_s < end for begin, end in unit.silent)
        if unit is None or silent or self._chance.random() < self._plan.loss:
            return
        body = self._answer(unit, function, address, count)
        answer = body + crc(body)
        if self._chance.random() < self._plan.noise:
            corrupted = bytearray(answer)
            corrupted[self._chance.randrange(len(corrupted))] ^= 1 << self._chance.randrange(8)
            answer = bytes(corrupted)
        late_s = unit.late_s if self._chance.random() < unit.late else 0.0
        if self._plan.turnaround_s + late_s > 0:
            await self._pty.wait(self._plan.turnaround_s + late_s)
        await self._pty.send(answer)
        self.report.busy_s += self._plan.turnaround_s + len(answer) * characters_s

    @staticmethod
    def _answer(unit: BusUnit, function: int, address: int, count: int) -> bytes:
        if function not in _READS:
            return bytes((unit.unit, function | 0x80, 1))
        if not any(first <= address and address + count - 1 <= last for first, last in unit.registers):
            return bytes((unit.unit, function | 0x80, 2))
        words = [register(unit.unit, place) for place in range(address, address + count)]
        return struct.pack(f">BBB{count}H", unit.unit, function, 2 * count, *words)


async def serve(plan: BusPlan) -> BusReport:
    """Serve a bus until the standard input closes."""
    pty = Pty(plan.baud, bits_a_character=plan.bits_a_character, exact=True, echo=plan.echo)
    bus = Bus(plan, pty)
    print(pty.path, flush=True)  # noqa: T201 — the parent process reads it
    closed = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(sys.stdin.fileno(), lambda: closed.set() if not os.read(sys.stdin.fileno(), 1) else None)
    running = asyncio.create_task(bus.run())
    await closed.wait()
    running.cancel()
    pty.close()
    return bus.report


if __name__ == "__main__":
    report = asyncio.run(serve(msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=BusPlan)))
    print(msgspec.json.encode(report).decode())  # noqa: T201 — the same
