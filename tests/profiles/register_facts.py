"""Facts about registers (`register_facts.csv`), an encoder for them, and a device that serves them over Modbus TCP.

Shares no code with the gateway, whose decoder is checked against it. The table comes from the product facts that the profiles were
written from: address, type, order, scale, unit, sentinels and words of every point; of repeated points, the first four and the last.
"""

import asyncio
import csv
import random
import string
import struct
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple


class Fact(NamedTuple):
    """One point of one product."""

    profile: str
    point: str
    channel: int
    function: int
    address: int
    registers: int
    type: str
    word_order: str
    scale: str
    bit: str
    unit: str
    invalid: tuple[int, ...]
    enum: dict[int, str]
    alone: bool


def _read() -> list[Fact]:
    with (Path(__file__).parent / "register_facts.csv").open(newline="") as file:
        return [
            Fact(
                row["profile"],
                row["point"],
                int(row["channel"]),
                int(row["function"]),
                int(row["address"]),
                int(row["registers"]),
                row["type"],
                row["word_order"],
                row["scale"],
                row["bit"],
                row["unit"],
                tuple(int(code) for code in row["invalid"].split()),
                {int(pair.split("=", 1)[0]): pair.split("=", 1)[1] for pair in row["enum"].split("|") if pair},
                bool(row["alone"]),
            )
            for row in csv.DictReader(file)
        ]


FACTS = _read()


class PointValue(NamedTuple):
    """The value that a device serves for a point, in the unit of its source; None for a sentinel."""

    fact: Fact
    value: object


_BITS = {"int16": 16, "uint16": 16, "int32": 32, "uint32": 32, "int64": 64, "uint64": 64}


def _integer(fact: Fact, chance: random.Random, limits: tuple[float | None, float | None]) -> int:
    bits = _BITS[fact.type]
    low, high = (0, 2**bits - 1) if fact.type.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    scale = Fraction(fact.scale or 1)
    if limits[0] is not None:
        low = max(low, -int(-Fraction(limits[0]) // scale))
    if limits[1] is not None:
        high = min(high, int(Fraction(limits[1]) // scale))
    # Mostly of the size of measurements, sometimes of any size.
    small = (max(low, -5000), min(high, 50_000)) if chance.random() < 0.7 else (low, high)
    raw = chance.randint(*small)
    return (
        raw
        if raw & (2**bits - 1) not in fact.invalid
        else chance.choice([one for one in (low, low + 1, high - 2) if one & (2**bits - 1) not in fact.invalid])
    )


def _words(number: int, registers: int, order: str) -> list[int]:
    words = [number >> 16 * place & 0xFFFF for place in reversed(range(registers))]
    return words[::-1] if order == "little" else words


def choose_value(fact: Fact, chance: random.Random, limits: tuple[float | None, float | None]) -> tuple[object, list[int]]:
    """Choose a value for a point; return it with the words (or the bit) that encode it."""
    if fact.function in (1, 2):
        on = chance.random() < 0.5
        return (fact.enum[int(on)] if fact.enum else on), [int(on)]
    if fact.bit:
        on = chance.random() < 0.5
        return on, [int(on) << int(fact.bit)]
    if fact.enum:
        code = chance.choice(sorted(fact.enum))
        return fact.enum[code], [code & 0xFFFF]
    if fact.type == "float32":
        low, high = limits[0] if limits[0] is not None else -500, limits[1] if limits[1] is not None else 1e6
        number = struct.unpack(">f", struct.pack(">f", chance.choice([max(low, 0.0), chance.uniform(low, high)])))[0]
        return number, _words(struct.unpack(">I", struct.pack(">f", number))[0], 2, fact.word_order)
    if fact.type == "float64":
        number = chance.uniform(0, 1e9)
        return number, _words(struct.unpack(">Q", struct.pack(">d", number))[0], 4, fact.word_order)
    if fact.type in ("string", "wide_string"):
        room = fact.registers * (2 if fact.type == "string" else 1)
        text = "".join(chance.choice(string.ascii_letters + string.digits) for _ in range(chance.randint(1, room)))
        data = text.encode().ljust(room, b"\0")
        return text, list(data) if fact.type == "wide_string" else [data[at] << 8 | data[at + 1] for at in range(0, room, 2)]
    if fact.invalid and chance.random() < 0.2:
        return None, _words(chance.choice(fact.invalid), fact.registers, fact.word_order)
    raw = _integer(fact, chance, limits)
    return float(raw * Fraction(fact.scale or 1)), _words(raw % 2 ** (16 * fact.registers), fact.registers, fact.word_order)


class FactDevice:
    """A Modbus TCP server with chosen values in its registers, and random ones between them."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._tables: dict[int, dict[int, int]] = {1: {}, 2: {}, 3: {}, 4: {}}
        self._alone: dict[tuple[int, int], int] = {}
        self.longest = 0
        self.identification: dict[int, bytes] = {}
        """Its identification objects by number; without any, it refuses function 43."""
        self._connections: list[asyncio.Task[None] | None] = []

    def put(self, fact: Fact, words: list[int]) -> None:
        """Set registers; bits of one register are combined, and a point that is read alone has its own value."""
        if fact.alone:
            self._alone[fact.function, fact.address] = words[0]
            return
        table = self._tables[fact.function]
        for place, word in enumerate(words):
            table[fact.address + place] = table.get(fact.address + place, 0) | word if fact.bit else word

    async def serve(self) -> tuple[asyncio.Server, str]:
        """Listen on a free port; return the server and its address."""
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        return server, f"127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def disconnected(self) -> None:
        """Wait until every client has closed its connection."""
        await asyncio.gather(*(task for task in self._connections if task is not None))

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._connections.append(asyncio.current_task())
        try:
            while True:
                head = await reader.readexactly(7)
                pdu = await reader.readexactly(int.from_bytes(head[4:6], "big") - 1)
                answer = self._answer(pdu)
                writer.write(head[:4] + (len(answer) + 1).to_bytes(2, "big") + head[6:7] + answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, pdu: bytes) -> bytes:
        if pdu[0] == 0x2B and self.identification:
            objects = b"".join(bytes((number, len(text))) + text for number, text in self.identification.items())
            return bytes((0x2B, 0x0E, pdu[2], 2, 0, 0, len(self.identification))) + objects
        function, address, count = pdu[0], pdu[1] << 8 | pdu[2], int.from_bytes(pdu[3:5], "big")
        if function not in self._tables:
            return bytes((function | 0x80, 1))
        if function in (3, 4):
            self.longest = max(self.longest, count)
        if count == 1 and (function, address) in self._alone:
            return bytes((function, 2)) + self._alone[function, address].to_bytes(2, "big")
        table = self._tables[function]
        found = [table.get(one, self._chance.randrange(2 if function < 3 else 65536)) for one in range(address, address + count)]
        if function < 3:
            packed = sum(bit << place for place, bit in enumerate(found)).to_bytes((count + 7) // 8, "little")
            return bytes((function, len(packed))) + packed
        return bytes((function, 2 * count)) + b"".join(word.to_bytes(2, "big") for word in found)
