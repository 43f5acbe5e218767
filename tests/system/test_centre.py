"""The centre against hostile and damaged batches, with a real broker, store and worker."""

import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode

import msgspec
import pytest
import yaml
import zstandard

from gateway.centre.dead_letters import DeadLetters
from gateway.centre.stores.influx.http import InfluxConnection, query
from gateway.model import batch
from gateway.model.batch import Clock, encode_rows
from gateway.model.canonical import FieldType
from gateway.model.messages import Receipt
from gateway.model.site.store import InfluxSettings
from gateway.model.stream import Schema, Stream, StreamField, hash_of
from gateway.model.topics import GatewayId
from tests.rows import Row
from tests.system.peer import Peer, until
from tests.system.servers import Process, free_port, gateway, influxdb, mosquitto, victoria

pytestmark = pytest.mark.system
ME = GatewayId("prato", "citelum", "gw-1")
DOCUMENT = Schema(
    (
        Stream("st-1", "ear", "test", "noise", (StreamField("las", FieldType.FLOAT, "dB[SPL]{A}"),), 1.0),
        Stream("pl-1", "eye", "test", "traffic", (StreamField("vehicle_count_total", FieldType.INT, "{count}"),), 1.0),
    )
).document()
T = 1_795_400_120_000


class Place:
    """A running centre, and a client that publishes as a gateway."""

    def __init__(self, folder: Path, kind: str, url: str, worker: Process, other: Peer) -> None:
        self.folder, self.kind, self.url, self.worker, self.other = folder, kind, url, worker, other
        self._seq = 0

    async def send(self, *rows: Row, schema: bytes = hash_of(DOCUMENT), body: bytes | None = None) -> int:
        """Publish a batch; return its number."""
        self._seq += 1
        await self.other.say(ME.topic("data"), body or made(self._seq, rows, schema))
        return self._seq

    async def receipt(self, seq: int) -> str:
        """Wait for the receipt of a batch; return what it says about it."""

        def said() -> str | None:
            for message in self.other.on("receipt"):
                found = msgspec.json.decode(message.payload, type=Receipt)
                for what in ("partly", "rejected", "retry"):
                    if any(one.seq == seq for one in getattr(found, what)):
                        return what
                if any(first <= seq <= last for first, last in found.stored):
                    return "stored"
            return None

        await until(f"the receipt of batch {seq}", said)
        return said() or ""

    def letters(self) -> list[tuple[str, str]]:
        letters = DeadLetters(self.folder / "dead.sqlite")
        found: list[tuple[str, str]] = [(one.kind, one.reason) for one in letters.letters()]
        letters.close()
        return found

    def values(self, measurement: str, field: str) -> list[object]:
        if self.kind == "victoria":
            urllib.request.urlopen(f"{self.url}/internal/force_flush", timeout=10).close()
            asked = urlencode({"match[]": f"{measurement}_{field}", "start": 0})
            with urllib.request.urlopen(f"{self.url}/api/v1/export?{asked}", timeout=10) as answer:
                return [value for line in answer for value in json.loads(line)["values"]]
        connection = InfluxConnection(InfluxSettings(url=self.url))
        found = query(connection, "street", f'SELECT "{field}" FROM "{measurement}"')
        connection.close()
        return [row[1] for series in found for row in series["values"]]

    async def neighbour(self) -> None:
        """Check that the next batch is stored."""
        value = 1000 + self._seq
        assert await self.receipt(await self.send(Row(1, self._seq, [value]))) == "stored"
        assert value in self.values("traffic", "vehicle_count_total")
        assert self.worker.process.poll() is None


def made(seq: int, rows: tuple[Row, ...], schema: bytes) -> bytes:
    return batch.encode(epoch=b"epoch..8", seq=seq, schema=schema, t0_ms=T, clock=Clock.SYNCED, flags=0, floor_ms=T, rows=encode_rows(rows))


only_influxdb = pytest.mark.parametrize("kind", ["influx"], indirect=True)


@pytest.fixture(params=["influx", "victoria"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def place(kind: str, tmp_path: Path) -> AsyncIterator[Place]:
    broker, port = mosquitto(tmp_path)
    store, url = (influxdb if kind == "influx" else victoria)(tmp_path)
    (tmp_path / "centre.yaml").write_text(yaml.safe_dump({"site": "prato", "centre": {
        "broker": f"mqtt://127.0.0.1:{port}", "store": {"influx": {"url": url, "api": "v1" if kind == "influx" else "victoria"}}, "dead_letters": str(tmp_path / "dead.sqlite"),
        "listen": f"127.0.0.1:{free_port()}"}}))  # fmt: skip
    worker = gateway("centre", tmp_path, "central", "--role", "ingest", str(tmp_path / "centre.yaml"))
    worker.wait_for("connected to")
    other = await Peer(f"mqtt://127.0.0.1:{port}", ME.topic("receipt"), ME.topic("ask")).start()
    await other.say(ME.schema_topic(hash_of(DOCUMENT)), DOCUMENT, retain=True)
    yield Place(tmp_path, kind, url, worker, other)
    await other.mqtt.stop()
    for process in (worker, store, broker):
        process.stop()


BOMB = zstandard.ZstdCompressor().compress(bytes(2 << 20))
UNREADABLE = {
    "bad zstd": made(1, (Row(1, 0, [1]),), hash_of(DOCUMENT))[:-9],
    "no zstd at all": b"hello",
    "a frame that unfolds to two megabytes": BOMB,
    "bad msgpack": zstandard.ZstdCompressor().compress(b"\xc1" * 50),
    "msgpack of something else": zstandard.ZstdCompressor().compress(msgspec.msgpack.encode({"a": [1, 2]})),
    "a version to come": zstandard.ZstdCompressor().compress(msgspec.msgpack.encode([2, b"epoch..8", 1, b"schema.8", T, 0, 0, T, []])),
    "four megabytes of noise": bytes(range(256)) * 16_000,
}


async def test_an_unreadable_batch_becomes_a_dead_letter_and_the_next_is_stored(place: Place) -> None:
    for number, (name, body) in enumerate(UNREADABLE.items(), 1):
        await place.send(body=body)
        await place.neighbour()
        letters = place.letters()
        assert len(letters) == number, name
        assert letters[-1][0] == "message"
        assert letters[-1][1], name


@pytest.mark.parametrize(
    "bad",
    [Row(0, 0, [float("nan")]), Row(0, 0, [float("inf")]), Row(0, 0, ["loud"]), Row(0, 0, [0.5] * 10_000), Row(9, 0, [1.0]), Row(0, 2**62, [1.0])],
    ids=["NaN", "endless", "a text", "10,000 values", "no such stream", "a time that is none"],
)  # fmt: skip
async def test_a_reading_that_can_not_be_stored_is_the_only_one_lost(place: Place, bad: Row) -> None:
    assert await place.receipt(await place.send(Row(0, 1, [55.5]), bad, Row(1, 2, [7]))) == "partly"
    assert (place.values("noise", "las"), place.values("traffic", "vehicle_count_total")) == ([55.5], [7])
    ((kind, reason),) = place.letters()
    assert kind == "message"
    assert reason.startswith("reading 1: ")
    await place.neighbour()


@only_influxdb
async def test_the_number_of_dead_letters_is_stored(place: Place) -> None:
    await place.receipt(await place.send(Row(0, 0, [float("nan")])))
    await until("a row of the worker", lambda: 1 in place.values("worker", "dead_letters"), 30)
    assert place.values("worker", "rejected")[-1] == 1
    # Another one is told of at once, and not when the next row would be due.
    await place.receipt(await place.send(Row(0, 1, [float("nan")])))
    await until("another row", lambda: 2 in place.values("worker", "dead_letters"), 30)


async def test_a_batch_without_a_storable_reading_is_rejected(place: Place) -> None:
    assert await place.receipt(await place.send(Row(0, 0, [float("nan")]))) == "rejected"
    await place.neighbour()


async def test_an_unknown_schema_is_requested_and_one_with_a_wrong_hash_rejected(place: Place) -> None:
    assert await place.receipt(await place.send(Row(0, 0, [1.0]), schema=b"unknown8")) == "retry"
    assert b"unknown8".hex().encode() in place.other.on("ask")[0].payload
    await place.other.say(ME.schema_topic(b"a-liar-8"), DOCUMENT, retain=True)
    assert await place.receipt(await place.send(Row(0, 0, [1.0]), schema=b"a-liar-8")) == "rejected"
    assert "does not match the hash" in place.letters()[-1][1]
    await place.neighbour()


async def test_a_schema_of_ten_thousand_fields_is_rejected(place: Place) -> None:
    fields = tuple(StreamField(f"f{number}", FieldType.FLOAT) for number in range(10_000))
    document = Schema((Stream("st-1", "ear", "test", "other", fields, 1.0),)).document()
    await place.other.say(ME.schema_topic(hash_of(document)), document, retain=True)
    assert await place.receipt(await place.send(Row(0, 0, [1.0] * 10_000), schema=hash_of(document))) == "rejected"
    await place.neighbour()


@only_influxdb
async def test_lines_in_conflict_with_a_type_in_the_store_become_dead_letters_that_can_be_replayed(place: Place) -> None:
    await place.neighbour()
    connection = InfluxConnection(InfluxSettings(url=place.url))
    line = f'noise,asset=st-1 las="a text" {T * 1_000_000}'
    assert connection.request("POST", "/write?db=street", line.encode(), 1000)[0] == 204
    batches = [await place.send(Row(0, n, [50.0 + n]), Row(1, n, [n])) for n in range(5)]
    assert [await place.receipt(one) for one in batches] == ["partly"] * 5
    assert set(range(5)) <= set(place.values("traffic", "vehicle_count_total"))
    letters = place.letters()
    assert [kind for kind, _ in letters] == ["line"] * 5
    assert all("field type conflict" in reason for _, reason in letters)
    listed = json.loads(_run(place, "list", "--json"))
    assert listed["count"] == 5
    assert "noise,asset=st-1" in _run(place, "show", "1")
    assert _run(place, "replay", "1", code=1).splitlines()[-1].startswith("1 refused again: ")
    assert connection.request("POST", "/query?db=street&q=DROP%20MEASUREMENT%20noise", None, 1000)[0] == 200
    connection.close()
    assert _run(place, "replay", "--all") == "5 dead letters replayed\n"
    assert sorted(place.values("noise", "las")) == [50.0, 51.0, 52.0, 53.0, 54.0]  # type: ignore[type-var]
    assert _run(place, "list") == "no dead letters\n"


async def test_a_message_is_replayed_through_the_ingest_once_its_schema_is_valid(place: Place) -> None:
    other = Schema((Stream("st-2", "ear", "test", "noise", (StreamField("las", FieldType.FLOAT),), 1.0),)).document()
    await place.other.say(ME.schema_topic(hash_of(other)), b"{}", retain=True)
    assert await place.receipt(await place.send(Row(0, 0, [61.5]), schema=hash_of(other))) == "rejected"
    await place.other.say(ME.schema_topic(hash_of(other)), other, retain=True)
    assert await asyncio.to_thread(_run, place, "replay", "--all") == "1 dead letters replayed\n"
    await until("the reading", lambda: 61.5 in place.values("noise", "las"))


def _run(place: Place, *command: str, code: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "gateway", "dead-letters", command[0], str(place.folder / "centre.yaml"), *command[1:]],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


@only_influxdb
async def test_the_setup_of_influxdb_creates_what_is_missing_once_and_rolls_up(place: Place) -> None:
    def setup(*options: str) -> list[str]:
        command = [sys.executable, "-m", "gateway", "central", "setup", str(place.folder / "centre.yaml"), *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
        return [line.split(":")[0] for line in done.stdout.splitlines() if not line.startswith(" ")]

    await place.neighbour()
    planned = await asyncio.to_thread(setup, "--dry-run")
    assert set(planned) == {"exists", "would create"}
    first = await asyncio.to_thread(setup)
    assert first.count("created") == planned.count("would create") > 10
    assert set(await asyncio.to_thread(setup)) == {"exists"}
    site = yaml.safe_load((place.folder / "centre.yaml").read_text())
    site["centre"]["retention"] = {"raw": "90d"}
    (place.folder / "centre.yaml").write_text(yaml.safe_dump(site))
    assert (await asyncio.to_thread(setup)).count("changed") == 1
    assert set(await asyncio.to_thread(setup)) == {"exists"}
    # What a continuous query does at its time, asked for now: the sum of a quarter hour's counts, and a counter's last.
    connection = InfluxConnection(InfluxSettings(url=place.url))
    quarter_ms = 900_000
    begun_ms = time.time_ns() // 1_000_000 // quarter_ms * quarter_ms - 4 * quarter_ms
    lines = "\n".join(
        f"traffic,asset=ic-1 vehicle_count=2i,vehicle_count_total={100 + n}i {(begun_ms + 60_000 * n) * 1_000_000}" for n in range(30)
    )
    assert connection.request("POST", "/write?db=street", lines.encode(), 1000)[0] == 204
    text = next(
        row[1]
        for series in query(connection, "street", "SHOW CONTINUOUS QUERIES")
        for row in series["values"]
        if row[0] == "traffic_quarter_hours"
    )
    select = text.partition(" BEGIN ")[2].removesuffix(" END").replace(" GROUP BY", f" WHERE time >= {begun_ms}ms GROUP BY")
    query(connection, "street", select)
    (rolled,) = query(
        connection, "street", "SELECT vehicle_count, vehicle_count_total FROM quarter_hours.traffic WHERE asset='ic-1' GROUP BY asset"
    )
    connection.close()
    assert [row[1:] for row in rolled["values"]] == [[30, 114], [30, 129]]


async def test_two_versions_of_a_schema_are_stored_side_by_side(place: Place) -> None:
    newer = Schema(
        (
            Stream(
                "st-1",
                "ear",
                "test",
                "noise",
                (StreamField("laeq", FieldType.FLOAT, "dB[SPL]{A}"), StreamField("las", FieldType.FLOAT, "dB[SPL]{A}")),
                1.0,
            ),
        )
    ).document()
    await place.other.say(ME.schema_topic(hash_of(newer)), newer, retain=True)
    for n in range(3):
        assert await place.receipt(await place.send(Row(0, 10 * n, [50.0 + n]))) == "stored"
        assert await place.receipt(await place.send(Row(0, 10 * n + 5, [40.0 + n, 60.0 + n]), schema=hash_of(newer))) == "stored"
    assert sorted(place.values("noise", "las")) == [50.0, 51.0, 52.0, 60.0, 61.0, 62.0]  # type: ignore[type-var]
    assert sorted(place.values("noise", "laeq")) == [40.0, 41.0, 42.0]  # type: ignore[type-var]


@only_influxdb
async def test_a_worker_that_stops_first_stores_what_it_has_and_sends_receipts(place: Place) -> None:
    for n in range(300):
        await place.send(Row(1, n, [n]))
    assert await asyncio.to_thread(place.worker.stop) == 0
    said = [msgspec.json.decode(message.payload, type=Receipt) for message in place.other.on("receipt")]
    receipted = {seq for one in said for first, last in one.stored for seq in range(first, last + 1)}
    stored = {seq for seq in place.values("uplink", "seq") if isinstance(seq, int)}
    assert receipted == stored, "what is stored has its receipt, and nothing else has"
    assert stored
