"""Attacks by schema documents."""

import zstandard

from tests.hostile import generate
from tests.hostile.attacker import ATTACKER, Attacker
from tests.hostile.messages import Json, document_of, field, name_of, repeated_rows, stream


def huge_exponents(me: Attacker) -> None:
    """Scales that are exponents, thousands of digits, or no numbers."""
    while me.goes_on:
        schema = me.document(
            [stream("st-1", "d-1", "hostile", [field("x", me.chance.choice(("int", "float")), scale=generate.scale(me.chance))])]
        )
        me.rows(schema, [[0, 0, [me.chance.choice((1, 2**63 - 1, 1.5))]]])


def overflowing_scales(me: Attacker) -> None:
    """Scales that are numbers, with values that overflow when they are converted."""
    while me.goes_on:
        digits = me.chance.choice((10, 18, 19, 30, 100, 308))
        scale = me.chance.choice(("9" * digits, f"{'9' * digits}/7", f"1/{'9' * digits}"))
        more: Json = {"digits": me.chance.randint(1, 17)} if me.chance.random() < 0.5 else {}
        schema = me.document([stream("st-1", "d-1", "hostile", [field("x", me.chance.choice(("int", "float")), scale=scale, **more)])])
        values = [2**63 - 1, -(2**63), 2**64 - 1, 1e308, 5e-324, float("inf"), float("nan"), 1]
        me.rows(schema, [[0, dt, [value]] for dt, value in enumerate(values)])


def hostile_names(me: Attacker) -> None:
    """Names with line ends, NUL, quotes, other scripts, and of JavaScript's own, in each place that has one."""
    while me.goes_on:
        keys = dict.fromkeys(("asset", "device", "measurement", "profile", "field", "tag", "label", "unit", "place"), "lamp")
        for key in me.chance.sample(list(keys), me.chance.randint(1, 2)):
            keys[key] = generate.name(me.chance)
        one = stream(keys["asset"], keys["device"], keys["measurement"], [field(keys["field"], "float", keys["unit"])])
        one |= {
            "profile": keys["profile"],
            "tags": {keys["tag"]: keys["label"]},
            "place": {"name": keys["place"], "lat": 43.0, "lon": 11.0},
        }
        me.rows(me.document([one]), [[0, 0, [1.5]]])


def many_tags(me: Attacker) -> None:
    """Thousands of tags for each of many streams."""
    while me.goes_on:
        count, length = me.chance.choice(((1000, 128), (5000, 20), (50, 128), (20_000, 1)))
        tags = {f"t{n}": "x" * length for n in range(count)}
        streams = [stream("st-1", f"d-{n}", "hostile", [field("x")], tags=tags) for n in range(max(1, 400_000 // (count * (length + 10))))]
        schema = me.document(streams)
        me.rows(schema, [[n, 0, [1.0]] for n in range(len(streams))] * 20)


def many_fields(me: Attacker) -> None:
    """A thousand fields for each of many streams, and rows with all of them."""
    while me.goes_on:
        count = me.chance.choice((999, 1000, 1001, 20_000))
        names = [f"f{me.chance.randrange(10**6)}x{n}" for n in range(count)]
        streams = [stream("st-1", f"d-{n}", "hostile", [field(one) for one in names]) for n in range(max(1, 20_000 // count))]
        schema = me.document(streams)
        me.rows(schema, [[0, dt, [1.5] * count] for dt in range(max(1, 100_000 // count))])


def many_documents(me: Attacker) -> None:
    """Thousands of small documents, each used by a batch."""
    number = 0
    while me.goes_on:
        number += 1
        streams = [
            stream(f"st-{number % 50}", f"d-{n}", "hostile", [field("x"), field(f"y{number}")]) for n in range(me.chance.choice((1, 20)))
        ]
        me.rows(me.document(streams), [[0, 0, [1.5, 2.5]]])


def documents_without_end(me: Attacker) -> None:
    """Retained documents that no batch needs, and retained messages beside them whose names are no hashes."""
    number = 0
    while me.goes_on:
        number += 1
        me.document([stream(f"st-{number}", "d-1", "hostile", [field("x")])])
        no_hash = me.chance.choice((me.chance.randbytes(8).hex().upper(), me.chance.randbytes(9).hex(), f"漢{number}"))
        me.client.send(f"{ATTACKER.topic('data').removesuffix('data')}schema/{no_hash}", me.chance.randbytes(100), retain=True)


def large_documents(me: Attacker) -> None:
    """Documents of nearly 4 MiB that are small in the zstd frame, each used by a batch."""
    number = 0
    while me.goes_on:
        number += 1
        label = f"{number}-{'x' * 100}"
        one = stream("st-1", "d-1", "hostile", [field(f"f{n}") for n in range(me.chance.choice((1, 50)))], tags={"line": label})
        document = document_of([one] * ((4 << 20) // (len(document_of([one])) + 1) - 1))
        schema = me.raw_document(document)
        me.rows(schema, [[n, 0, [1.5] * len(one["fields"])] for n in range(100)])


def false_sizes(me: Attacker) -> None:
    """Documents and batches whose zstd frame states no size or a wrong one, or expands to gigabytes."""
    while me.goes_on:
        size = me.chance.choice((5 << 20, 64 << 20, 256 << 20))
        compressor = zstandard.ZstdCompressor(level=1, write_content_size=me.chance.random() < 0.5).compressobj()
        frame = b"".join([*(compressor.compress(bytes(1 << 20)) for _ in range(size >> 20)), compressor.flush()])
        for body in (frame, frame * 20, frame[: len(frame) // 2], zstandard.ZstdCompressor().compress(b"[" * 1000)[:9] + frame[9:]):
            me.client.send(ATTACKER.schema_topic(name_of(body)), body, retain=True)
            me.data(body)


def wrong_documents(me: Attacker) -> None:
    """Documents with generated mistakes: types, nesting, numbers, places, intervals."""
    while me.goes_on:
        me.rows(me.raw_document(generate.wrong_document(me.chance), pack=me.chance.random() < 0.5), [[0, 0, [1]]])


def many_streams(me: Attacker) -> None:
    """Documents of tens of thousands of streams with all their series, which are also assets of the city plane."""
    number = 0
    while me.goes_on:
        number += 1
        streams = [stream(f"a-{number}-{n}", "d", "hostile", [field("x")]) for n in range(20_000)]
        schema = me.document(streams)
        me.rows(schema, [[n, 0, [1.5]] for n in range(len(streams))])


def rows_of_large_texts(me: Attacker) -> None:
    """Series with long labels in rows that repeat them: a small batch becomes a large write."""
    tags = {f"t{n}": "x" * 128 for n in range(16)}
    schema = me.document([stream("st-1", "d-1", "hostile", [field("x")], tags=tags)])
    while me.goes_on:
        me.rows(schema, repeated_rows(b"\x93\x00\x00\x91\x01", 200_000))
