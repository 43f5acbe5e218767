"""Whether a line ever returns a value that the device did not have: under noise, and late, doubled, foreign, cut and merged frames.

The device changes every register with every request, so a value of another request, time or address is recognised. Time is virtual; sockets
and ptys are real.

    python -m tests.faults.wrong_data [--exchanges 100000] [--seed 1] [--way rtu|rtu_over_tcp|tcp] [--client ours|pymodbus] [--json]
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import random
import struct
import sys
import tty
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.modbus.client_port import ModbusClient, NoResponse
from gateway.fieldbus.modbus.pdu import read_request
from gateway.fieldbus.modbus.rtu_client import RtuClient, RtuTiming
from gateway.fieldbus.modbus.tcp_client import TcpClient
from gateway.fieldbus.wire.port import WireError
from gateway.fieldbus.wire.serial_port import SerialSettings, SerialWire
from gateway.fieldbus.wire.tcp_socket import TcpWire
from gateway.simulate.devices.bus import crc
from tests.faults.virtual_time import VirtualAlarm, run

TIMEOUT_S, DRAIN_S, TURNAROUND_S = 0.1, 0.05, 0.01
BAUD = 19200
CHARACTER_S = 10 / BAUD
SILENCE_S = 3.5 * CHARACTER_S
UNITS, COUNTS, SPACE = (1, 2, 3), (1, 2, 10, 20), 200
WAYS = ("rtu", "rtu_over_tcp", "tcp")

CORRUPTING = ("noise", "junk before", "junk behind")
FAULTS = ("loss", "late", "doubled", "foreign before", "foreign behind", "foreign exchange", "cut", "merged", "split", "refused")


class Asked(NamedTuple):
    """A request as the device received it, and the state of its registers at that time."""

    unit: int
    function: int
    address: int
    quantity: int
    state: int


def register(unit: int, address: int, state: int) -> int:
    """Return the value of a register in one state; it differs in every state and at every address."""
    mixed = (unit * 0x9E3779B1 ^ address * 0x85EBCA77 ^ state * 0xC2B2AE3D) & 0xFFFFFFFF
    mixed = (mixed ^ mixed >> 15) * 0x27D4EB2F & 0xFFFFFFFF
    return (mixed ^ mixed >> 13) & 0xFFFF


def held(asked: Asked) -> bytes:
    """Return the registers that a request asked for, as they were."""
    return struct.pack(f">{asked.quantity}H", *(register(asked.unit, asked.address + n, asked.state) for n in range(asked.quantity)))


class Device:
    """Three units on one wire, and the faults between them and the client."""

    def __init__(self, way: str, seed: int, share: float) -> None:
        self._tcp, self._paced = way == "tcp", way == "rtu"
        self._chance, self._share = random.Random(seed), share
        self._faults = FAULTS if self._tcp else FAULTS + CORRUPTING
        self._buffer = b""
        self._busy_until_s = 0.0
        self._held: list[bytes] | None = None
        self.last: Asked | None = None
        self.genuine: deque[bytes] = deque(maxlen=64)
        self.sent: deque[bytes] = deque(maxlen=64)
        self.states = 0
        self.injected = dict.fromkeys(self._faults, 0)
        self.send: Callable[[bytes], None] = lambda _: None
        self.cut: Callable[[], None] = lambda: None

    def received(self, data: bytes) -> None:
        """Receive data from the client: whole requests, or noise."""
        self._buffer += data
        if self._paced:
            asyncio.get_running_loop().call_later(len(data) * CHARACTER_S, self._requests)
        else:
            self._requests()

    def _requests(self) -> None:
        size = 12 if self._tcp else 8
        while len(self._buffer) >= size:
            frame, self._buffer = self._buffer[:size], self._buffer[size:]
            if self._tcp:
                self._serve(frame[:4], frame[6:])
            elif crc(frame[:-2]) == frame[-2:]:
                self._serve(b"", frame[:-2])

    def _serve(self, mbap: bytes, body: bytes) -> None:
        unit, function, address, count = struct.unpack(">BBHH", body)
        self.states += 1
        self.last = Asked(unit, function, address, count, self.states)
        answer = self._framed(mbap, bytes((unit, function, 2 * count)) + held(self.last))
        self.genuine.append(answer)
        fault = self._chance.choice(self._faults) if self._chance.random() < self._share else "none"
        if fault != "none":
            self.injected[fault] += 1
        self._misbehave(fault, mbap, answer)

    def _framed(self, mbap: bytes, body: bytes) -> bytes:
        return mbap + struct.pack(">H", len(body)) + body if self._tcp else body + crc(body)

    def _foreign(self, mbap: bytes) -> bytes:
        """Return a frame that does not answer the request: of another unit, function, length or transaction."""
        assert self.last is not None
        chance, last = self._chance, self.last
        unit, function, count = last.unit, last.function, last.quantity
        if self._tcp and chance.random() < 0.5:
            mbap = struct.pack(">HH", (struct.unpack(">H", mbap[:2])[0] - chance.randint(1, 9)) & 0xFFFF, 0)
        elif (which := chance.randrange(3)) == 0:
            unit = 4 + chance.randrange(200)
        elif which == 1:
            function = 7 - function
        else:
            count += chance.choice((-1, 1, 7)) if count > 1 else 1
        frame = self._framed(mbap, bytes((unit, function, 2 * count)) + chance.randbytes(2 * count))
        self.genuine.append(frame)
        return frame

    def _misbehave(self, fault: str, mbap: bytes, answer: bytes) -> None:
        chance = self._chance
        after_s = TURNAROUND_S
        if fault == "loss":
            return
        if fault == "late":
            # Begins after the time-out, and ends within the time for late responses.
            after_s = TIMEOUT_S + chance.uniform(0.0, DRAIN_S - 0.005 - (len(answer) * CHARACTER_S if self._paced else 0.0))
        if fault == "cut":
            piece = answer[: chance.randrange(1, len(answer))]
            if self._tcp:
                asyncio.get_running_loop().call_later(after_s, self._break_off, piece)
            else:
                self._emit(after_s, piece)
            return
        if fault == "split":
            self._emit_in_pieces(after_s, answer)
            return
        self._emit(after_s, self._changed(fault, mbap, answer))

    def _changed(self, fault: str, mbap: bytes, answer: bytes) -> bytes:
        chance = self._chance
        if fault == "noise":
            spoilt = bytearray(answer)
            for _ in range(chance.randint(1, 4)):
                spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
            return bytes(spoilt)
        if fault == "refused":
            assert self.last is not None
            return self._framed(mbap, bytes((self.last.unit, self.last.function | 0x80, 4)))
        if fault == "foreign exchange" and not self._tcp:
            other = struct.pack(">BBHH", 9, 3, chance.randrange(SPACE), 2)
            return other + crc(other) + self._foreign(mbap) + answer
        return {
            "doubled": lambda: answer + answer,
            "foreign before": lambda: self._foreign(mbap) + answer,
            "foreign exchange": lambda: self._foreign(mbap) + self._foreign(mbap),
            "foreign behind": lambda: answer + self._foreign(mbap),
            "merged": lambda: self._foreign(mbap) + answer + self._foreign(mbap),
            "junk before": lambda: chance.randbytes(chance.randint(1, 12)) + answer,
            "junk behind": lambda: answer + chance.randbytes(chance.randint(1, 12)),
        }.get(fault, lambda: answer)()

    def _pieces(self, data: bytes) -> list[bytes]:
        places = sorted({0, len(data), *(self._chance.randrange(1, len(data)) for _ in range(self._chance.randint(1, 4)))})
        return [data[first:last] for first, last in itertools.pairwise(places)]

    def _emit(self, after_s: float, data: bytes) -> None:
        """Send bytes after a delay; on a serial line four at a time, at its speed."""
        self.sent.append(data)
        loop = asyncio.get_running_loop()
        at_s = loop.time() + after_s
        if not self._paced:
            loop.call_at(at_s, self._write, data)
            return
        at_s = max(at_s, self._busy_until_s)
        for start in range(0, len(data), 4):
            chunk = data[start : start + 4]
            at_s += len(chunk) * CHARACTER_S
            loop.call_at(at_s, self._write, chunk)
        self._busy_until_s = at_s

    def _emit_in_pieces(self, after_s: float, data: bytes) -> None:
        """Send bytes with pauses in between. Other data waits meanwhile: a stream never mixes its frames."""
        loop = asyncio.get_running_loop()
        pieces = self._pieces(data)

        def begin() -> None:
            self._held = []
            piece(0)

        def piece(number: int) -> None:
            self.sent.append(pieces[number])
            self._put(pieces[number])
            if number + 1 < len(pieces):
                loop.call_later(self._chance.uniform(0.0, 0.008), piece, number + 1)
                return
            held, self._held = self._held or [], None
            for other in held:
                self._put(other)

        loop.call_later(after_s, begin)

    def _break_off(self, piece: bytes) -> None:
        """Send the beginning of a frame, then break the connection."""
        self._put(piece)
        self._held = []

        def end() -> None:
            self.cut()
            self._held = None

        asyncio.get_running_loop().call_later(0.001, end)

    def _write(self, data: bytes) -> None:
        if self._held is not None:
            self._held.append(data)
        else:
            self._put(data)

    def _put(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            self.send(data)

    def lucky(self, data: bytes) -> bool:
        """Return whether wrong data is a damaged frame whose checksum matches by chance: it was sent, but is not a genuine frame."""
        heard = b"".join(self.sent)
        at = heard.find(data)
        while at >= 3:
            frame = heard[at - 3 : at + len(data) + 2]
            if crc(frame[:-2]) == frame[-2:] and frame not in self.genuine:
                return True
            at = heard.find(data, at + 1)
        return False


class Verdict(NamedTuple):
    """Result of a run. `wrong` must be 0; `lucky` counts damaged frames whose checksum matched by chance."""

    way: str
    client: str
    seed: int
    exchanges: int
    answered: int
    unanswered: int
    wrong: int
    lucky: int
    injected: dict[str, int]


Ask = Callable[[int, int, int, int], Awaitable[bytes | None]]


async def hunt(device: Device, ask: Ask, exchanges: int, seed: int, way: str, client: str) -> Verdict:
    """Send requests and compare the responses with what the device had."""
    chance = random.Random(~seed)
    answered = unanswered = wrong = lucky = 0
    for _ in range(exchanges):
        unit, function, count = chance.choice(UNITS), chance.choice((3, 4)), chance.choice(COUNTS)
        address = chance.randrange(SPACE)
        data = await ask(unit, function, address, count)
        if data is None:
            unanswered += 1
            continue
        last = device.last
        answered += 1
        if last is None or last[:4] != (unit, function, address, count) or data != held(last):
            if device.lucky(data):
                lucky += 1
            else:
                wrong += 1
    return Verdict(way, client, seed, exchanges, answered, unanswered, wrong, lucky, device.injected)


def ours(exchange: ModbusClient) -> Ask:
    """Return a function that reads with the client of this project."""
    tally = DeviceCounters()

    async def ask(unit: int, function: int, address: int, count: int) -> bytes | None:
        try:
            answer = await exchange.execute(read_request(unit, function, address, count), tally)
        except (NoResponse, WireError):
            return None
        return answer.data if answer.exception is None else None

    return ask


def pymodbus(client: Any) -> Ask:
    """Return a function that reads with the client of pymodbus."""
    from pymodbus.exceptions import ModbusException

    async def ask(unit: int, function: int, address: int, count: int) -> bytes | None:
        if not client.connected:
            await client.connect()
        read = client.read_holding_registers if function == 3 else client.read_input_registers
        try:
            answer = await read(address, count=count, device_id=unit)
        except ModbusException:
            return None
        return None if answer.isError() else struct.pack(f">{len(answer.registers)}H", *answer.registers)

    return ask


async def over_tcp(way: str, client: str, exchanges: int, seed: int, share: float) -> Verdict:
    """Look for wrong values over a loopback connection."""
    device = Device(way, seed, share)

    class Connection(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            device.send, device.cut = transport.write, transport.abort  # type: ignore[attr-defined]
            device._buffer = b""

        def data_received(self, data: bytes) -> None:
            device.received(data)

    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        if client == "pymodbus":
            from pymodbus import FramerType
            from pymodbus.client import AsyncModbusTcpClient

            framer = FramerType.SOCKET if way == "tcp" else FramerType.RTU
            peer = AsyncModbusTcpClient("127.0.0.1", port=port, framer=framer, timeout=TIMEOUT_S, retries=0)
            await peer.connect()
            found = await hunt(device, pymodbus(peer), exchanges, seed, way, client)
            peer.close()
            return found
        wire = TcpWire("127.0.0.1", port)
        exchange: ModbusClient = (
            TcpClient(wire, TIMEOUT_S)
            if way == "tcp"
            else RtuClient(wire, RtuTiming(TIMEOUT_S, DRAIN_S, 0.01, 0.0), make_timer=VirtualAlarm)
        )
        found = await hunt(device, ours(exchange), exchanges, seed, way, client)
        exchange.close()
        return found
    finally:
        device.cut()
        server.close()
        # Both ends are closed by later iterations of the loop.
        await asyncio.sleep(0.1)


async def over_pty(exchanges: int, seed: int, share: float) -> Verdict:
    """Look for wrong values over a pty with the speed of a serial line."""
    device = Device("rtu", seed, share)
    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    loop = asyncio.get_running_loop()
    loop.add_reader(master, lambda: device.received(os.read(master, 4096)))
    device.send = lambda data: os.write(master, data)  # type: ignore[assignment]
    wire = SerialWire(os.ttyname(slave), SerialSettings(BAUD, 8, "N", 1))
    exchange = RtuClient(wire, RtuTiming(TIMEOUT_S, DRAIN_S, SILENCE_S, CHARACTER_S), make_timer=VirtualAlarm)
    try:
        return await hunt(device, ours(exchange), exchanges, seed, "rtu", "ours")
    finally:
        exchange.close()
        loop.remove_reader(master)
        os.close(master)
        os.close(slave)


def measure(way: str, client: str, exchanges: int, seed: int, share: float = 0.4) -> Verdict:
    """Look for wrong values in virtual time."""
    if way == "rtu":
        return run(over_pty(exchanges, seed, share), grace_s=0.0002)
    return run(over_tcp(way, client, exchanges, seed, share), grace_s=0.0001)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--exchanges", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--way", choices=WAYS)
    options.add_argument("--client", choices=["ours", "pymodbus"], default="ours")
    options.add_argument("--json", action="store_true")
    asked = options.parse_args()
    ways = [asked.way] if asked.way else [way for way in WAYS if asked.client == "ours" or way == "rtu_over_tcp"]
    wrong = 0
    for way in ways:
        found = measure(way, asked.client, asked.exchanges, asked.seed)
        wrong += found.wrong
        print(
            json.dumps(found._asdict()) if asked.json else "  ".join(f"{key} {value}" for key, value in found._asdict().items()), flush=True
        )
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
