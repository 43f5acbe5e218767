"""Attacks by batches."""

import contextlib
import time

import msgspec

from tests.hostile import generate
from tests.hostile.attacker import ATTACKER, Attacker
from tests.hostile.messages import batch, field, json_of, packed, repeated_rows, stream
from tests.hostile.victim import ASSET, DEVICE, FIELD, MEASUREMENT, VICTIM

_LATEST_MS = 9_000_000_000_000


def _plain(me: Attacker, kind: str = "float") -> bytes:
    return me.document([stream("st-1", "d-1", "hostile", [field("x", kind)])])


def wrong_rows(me: Attacker) -> None:
    """Rows with wrong arity, nested msgpack, huge numbers, NaN, and qualities of fields that do not exist."""
    fields = [field(f"x_{kind}", kind) for kind in ("int", "float", "bool", "string")]
    fields += [field(f"scaled_{kind}", kind, scale=me.chance.choice(("1/10", "1000", "1/3"))) for kind in ("int", "float")]
    schemas = [me.document([stream("st-1", f"d-{number}", "hostile", [one])]) for number, one in enumerate(fields)]
    while me.goes_on:
        schema, readable = me.chance.choice(schemas), me.chance.random() < 0.7
        with contextlib.suppress(OverflowError):  # larger than msgpack has numbers
            me.rows(schema, [generate.wrong_row(me.chance, readable=readable) for _ in range(me.chance.choice((1, 1, 20, 100)))])


def wrong_batches(me: Attacker) -> None:
    """Bytes that are almost a batch: another version, nested, cut, flipped, with trailing data."""
    schema = _plain(me)
    while me.goes_on:
        body = batch(
            schema, [[0, 0, [1.5]]], seq=me.chance.choice((0, 1, 2**63 - 1)), epoch=me.chance.randbytes(me.chance.choice((0, 8, 9, 1000)))
        )
        which = me.chance.randrange(5)
        if which == 0:
            body = packed(generate.nested(me.chance.choice((10, 1000, 900_000))))
        elif which == 1:
            body = batch(schema, generate.nested(me.chance.choice((1000, 900_000))))
        elif which == 2:
            body = body[: me.chance.randrange(len(body))]
        elif which == 3:
            spoilt = bytearray(body)
            spoilt[me.chance.randrange(len(spoilt))] ^= 1 << me.chance.randrange(8)
            body = bytes(spoilt)
        elif which == 4:
            head = [
                me.chance.choice((1, 2, "1")),
                b"x" * 8,
                me.chance.choice((1, 2**64 - 1, -1)),
                schema,
                generate.json_value(me.chance, 1),
                9,
                300,
                0,
                [],
            ]
            with contextlib.suppress(OverflowError):
                body = packed(msgspec.msgpack.encode(head))
        me.data(body)


def rows_without_end(me: Attacker) -> None:
    """Batches of 1 MiB unpacked and some 150 bytes packed, hundreds a second: 200,000 rows in each."""
    fitting = _plain(me, "int")
    empty = me.document([stream("st-1", "d-2", "hostile", [])])
    while me.goes_on:
        schema, row, count = me.chance.choice(((fitting, b"\x93\0\0\x91\xc0", 205_000), (fitting, b"\x93\0\0\x91\1", 205_000), (empty, b"\x93\0\0\x90", 250_000), (fitting, b"\x93\0\0\x90", 250_000)))  # fmt: skip
        me.rows(schema, repeated_rows(row, count))


def times_at_the_ends(me: Attacker) -> None:
    """Times before 1970, at the end of what a number can be, and rows that leave the range."""
    schema = _plain(me)
    while me.goes_on:
        ends = (
            0,
            1,
            _LATEST_MS - 1,
            _LATEST_MS,
            _LATEST_MS + 1,
            2**53,
            2**63 - 1,
            253_402_300_800_000,
            9_223_372_036_854,
            9_223_372_036_855,
        )
        t0_ms, floor_ms = me.chance.choice(ends), me.chance.choice(ends)
        rows = [[0, me.chance.choice((0, 1, -1, 2**53, -(2**53), 2**63 - 1, -(2**63))), [1.5]] for _ in range(5)]
        me.rows(
            schema, rows, t0_ms=t0_ms, floor_ms=floor_ms, clock=me.chance.choice((0, 1, 2, 3)), flags=me.chance.choice((0, 1, 2, 4, 7, 255))
        )


def withdrawals(me: Attacker) -> None:
    """Batches of 100,000 rows that are stored and then withdrawn."""
    schema = _plain(me, "int")
    begun_ms = time.time_ns() // 1_000_000
    while me.goes_on:
        rows = [[0, dt, [1]] for dt in range(100_000)]
        me.rows(schema, rows, t0_ms=begun_ms, flags=4)
        me.rows(schema, [[0, me.chance.randrange(2**40), [1]] for _ in range(1000)], t0_ms=begun_ms, flags=4)


def new_epochs(me: Attacker) -> None:
    """A new epoch in each batch, 100,000 of them if there is time."""
    schema = _plain(me)
    while me.goes_on:
        me.new_epoch()
        me.rows(schema, [[0, 0, [1.5]]])


def many_assets(me: Attacker) -> None:
    """Up to 100,000 assets and devices, each with a reading."""
    number = 0
    while me.goes_on and number < 210:
        number += 1
        schema = me.document([stream(f"a{number}-{n}", f"d{number}-{n}", "lamp", [field("dim_level", "int", "%")]) for n in range(500)])
        me.rows(schema, [[n, 0, [me.chance.randrange(100)]] for n in range(500)])


def type_conflicts(me: Attacker) -> None:
    """A field that is an integer, a float, a boolean and a text in turn, in a measurement that others use too."""
    while me.goes_on:
        kind, value = me.chance.choice((("int", 1), ("float", 1.5), ("bool", True), ("string", "x")))
        measurement = me.chance.choice(("hostile", MEASUREMENT, "uplink", "worker"))
        schema = me.document([stream("st-1", "d-1", measurement, [field(me.chance.choice(("own", FIELD, "seq")), kind)])])
        me.rows(schema, [[0, dt, [value]] for dt in range(20)])


def dead_letters(me: Attacker) -> None:
    """Messages that are no batches, small and large, as fast as the broker accepts them."""
    while me.goes_on:
        me.data(me.chance.randbytes(me.chance.choice((1, 100, 10_000, 1_000_000))))


def unknown_schemas(me: Attacker) -> None:
    """Batches with schema documents that nobody publishes: each is asked for."""
    while me.goes_on:
        me.rows(me.chance.randbytes(8), [[0, 0, [1.5]]])


def time_questions(me: Attacker) -> None:
    """Thousands of requests for the time a second, valid and not."""
    bodies = (
        b'{"asked_ms":1}',
        b'{"asked_ms":9007199254740993}',
        b'{"asked_ms":1e999}',
        b"[" * 100_000,
        b"",
        b'{"asked_ms":"x"}',
        b"\xff" * 100,
        b"9" * 50_000,
    )
    while me.goes_on:
        me.client.send(ATTACKER.topic("time"), me.chance.choice(bodies))


def states(me: Attacker) -> None:
    """Retained states of the attacker's gateway with generated content, small and large."""
    while me.goes_on:
        state = {
            "state": me.chance.choice(("online", "offline", "", "x" * 100_000)),
            "version": generate.json_value(me.chance, 4),
            "epoch": generate.name(me.chance),
        }
        body = me.chance.choice((json_of(state), b"[" * 500_000, me.chance.randbytes(100), b""))
        me.client.send(ATTACKER.topic("state"), body, retain=True)


def retained_data(me: Attacker) -> None:
    """Retained messages where none belong: data, questions, thousands of documents; deleted and published again."""
    while me.goes_on:
        me.data(me.chance.choice((b"", me.chance.randbytes(100_000))), retain=True)
        me.client.send(ATTACKER.topic("time"), b'{"asked_ms":1}', retain=True)
        me.client.send(ATTACKER.schema_topic(me.chance.randbytes(8)), me.chance.randbytes(me.chance.choice((0, 10, 100_000))), retain=True)


def name_of_another(me: Attacker) -> None:
    """Readings that name another operator, gateway, asset and device in their content: they must not change what is stored for these."""
    tags = {"operator": VICTIM.operator, "gateway": VICTIM.gateway, "site": VICTIM.site}
    while me.goes_on:
        chosen = dict(me.chance.sample(sorted(tags.items()), me.chance.randint(0, 3)))
        schema = me.document([stream(ASSET, DEVICE, MEASUREMENT, [field(FIELD, "int", "{count}")], tags=chosen)])
        me.rows(schema, [[0, dt, [999_999]] for dt in range(-3000, 3000)])


def city_changes(me: Attacker) -> None:
    """Thousands of assets whose values change all the time, which the city plane publishes."""
    schema = me.document([stream(f"a-{n}", "d", "lamp", [field("dim_level", "int", "%")]) for n in range(5000)])
    while me.goes_on:
        me.rows(schema, [[n, 0, [me.chance.randrange(100)]] for n in range(5000)])


def small_batches(me: Attacker) -> None:
    """Valid batches of one reading, as fast as the broker accepts them."""
    schema = _plain(me)
    while me.goes_on:
        me.rows(schema, [[0, 0, [me.chance.random()]]])


def quality_0(me: Attacker) -> None:
    """Valid batches and other messages with QoS 0, which nobody acknowledges."""
    schema = _plain(me)
    while me.goes_on:
        body = me.chance.choice((batch(schema, [[0, 0, [1.5]]], seq=me.chance.randrange(2**60)), b"no batch"))
        me.client.paho.publish(ATTACKER.topic(me.chance.choice(("data", "time", "state"))), body, qos=0)
        time.sleep(0.002)


def full_batches(me: Attacker) -> None:
    """Valid batches of 1 MiB, as fast as the broker accepts them."""
    schema = _plain(me)
    rows = [[0, dt, [me.chance.random()]] for dt in range(60_000)]
    while me.goes_on:
        me.rows(schema, rows)
