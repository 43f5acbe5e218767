"""Corrupt batches and generated schema documents into the centre: none of them breaks it, and good rows beside bad ones are stored.

python -m tests.centre.fuzz [--count 1000000] [--seed 1]

Each is a good batch with something wrong: bytes of its frame, bytes of its msgpack, or one part replaced by another. A third of them refer to
a generated schema document, whose names, types, scales, digits, units, tags and numbers of fields are likely and unlikely ones. All go through
what an ingest and the city plane do with a message, up to the lines for a store. A batch that takes half a minute ends the program.
"""

import argparse
import contextlib
import copy
import faulthandler
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from gateway.centre.city.latest import LatestValues, Pace
from gateway.centre.ingest.own_rows import uplink_row
from gateway.centre.schemas import Schemas
from gateway.centre.stores.influx.writer import InfluxStore
from gateway.centre.stores.sqlite import HistoryStore
from gateway.model import batch
from gateway.model.batch import BatchError
from gateway.model.site.store import InfluxSettings
from gateway.model.stream import hash_of
from tests.centre.readings import ME, SCHEMA, T

_PIECES: list[Any] = [
    None, True, False, 0, -1, 1, 2**31, 2**63 - 1, 2**63, 2**64 - 1, -(2**63), 0.5, float("nan"), float("inf"), -1e308, "", "a text", "x" * 3000, "a,b=c d",
    b"", b"bytes", [], {}, [1, [2, [3, [4]]]], {1: 2}, {"a": "b"}, [None] * 300, "\n", '"', "\\",
]  # fmt: skip


_SCALES = ["1", "1/10", "-1/10", "100", "0.1", "0", "1/3", "9" * 40, "-" + "9" * 40, "1/" + "9" * 40, "0." + "0" * 39 + "1", "9" * 400, "1/0", "1e999999999",
           "1e-999999999", "1e400", "nan", "inf", "", "1\n", "\u0661", "1_000", " 1"]  # fmt: skip
_NAMES = ["voltage_l1", "dim_level", "x", "x" * 64, "x" * 65, "time", "x\n", "a,b=c d", "Ünicode", "", "_field", "x\u2028"]
_LABELS = ["A 1,2=x", "x" * 128, "x" * 129, "a\\", "a\n", "a\u0085b", "\u2028", "\U0001f4a1", "\x7f", "", '"', "'", "a=b"]
_UNITS = ["V", "%", "{count}", "x" * 64, "x" * 65, "V\n", "", "µ", None]
_LEVELS = ["qe-041", "x" * 63, "x" * 64, "qe-041\n", "a/b", "+", "#", "", "QE"]


def _pick(chance: random.Random, choices: Sequence[Any], likely: int = 3) -> Any:
    """Return one of the first, likely choices, or sometimes any."""
    return chance.choice(choices[:likely] if chance.random() < 0.95 else choices)


def schema(chance: random.Random) -> bytes:
    """Return a schema document: names, types, scales, digits, limits, units, tags and numbers of fields are chosen by chance."""
    streams = []
    for _ in range(chance.choice([1, 1, 2, 3])):
        fields = []
        for number in range(chance.choice([0, 1, 2, 2, 3, 40])):
            field: dict[str, Any] = {
                "name": _pick(chance, [f"f{number}", *_NAMES], 1),
                "type": _pick(chance, ["float", "int", "bool", "string", "text"], 4),
            }
            if chance.random() < 0.6:
                field["scale"] = chance.choice(_SCALES) if chance.random() < 0.5 else chance.choice(_SCALES[:11])
            if chance.random() < 0.3:
                field["digits"] = _pick(chance, [1, 6, 7, 9, 17, 0, 18, -1], 5)
            if chance.random() < 0.2:
                field["wraps_at"] = _pick(chance, [2, 65536, 2**63 - 1, 1, 2**63, 2**64], 3)
            if chance.random() < 0.5:
                field["unit"] = _pick(chance, _UNITS)
            fields.append(field)
        stream: dict[str, Any] = {
            "asset": _pick(chance, _LEVELS, 2), "device": _pick(chance, _LEVELS, 2), "profile": _pick(chance, _NAMES, 4), "fields": fields,
            "measurement": _pick(chance, ["other", "lamp", "lighting_meter", *_NAMES]), "every_s": _pick(chance, [10.0, 0.0, 1, -1, 1e300, "x"]),
        }  # fmt: skip
        if chance.random() < 0.3:
            stream["tags"] = {_pick(chance, [f"t{n}", *_NAMES], 1): _pick(chance, _LABELS) for n in range(chance.choice([1, 2, 40]))}
        if chance.random() < 0.3:
            stream["place"] = {"name": _pick(chance, _LABELS), "lat": _pick(chance, [43.9, 0, 90, 1e308, "x"]), "lon": 11.1}
        streams.append(stream)
    return msgspec.json.encode({"v": _pick(chance, [1, 2, "x"], 1), "streams": streams})


def for_schema(chance: random.Random, document: bytes) -> list[Any]:
    """Return the array of a batch whose rows have as many values as a document's streams have fields, of likely and unlikely kinds."""
    numbers = [
        0,
        1,
        70,
        -5,
        2312,
        0.5,
        231.3000030517578,
        1e6,
        2**32,
        2**53,
        True,
        "on",
        None,
        1e308,
        -1e308,
        5e-324,
        2**63 - 1,
        2**64 - 1,
        -(2**63),
    ]
    counts = [len(stream["fields"]) for stream in msgspec.json.decode(document)["streams"]]
    rows: list[Any] = []
    for _ in range(chance.randrange(1, 6)):
        stream = chance.randrange(len(counts))
        rows.append(
            [
                stream,
                chance.randrange(9000),
                [_pick(chance, numbers, 10) if chance.random() < 0.9 else chance.choice(numbers) for _ in range(counts[stream])],
            ]
        )
    return [1, b"epoch..8", chance.randrange(2**40), hash_of(document), T, 0, 0, T, rows]


def good(chance: random.Random) -> list[Any]:
    """Return the array of a good batch."""
    rows = [
        [0, chance.randrange(9000), [chance.randrange(5000), chance.choice([None, 7, 1e6])]]
        if chance.random() < 0.5
        else [1, chance.randrange(9000), [chance.randrange(100), chance.random() < 0.5, "on"], {0: 0x800A0000}]
        for _ in range(chance.randrange(1, 6))
    ]
    return [1, b"epoch..8", chance.randrange(2**40), hash_of(SCHEMA.document()), T, 0, chance.choice([0, 1, 2, 4]), T, rows]


def corrupt(chance: random.Random, document: bytes | None = None) -> bytes:
    """Return a batch with something wrong; one for a generated document may have nothing wrong but its document."""
    whole = good(chance) if document is None else for_schema(chance, document)
    kind = chance.random()
    if kind < 0.7 and (document is None or chance.random() < 0.3):
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

    def __init__(self, folder: Path) -> None:
        self.schemas, self._store = Schemas(), InfluxStore(InfluxSettings(url="http://127.0.0.1:1"))
        self.schemas.update(ME, hash_of(SCHEMA.document()), SCHEMA.document())
        self._history = HistoryStore(folder / "history.sqlite")
        self._city = LatestValues(Pace(0.0, 0.0))
        self._now_s = 0.0

    def process(self, body: bytes) -> str:
        """Process a message and return what became of it. Any exception is a fault of the centre."""
        try:
            found = batch.unpack(body)
            rows = batch.rows_of(found)
        except BatchError:
            return "unreadable"
        document = self.schemas.get(ME, found.schema, 0.0)
        if document is None:
            return "unknown schema"
        if isinstance(document, str):
            return "invalid schema"
        own = uplink_row(ME, found, len(rows), T)
        prepared, unfit = self._store.prepare(found, rows, document, own)
        prepared.encode()
        lines = prepared.split("\n")
        alike, unfit_alike = self._history.prepare(found, rows, document, own)
        assert [one.position for one in unfit] == [one.position for one in unfit_alike], "a row that fits one store and not the other"
        self._history.write([alike])
        assert len(lines) == sum(any(value is not None for value in row.values) for row in alike), "a line with a line break, or none"
        assert not any(_UNFINITE.search(_TEXTS.sub("", line)) for line in lines), "a number that is NaN or infinite"
        self._now_s += 1.0
        self._city.add(ME, found, rows, document, self._now_s)
        for _, payload in self._city.due_messages(self._now_s):
            msgspec.json.decode(payload)
        return "partly" if unfit else "good"

    def close(self) -> None:
        """Close the files."""
        self._history.close()


def run(count: int, seed: int, *, watched: bool = False) -> Counter[str]:
    """Process so many corrupt batches; return how many had each outcome. If watched, the process ends if one takes too long."""
    with tempfile.TemporaryDirectory() as name, contextlib.closing(Centre(Path(name))) as centre:
        return _run(centre, count, seed, watched=watched)


def _run(centre: Centre, count: int, seed: int, *, watched: bool) -> Counter[str]:
    chance, outcomes = random.Random(seed), Counter[str]()
    begun_s = time.monotonic()
    for number in range(1, count + 1):
        if watched and number % 100 == 1:
            faulthandler.dump_traceback_later(30, exit=True)
        document = schema(chance) if number % 3 == 0 else None
        body = corrupt(chance, document)
        try:
            if document is not None:
                centre.schemas.update(ME, hash_of(document), document)
            outcomes[centre.process(body)] += 1
        except Exception:
            print(f"batch {number} of seed {seed} broke the centre: {body.hex()} {document!r}", file=sys.stderr)
            raise
        if number % 100_000 == 0:
            print(f"{number} batches, {number / (time.monotonic() - begun_s):,.0f} a second: {dict(outcomes)}", file=sys.stderr, flush=True)
    return outcomes


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--count", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    print(f"{asked.count} corrupt batches, nothing broke: {dict(run(asked.count, asked.seed, watched=True))}")


if __name__ == "__main__":
    main()
