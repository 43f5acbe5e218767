"""Corrupt batches into the centre: none of them breaks it, and good rows beside bad ones are stored.

python -m tests.centre.fuzz [--count 1000000] [--seed 1]

Each is a good batch with something wrong: bytes of its frame, bytes of its msgpack, or one part replaced by another. It goes through all
that an ingest and the city plane do with a message, up to the lines for a store.
"""

import argparse
import copy
import random
import re
import sys
import time
from collections import Counter
from typing import Any

import msgspec
import zstandard

from gateway.centre.city.latest import LatestValues, Pace
from gateway.centre.ingest.own_rows import uplink_row
from gateway.centre.stores.influx.writer import InfluxStore
from gateway.model import batch
from gateway.model.batch import BatchError
from gateway.model.site import InfluxSettings
from gateway.model.stream import hash_of
from tests.centre.readings import ME, SCHEMA, T, known

_PIECES: list[Any] = [
    None, True, False, 0, -1, 1, 2**31, 2**63 - 1, 2**63, 2**64 - 1, -(2**63), 0.5, float("nan"), float("inf"), -1e308, "", "a text", "x" * 3000, "a,b=c d",
    b"", b"bytes", [], {}, [1, [2, [3, [4]]]], {1: 2}, {"a": "b"}, [None] * 300, "\n", '"', "\\",
]  # fmt: skip


def good(chance: random.Random) -> list[Any]:
    """Return the array of a good batch."""
    rows = [
        [0, chance.randrange(9000), [chance.randrange(5000), chance.choice([None, 7, 1e6])]]
        if chance.random() < 0.5
        else [1, chance.randrange(9000), [chance.randrange(100), chance.random() < 0.5, "on"], {0: 0x800A0000}]
        for _ in range(chance.randrange(1, 6))
    ]
    return [1, b"epoch..8", chance.randrange(2**40), hash_of(SCHEMA.document()), T, 0, chance.choice([0, 1, 2, 4]), T, rows]


def corrupt(chance: random.Random) -> bytes:
    """Return a batch with something wrong."""
    whole = good(chance)
    kind = chance.random()
    if kind < 0.7:
        for _ in range(chance.randrange(1, 4)):
            _replace(whole[8] if chance.random() < 0.85 and isinstance(whole[8], list) else whole, chance)
    plain = bytearray(msgspec.msgpack.encode(whole))
    if 0.7 <= kind < 0.9:
        for _ in range(chance.randrange(1, 5)):
            plain[chance.randrange(len(plain))] = chance.randrange(256)
        if chance.random() < 0.2:
            del plain[chance.randrange(len(plain)) :]
    body = bytearray(_squeeze(bytes(plain)))
    if kind >= 0.9:
        for _ in range(chance.randrange(1, 5)):
            body[chance.randrange(len(body))] = chance.randrange(256)
    return bytes(body)


_UNFINITE = re.compile(r"(?:null|nan|inf)(?=[,. ])")
_TEXTS = re.compile(r'"(?:[^"\\]|\\.)*"')

_squeeze = zstandard.ZstdCompressor(level=1).compress


def _replace(part: list[Any], chance: random.Random) -> None:
    """Replace one element, somewhere in nested lists."""
    place = chance.randrange(len(part)) if part else 0
    if part and isinstance(part[place], list) and part[place] and chance.random() < 0.8:
        _replace(part[place], chance)
    elif part:
        part[place] = copy.deepcopy(chance.choice(_PIECES))


class Centre:
    """What an ingest and the city plane do with a message, without broker and server."""

    def __init__(self) -> None:
        self._document, self._store = known(), InfluxStore(InfluxSettings(url="http://127.0.0.1:1"))
        self._city = LatestValues(Pace(0.0, 0.0))

    def process(self, body: bytes) -> str:
        """Process a message and return what became of it. Any exception is a fault of the centre."""
        try:
            found = batch.unpack(body)
            rows = batch.rows_of(found)
        except BatchError:
            return "unreadable"
        if found.schema != hash_of(SCHEMA.document()):
            return "unknown schema"
        prepared, unfit = self._store.prepare(found, rows, self._document, uplink_row(ME, found, len(rows), T))
        assert not any("\n" in line for line in prepared), "a line with a line break"
        assert not any(_UNFINITE.search(_TEXTS.sub("", line)) for line in prepared), "a number that is NaN or infinite"
        self._city.add(ME, found, rows, self._document)
        for _, payload in self._city.due_messages(0.0):
            msgspec.json.decode(payload)
        return "partly" if unfit else "good"


def run(count: int, seed: int) -> Counter[str]:
    """Process so many corrupt batches; return how many had each outcome."""
    chance, centre, outcomes = random.Random(seed), Centre(), Counter[str]()
    begun_s = time.monotonic()
    for number in range(1, count + 1):
        body = corrupt(chance)
        try:
            outcomes[centre.process(body)] += 1
        except Exception:
            print(f"batch {number} of seed {seed} broke the centre: {body.hex()}", file=sys.stderr)
            raise
        if number % 100_000 == 0:
            print(f"{number} batches, {number / (time.monotonic() - begun_s):,.0f} a second: {dict(outcomes)}", file=sys.stderr, flush=True)
    return outcomes


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    print(f"{asked.count} corrupt batches, nothing broke: {dict(run(asked.count, asked.seed))}")


if __name__ == "__main__":
    main()
