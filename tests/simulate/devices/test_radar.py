"""The simulated radar: what it sends after which command, and what it logs."""

import asyncio
import contextlib
import json
import os
import tty
from collections.abc import AsyncIterator
from pathlib import Path

from gateway.simulate.devices.pty import Pty
from gateway.simulate.devices.radar import Radar
from gateway.simulate.devices.serving import Serving
from gateway.simulate.devices.world import World
from gateway.simulate.street.faults import Faults
from gateway.simulate.street.layout import SimDevice, SimGateway, SimLine
from gateway.simulate.street.served_log import ServedLog, read_served

RUSH_HOUR_S = (18 - 16.75) * 3600


class Near:
    """The near end of the radar's line."""

    def __init__(self, descriptor: int, log: Path) -> None:
        self.descriptor, self.log = descriptor, log
        self._rest = b""

    def send(self, command: bytes) -> None:
        os.write(self.descriptor, command)

    async def line(self) -> str:
        """Wait for a line, for twenty seconds at most."""
        loop, ready = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self.descriptor, ready.set)
        async with asyncio.timeout(20):
            while b"\r\n" not in self._rest:
                await ready.wait()
                ready.clear()
                with contextlib.suppress(BlockingIOError):
                    self._rest += os.read(self.descriptor, 256)
        loop.remove_reader(self.descriptor)
        line, _, self._rest = self._rest.partition(b"\r\n")
        return line.decode()


@contextlib.asynccontextmanager
async def radar(folder: Path, faults: Faults | None = None) -> AsyncIterator[Near]:
    """Start a radar in the rush hour."""
    layout = SimLine("radar-1", "text", 115200, [SimDevice("ic-1-radar", "ops243", 0, ["ic-1"], 1.0)])
    world = World(SimGateway("o", "g", [layout]), 1, 1.0, 0.0, lambda: RUSH_HOUR_S)
    world.faults = faults or Faults(1, [], [], [])
    log, pty = ServedLog(folder / "log"), Pty(layout.baud)
    near = os.open(pty.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    tty.setraw(near)
    running = asyncio.create_task(Radar(layout, world, Serving(log), pty).run())
    try:
        yield Near(near, folder / "log")
    finally:
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        log.close()
        os.close(near)
        pty.close()


async def test_before_it_is_set_up_it_sends_plain_metres_a_second_and_logs_none_of_it(tmp_path: Path) -> None:
    async with radar(tmp_path) as near:
        assert 1.0 < float(await near.line()) < 30.0
    assert read_served(tmp_path / "log") == []


async def test_once_set_up_it_sends_json_in_km_h_and_logs_it(tmp_path: Path) -> None:
    async with radar(tmp_path) as near:
        near.send(b"OJUK")
        line = await near.line()
        while "speed" not in line:
            line = await near.line()
        speed = json.loads(line)["speed"]
    served = read_served(tmp_path / "log")
    assert served[0].streamed
    assert served[0].values[0][2:] == ("average_speed", speed)


async def test_it_answers_who_it_is_and_skips_what_it_does_not_know(tmp_path: Path) -> None:
    async with radar(tmp_path) as near:
        near.send(b"Zz?P")
        line = await near.line()
        while "Product" not in line:
            line = await near.line()
        assert json.loads(line) == {"Product": "OPS243 Doppler"}


async def test_its_count_is_answered_logged_and_can_be_set_to_zero(tmp_path: Path) -> None:
    async with radar(tmp_path) as near:
        near.send(b"N!N?")
        line = await near.line()
        while "DetectedObjectCount" not in line:
            line = await near.line()
        assert json.loads(line) == {"DetectedObjectCount": 0}
    (counted,) = [one for one in read_served(tmp_path / "log") if not one.streamed]
    assert (counted.fate, counted.values[0][1:]) == ("delivered", ("traffic", "vehicle_count_total", 0))
