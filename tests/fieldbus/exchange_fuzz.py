"""Polls over real sockets and ptys from a device that sends junk before, within, behind and instead of its responses, cut anywhere.

Every poll must end in time, no value may be one that the device did not send, and the line must work again afterwards. Time is virtual.

    python -m tests.fieldbus.exchange_fuzz [--count 20000] [--seed 1] [--way tcp]
"""

import argparse
import asyncio
import itertools
import os
import random
import struct
import sys
import tty
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import NamedTuple

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.driver_port import read_once
from gateway.fieldbus.line_factory import costs_of
from gateway.fieldbus.modbus.client_port import ModbusClient
from gateway.fieldbus.modbus.driver import ModbusDriver
from gateway.fieldbus.modbus.planning.compiled_reads import CompiledReads
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.fieldbus.modbus.rtu_client import RtuClient, RtuTiming
from gateway.fieldbus.modbus.tcp_client import TcpClient
from gateway.fieldbus.wire.port import WireError
from gateway.fieldbus.wire.serial_port import SerialSettings, SerialWire
from gateway.fieldbus.wire.tcp_socket import TcpWire
from gateway.model.profile import Measurement, Modbus, Point, Profile, Source
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.simulate.devices.bus import crc
from tests.faults.virtual_time import VirtualAlarm, run
from tests.faults.wrong_data import BAUD, CHARACTER_S, DRAIN_S, SILENCE_S, TIMEOUT_S, TURNAROUND_S, Asked, Device, register

WAYS = ("tcp", "tcp, four in flight", "rtu", "rtu_over_tcp")
_UNIT = 1
_ADDRESSES = {
    "voltage_l1": 0, "voltage_l2": 1, "voltage_l3": 2, "current_l1": 3,
    "voltage_thd_l1": 400, "voltage_thd_l2": 800, "voltage_thd_l3": 1200,
}  # fmt: skip
"""The registers of the device: four that are read together, and three far away."""

_UNITS = {"voltage": "V", "current": "A"}

_READS = 4
_BOUND_S = 5.0 + _READS * (1.0 + TIMEOUT_S + DRAIN_S + 0.5)
"""How long a poll may take: connecting, then for each read the wait for a quiet line, a time-out, late bytes, and a long response."""

_CHECK_EVERY, _POLLS_TO_RECOVER = 40, 6
_REMEMBERED_BYTES = 20_000


class Mischief(NamedTuple):
    """What happens to a response: junk at a position of it (modulo its length), cuts (likewise), and whether the response is left out."""

    junk: bytes = b""
    at: int = 0
    cuts: tuple[int, ...] = ()
    instead: bool = False


NONE = Mischief()


def systematic(seed: int) -> Iterator[Mischief]:
    """Yield junk at every position of a short response, and cuts at every position of the result."""
    chance = random.Random(seed)
    for at, cut in itertools.product(range(13), range(21)):
        yield Mischief(chance.randbytes(8), at, (cut,))


def arbitrary(seed: int) -> Iterator[Mischief]:
    """Yield mischief for ever; half of the responses are left alone."""
    chance = random.Random(seed)
    while True:
        if chance.random() < 0.5:
            yield NONE
            continue
        size = chance.choice((1, 3, 7, 8, 8, 9, 20, 300))
        junk = chance.choice((chance.randbytes(size), bytes(size), b"\xff" * size))
        at = chance.choice((0, 1 << 16, chance.randrange(1 << 16)))
        cuts = tuple(chance.randrange(1 << 16) for _ in range(chance.randrange(4)))
        yield Mischief(junk, at, cuts, chance.random() < 0.1)


class Junky(Device):
    """A device whose responses suffer mischief."""

    def __init__(self, way: str, seed: int) -> None:
        super().__init__("tcp" if way.startswith("tcp") else way, seed, 0.0)
        self.mischief: Iterator[Mischief] = itertools.repeat(NONE)
        self.asked: list[tuple[bytes, Asked]] = []
        """The requests of the current poll, with the beginning of their MBAP header."""
        self.heard = bytearray()

    def _misbehave(self, fault: str, mbap: bytes, answer: bytes) -> None:
        assert self.last is not None
        self.asked.append((mbap, self.last))
        junk, at, cuts, instead = next(self.mischief, NONE)
        at %= len(answer) + 1
        data = junk if instead else answer[:at] + junk + answer[at:]
        places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
        pieces = [data[first:last] for first, last in itertools.pairwise(places)]
        self._emit_pieces(pieces)

    def _emit_pieces(self, pieces: list[bytes]) -> None:
        """Send the pieces one after the other, a few milliseconds apart; on a serial line also at its speed."""
        send, loop = self.send, asyncio.get_running_loop()
        for number, piece in enumerate(pieces):
            after_s = TURNAROUND_S + 0.003 * number
            if self._paced:
                self._emit(after_s, piece)
            else:
                loop.call_later(after_s, self._put_if_connected, send, piece)

    def _put_if_connected(self, send: Callable[[bytes], None], data: bytes) -> None:
        """Send bytes on the connection of their request, unless it was replaced."""
        if send == self.send:
            self._put(data)

    def _put(self, data: bytes) -> None:
        self.heard += data
        del self.heard[:-_REMEMBERED_BYTES]
        super()._put(data)

    def sent_value(self, address: int, value: int) -> bool:
        """Return whether a value is one that the device had, or at least sent in a whole frame, in response to this poll."""
        return any(
            asked.address <= address < asked.address + asked.quantity
            and (value == register(asked.unit, address, asked.state) or self._framed_value(mbap, asked, address, value))
            for mbap, asked in self.asked
        )

    def _framed_value(self, mbap: bytes, asked: Asked, address: int, value: int) -> bool:
        """Return whether junk made a frame with this value that nobody can tell from a response."""
        size = 2 * asked.quantity
        head = bytes((asked.unit, asked.function, size))
        if self._tcp:
            head = mbap + struct.pack(">H", 3 + size) + head
        at = self.heard.find(head)
        while at >= 0:
            start = at + len(head)
            frame, place = bytes(self.heard[at : start + size + 2]), start + 2 * (address - asked.address)
            whole = self._tcp or crc(frame[:-2]) == frame[-2:]
            if whole and self.heard[place : place + 2] == struct.pack(">H", value):
                return True
            at = self.heard.find(head, at + 1)
        return False


class Findings(NamedTuple):
    """Result of a run. `endless`, `wrong` and `not_recovered` must be 0."""

    way: str
    seed: int
    polls: int
    values: int
    endless: int
    wrong: int
    not_recovered: int

    @property
    def good(self) -> bool:
        """Whether the line held."""
        return not (self.endless or self.wrong or self.not_recovered) and self.values > 0


def _device() -> BoundDevice:
    points = [
        Point(
            name=field,
            holding=address,
            type="uint16",
            min=Decimal(0),
            max=Decimal(0xFFFF),
            unit="%" if "thd" in field else _UNITS[field.partition("_")[0]],
        )
        for field, address in _ADDRESSES.items()
    ]
    profile = Profile(
        profile="made", vendor="v", model="m", kind="lighting_meter", confidence="low", sources=[Source(ref="here")], modbus=Modbus(),
        points=points,
        measurements=[Measurement(measurement="lighting_meter", every=1.0, fields={field: field for field in _ADDRESSES})],
    )  # fmt: skip
    return bind(DeviceSettings(id="d", profile="made", unit=_UNIT, asset="a"), profile, {})


async def fuzz(way: str, client: ModbusClient, junky: Junky, mischief: Iterator[Mischief], polls: int, seed: int) -> Findings:
    """Poll the device; it behaves itself now and then, and must then be read in full."""
    device = _device()
    line = LineSettings(id="l", tcp="127.0.0.1:1", devices=[DeviceSettings(id="d", profile="made", unit=_UNIT, asset="a")])
    in_flight = 4 if way.endswith("in flight") else 1
    driver = ModbusDriver(client, costs_of(line, [device]), LearnedStore(None), CompiledReads(), lambda: 0, in_flight)
    values = endless = wrong = not_recovered = 0

    async def poll() -> bool:
        """Poll once; return whether every value was read."""
        nonlocal values, endless, wrong
        junky.asked.clear()
        try:
            async with asyncio.timeout(_BOUND_S):
                (reading,) = (await read_once(driver, device)).readings
        except WireError:
            return False
        except TimeoutError:
            endless += 1
            driver.close()
            return False
        for field, value in zip(device.streams[0].stream.fields, reading.values, strict=True):
            if isinstance(value, int):
                values += 1
                wrong += not junky.sent_value(_ADDRESSES[field.name], value)
        return None not in reading.values

    for number in range(polls):
        junky.mischief = mischief
        await poll()
        if number % _CHECK_EVERY == _CHECK_EVERY - 1:
            junky.mischief = itertools.repeat(NONE)
            await asyncio.sleep(1.0)
            recovered = [await poll() for _ in range(_POLLS_TO_RECOVER)]
            if not recovered[-1]:
                await asyncio.sleep(60.0)  # what looked like a refusal is tried again
                not_recovered += not await poll()
    return Findings(way, seed, polls, values, endless, wrong, not_recovered)


@asynccontextmanager
async def over_tcp(way: str, junky: Junky) -> AsyncIterator[ModbusClient]:
    """Serve the device on a loopback connection."""

    class Connection(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            junky.send, junky.cut = transport.write, transport.abort  # type: ignore[attr-defined]
            junky._buffer = b""

        def data_received(self, data: bytes) -> None:
            junky.received(data)

    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0)
    wire = TcpWire("127.0.0.1", server.sockets[0].getsockname()[1])
    timing = RtuTiming(TIMEOUT_S, DRAIN_S, 0.01, 0.0)
    client: ModbusClient = TcpClient(wire, TIMEOUT_S) if way.startswith("tcp") else RtuClient(wire, timing, make_timer=VirtualAlarm)
    try:
        yield client
    finally:
        client.close()
        junky.cut()
        server.close()
        await asyncio.sleep(0.1)


@asynccontextmanager
async def over_pty(_way: str, junky: Junky) -> AsyncIterator[ModbusClient]:
    """Serve the device on a pty with the speed of a serial line."""
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    loop = asyncio.get_running_loop()
    loop.add_reader(master, lambda: junky.received(os.read(master, 4096)))
    junky.send = lambda data: os.write(master, data)  # type: ignore[assignment]
    wire = SerialWire(os.ttyname(slave), SerialSettings(BAUD, 8, "N", 1))
    client = RtuClient(wire, RtuTiming(TIMEOUT_S, DRAIN_S, SILENCE_S, CHARACTER_S), make_timer=VirtualAlarm)
    try:
        yield client
    finally:
        client.close()
        loop.remove_reader(master)
        os.close(master)
        os.close(slave)


def measure(way: str, mischief: Iterator[Mischief], polls: int, seed: int) -> Findings:
    """Fuzz one way in virtual time."""

    async def work() -> Findings:
        junky = Junky(way, seed)
        async with (over_pty if way == "rtu" else over_tcp)(way, junky) as client:
            return await fuzz(way, client, junky, mischief, polls, seed)

    return run(work(), grace_s=0.0002 if way == "rtu" else 0.0001)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=20_000, help="polls for each way")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--way", choices=WAYS)
    asked = options.parse_args()
    failed = False
    for way in [asked.way] if asked.way else WAYS:
        found = measure(way, arbitrary(asked.seed), asked.count, asked.seed)
        failed |= not found.good
        print("  ".join(f"{key} {value}" for key, value in found._asdict().items()), "" if found.good else "FAILED", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
