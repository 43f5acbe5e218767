"""A two-wire bus on a pty: whatever the gateway sends becomes voltages, which devices receive with their own UARTs, and the reverse.

The near end's baud rate and parity are those that the gateway has set on its port. (A pty has no even parity: it says odd or none.) As
with a serial port on Linux whose input check is off, the gateway gets every character, right or wrong. Devices drop a frame with a wrong
character.
"""

import asyncio
import contextlib
import os
import random
import termios
import tty
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.simulate.devices.bus import crc
from tests.provision.faults.cable import Drive, Effect, bursts, inverted, joined, unchanged
from tests.provision.faults.waveform import AT_9600, MARK, OVERSAMPLING, Framing, Received, receive, transmit
from tests.provision.units import Unit

_SPEEDS = {getattr(termios, f"B{baud}"): baud for baud in (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200)}
_GAP_S = 0.02

MakeEffect = Callable[[float], Effect]
"""Makes the effect of a cable at a sampling rate."""


@dataclass
class Node:
    """A device on the bus: its registers, its UART, its turnaround and how strong its driver is."""

    unit: Unit
    framing: Framing = AT_9600
    turnaround_s: float = 0.008
    strength: float = 1.0
    powered: bool = True


@dataclass
class Rs485Bus:
    """The bus. `swapped` exchanges the gateway's wires; with `noisy` it picks up noise; `master` are the frames of another master."""

    nodes: Sequence[Node]
    cable: MakeEffect = lambda _rate_hz: unchanged
    swapped: bool = False
    noisy: bool = False
    master: Sequence[bytes] = ()
    seed: int = 1
    frames: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)
        self._chance = random.Random(self.seed)
        self._loop = asyncio.get_running_loop()
        self._sent: asyncio.Queue[bytes] = asyncio.Queue()
        self._loop.add_reader(self._master, self._readable)

    def _readable(self) -> None:
        with contextlib.suppress(OSError):  # nobody has the near end open
            self._sent.put_nowait(os.read(self._master, 4096))

    @property
    def near(self) -> Framing:
        """The settings of the gateway's port."""
        attributes: Sequence[Any] = termios.tcgetattr(self._master)
        flags = attributes[2]
        parity = "O" if flags & termios.PARODD else "N"
        return Framing(_SPEEDS.get(attributes[5], 9600), parity, 2 if flags & termios.CSTOPB else 1)

    async def run(self) -> None:
        """Serve until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._serve())
            if self.noisy:
                tasks.create_task(self._pick_up_noise())
            if self.master:
                tasks.create_task(self._poll_as_another_master())

    def close(self) -> None:
        self._loop.remove_reader(self._master)
        os.close(self._master)
        os.close(self._slave)

    async def _serve(self) -> None:
        while True:
            data = await self._sent.get()
            begun_s = self._loop.time()
            for at_s, byte in self._received_after(data):
                wait_s = begun_s + at_s - self._loop.time()
                if wait_s > 0.002:
                    await asyncio.sleep(wait_s)
                self._deliver(bytes((byte,)))

    def _received_after(self, data: bytes) -> list[tuple[float, int]]:
        """Return what the gateway receives after it has sent some bytes, with the times since it began to send."""
        near = self.near
        rate_hz = float(OVERSAMPLING * max(near.baud, *(node.framing.baud for node in self.nodes)))
        effect = self.cable(rate_hz)
        request = transmit(data, near, rate_hz)
        own = Drive(0, request)
        heard = effect(joined([own], len(request) + round(rate_hz / near.baud) * 12))
        if self.swapped:
            heard = inverted(heard)
        drives = [own]
        for node in self.nodes:
            reply = self._reply(node, receive(heard, node.framing, rate_hz))
            if reply:
                first = len(request) + round(node.turnaround_s * rate_hz)
                drives.append(Drive(first, transmit(reply, node.framing, rate_hz), node.strength))
        length = max(one.first + len(one.samples) for one in drives) + round(rate_hz / near.baud * 3 * near.bits)
        line = effect(joined(drives, length))
        if self.swapped:
            line = inverted(line)
        # The gateway's receiver is off while it sends, and shows a mark.
        line[: len(request)] = [MARK] * len(request)
        return [(one.at / rate_hz, one.byte) for one in receive(line, near, rate_hz)]

    def _reply(self, node: Node, characters: Sequence[Received]) -> bytes:
        """Return the response of a device to the characters that it received; none to a frame with a wrong one."""
        frame = bytes(one.byte for one in characters)
        if not node.powered or len(frame) < 4 or not all(one.right for one in characters[:8]):
            return b""
        frame = next((frame[:size] for size in (8, 6, 7) if len(frame) >= size and crc(frame[: size - 2]) == frame[size - 2 : size]), b"")
        if not frame or frame[0] != node.unit.number:
            return b""
        self.frames.append(frame)
        body = frame[:1] + node.unit.answer(frame[1:-2])
        return body + crc(body)

    async def _pick_up_noise(self) -> None:
        while True:
            await asyncio.sleep(self._chance.uniform(0.05, 0.25))
            near = self.near
            rate_hz = float(OVERSAMPLING * near.baud)
            line = bursts(rate_hz, round(0.02 * rate_hz), self._chance)
            self._deliver(bytes(one.byte for one in receive(line, near, rate_hz)))

    async def _poll_as_another_master(self) -> None:
        """Send the frames of another master and of its device, each after the silence of the specification, once in half a second."""
        while True:
            await asyncio.sleep(0.5)
            for frame in self.master:
                near = self.near
                rate_hz = float(OVERSAMPLING * max(near.baud, 9600))
                line = joined([Drive(20, transmit(frame, AT_9600, rate_hz))], round(rate_hz * len(frame) / 900))
                characters = receive(line, near, rate_hz)
                await asyncio.sleep(len(frame) * near.character_s)
                self._deliver(bytes(one.byte for one in characters))
                await asyncio.sleep(0.012)

    def _deliver(self, data: bytes) -> None:
        with contextlib.suppress(BlockingIOError):  # bytes that nobody reads are lost, as on a wire
            os.write(self._master, data)


@contextlib.asynccontextmanager
async def running(bus: Rs485Bus) -> Any:
    """Run a bus."""
    serving = asyncio.create_task(bus.run())
    try:
        yield bus
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        bus.close()
