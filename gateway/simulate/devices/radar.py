"""A simulated OmniPreSense radar on a pty: obeys two-letter commands, streams speeds, answers the query for its count."""

import asyncio
import random
import time

from gateway.simulate.devices.pty import Pty
from gateway.simulate.devices.serving import Serving
from gateway.simulate.devices.world import World
from gateway.simulate.street.layout import SimLine
from gateway.simulate.street.served_log import Served, ServedResponse

_COMMANDS = (b"OJ", b"UK", b"N?", b"N!", b"?P")


class Radar:
    """The one radar of a line."""

    def __init__(self, line: SimLine, world: World, serving: Serving, pty: Pty) -> None:
        self._line, self._device, self._world, self._serving, self._pty = line, line.devices[0], world, serving, pty
        self._count = 0
        self._json = False
        self._kmh = False
        self._chance = random.Random(line.id)  # noqa: S311 — a simulation
        self._sending = asyncio.Lock()

    async def run(self) -> None:
        """Answer and stream until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._answer())
            group.create_task(self._stream())

    async def _answer(self) -> None:
        buffer = b""
        while True:
            buffer += await self._pty.read()
            while len(buffer) >= 2:
                command, buffer = buffer[:2], buffer[2:]
                if command not in _COMMANDS:
                    buffer = command[1:] + buffer
                    continue
                await self._obey(command)

    async def _obey(self, command: bytes) -> None:
        if command == b"OJ":
            self._json = True
        elif command == b"UK":
            self._kmh = True
        elif command == b"N!":
            self._count = 0
        elif command == b"?P":
            await self._send('{"Product":"OPS243 Doppler"}')
        else:
            fate = self._world.fate(self._line, self._device)
            served = Served(self._device.assets[0], "traffic", "vehicle_count_total", self._count)
            async with self._serving.response(ServedResponse(time.time_ns() // 1_000_000, self._device.id, fate, [served])):
                if fate == "delivered":
                    await self._send(f'{{"DetectedObjectCount":{self._count}}}')

    async def _stream(self) -> None:
        while True:
            rate = self._world.street.vehicles_per_second(self._world.day_s)
            await asyncio.sleep(min(20.0, self._chance.expovariate(rate)))
            if self._world.faults.silent(self._device.id, self._world.elapsed_s):
                continue
            self._count += 1
            speed = round(self._world.street.speed(self._count, self._world.day_s), 1)
            if not (self._json and self._kmh):
                await self._send(f"{speed / 3.6:.1f}")
                continue
            served = Served(self._device.assets[0], "traffic", "average_speed", speed)
            response = ServedResponse(time.time_ns() // 1_000_000, self._device.id, "delivered", [served], streamed=True)
            async with self._serving.response(response):
                await self._send(f'{{"speed":{speed}, "direction":"inbound","time":{int(self._world.elapsed_s)}, "tick":{self._count}}}')

    async def _send(self, line: str) -> None:
        async with self._sending:
            await self._pty.send(line.encode() + b"\r\n")
