"""The centre's pure parts: conversions, line protocol, schemas, receipts, city messages; and one contract for stores."""

import http.server
import threading
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from gateway.central.city import City
from gateway.central.history import HistoryReader, HistoryStore
from gateway.central.influx import InfluxStore
from gateway.central.ingest import Receipts, ranges
from gateway.central.line_protocol import encode
from gateway.central.schemas import Schemas, stored_row
from gateway.central.store import StoreRefused, StoreUnavailable
from gateway.model.batch import Batch, BatchError, Clock, Flag, Row, encode_rows, unpack
from gateway.model.batch import encode as encode_batch
from gateway.model.canonical import FieldType
from gateway.model.site import Influx
from gateway.model.stored import StoredRow, origin
from gateway.model.stream import Place, Schema, Stream, StreamField, hash_of
from gateway.model.topics import GatewayId

ME = GatewayId("prato", "citelum", "gw-0042")
METER = Stream(
    "qe-041", "meter-1", "carlo_gavazzi_em340", "lighting_meter",
    (StreamField("voltage_l1", FieldType.FLOAT, "V", str(Fraction("0.1"))), StreamField("active_energy", FieldType.FLOAT, "W.h", "100")), 10.0,
    place=Place("Quadro 41", 43.88, 11.1),
)  # fmt: skip
LAMP = Stream(
    "pl-1", "dali-1", "intesis_ibmbsdal", "lamp",
    (StreamField("dim_level", FieldType.INT, "%"), StreamField("lamp_failure", FieldType.BOOL), StreamField("power_state", FieldType.STRING)), 30.0,
    {"circuit": "A 1,2=x"},
)  # fmt: skip
SCHEMA = Schema((METER, LAMP))
T = 1_795_400_120_000


def batch(*rows: Row, seq: int = 0, floor_ms: int = T, flags: int = 0) -> Batch:
    document = SCHEMA.document()
    body = encode_batch(
        epoch=b"epoch..8",
        seq=seq,
        schema=hash_of(document),
        t0_ms=T,
        clock=Clock.SYNCED,
        flags=Flag(flags),
        floor_ms=floor_ms,
        rows=encode_rows(rows),
    )
    return unpack(body)


def stored(*rows: Row) -> list[StoredRow]:
    schemas = Schemas()
    document = SCHEMA.document()
    assert schemas.learn(ME, hash_of(document), document) is None
    streams = schemas.get(ME, hash_of(document))
    assert isinstance(streams, tuple)
    return [stored_row(batch(), row, streams) for row in rows]


def test_rows_become_lines_in_the_type_of_their_fields() -> None:
    rows = stored(Row(0, 0, [2312, 123456]), Row(1, 5, [70, False, 'o"n\\']), Row(0, 9, [None, 1]), Row(0, 10, [None, None]))
    assert encode(rows).decode().splitlines() == [
        "lighting_meter,asset=qe-041,device=meter-1,gateway=gw-0042,operator=citelum,profile=carlo_gavazzi_em340"
        " voltage_l1=231.2,active_energy=12345600.0 1795400120000",
        "lamp,asset=pl-1,circuit=A\\ 1\\,2\\=x,device=dali-1,gateway=gw-0042,operator=citelum,profile=intesis_ibmbsdal"
        ' dim_level=70i,lamp_failure=false,power_state="o\\"n\\\\" 1795400120005',
        "lighting_meter,asset=qe-041,device=meter-1,gateway=gw-0042,operator=citelum,profile=carlo_gavazzi_em340 active_energy=100.0 1795400120009",
    ]


@pytest.mark.parametrize(
    "row",
    [Row(7, 0, []), Row(-1, 0, [1, 2]), Row(0, 0, [1]), Row(0, 0, ["x", 1]), Row(0, 0, [True, 1]), Row(0, 0, [float("nan"), 1]), Row(0, 0, [float("inf"), 1]),
     Row(1, 0, [2**64, False, "on"]), Row(1, 0, [1, 1, "on"]), Row(1, 0, [1, False, 5]), Row(1, 0, [1, False, "x" * 5000]), Row(0, -(10**15), [1, 1]), Row(0, 10**15, [1, 1])],
)  # fmt: skip
def test_a_row_that_does_not_fit_its_schema_is_refused(row: Row) -> None:
    with pytest.raises(BatchError):
        stored(row)


def test_a_schema_document_must_be_the_one_that_its_topic_names() -> None:
    schemas = Schemas()
    assert "not the one" in (schemas.learn(ME, b"12345678", SCHEMA.document()) or "")
    assert isinstance(schemas.get(ME, b"12345678"), str)
    assert "can't be read" in (schemas.learn(ME, hash_of(b"{}"), b"{}") or "")
    assert schemas.get(GatewayId("prato", "other", "gw-0042"), hash_of(SCHEMA.document())) is None


def test_a_cleared_schema_document_is_forgotten() -> None:
    schemas = Schemas()
    document = SCHEMA.document()
    schemas.learn(ME, hash_of(document), document)
    schemas.learn(ME, hash_of(document), b"")
    assert schemas.get(ME, hash_of(document)) is None


def test_receipts_name_ranges() -> None:
    assert ranges([5, 1, 2, 3, 9]) == [(1, 3), (5, 5), (9, 9)]
    receipts = Receipts()
    for seq in (4, 5, 7):
        receipts.stored(ME, batch(seq=seq))
    receipts.retry(ME, batch(seq=6), "unknown-schema")
    ((sender, receipt),) = receipts.all()
    assert sender == ME
    assert msgspec.json.encode(receipt) == (
        b'{"epoch":"65706f63682e2e38","stored":[[4,5],[7,7]],"retry":[{"seq":6,"reason":"unknown-schema"}]}'
    )


def city_after(*steps: tuple[int, Row]) -> list[tuple[str, dict[str, object]]]:
    said: list[tuple[str, dict[str, object]]] = []
    city = City(lambda topic, payload: said.append((topic, msgspec.json.decode(payload))))
    for floor_ms, row in steps:
        (one,) = stored(row)
        city.complete_until(ME, floor_ms)
        city.take(one.origin, one.t_ms, list(one.values), row)
        city.flush()
    return said


def test_the_city_plane_says_values_units_quality_place_and_how_far_it_is_complete() -> None:
    ((topic, message),) = city_after((T - 1000, Row(0, 0, [2312, None], {1: 0x800A0000})))
    assert topic == "prato/v1/citelum/city/lighting_meter/qe-041"
    assert message == {
        "v": 1, "asset": "qe-041", "measurement": "lighting_meter", "operator": "citelum", "gateway": "gw-0042", "name": "Quadro 41",
        "location": {"type": "Point", "coordinates": [11.1, 43.88]}, "complete_until": "2026-11-23T02:15:19.000Z",
        "readings": [{
            "device": "meter-1", "time": "2026-11-23T02:15:20.000Z", "every_s": 10.0,
            "values": {"voltage_l1": {"quality": "Good", "value": 231.2, "unit": "V"}, "active_energy": {"quality": "BadTimeout", "unit": "W.h"}},
        }],
    }  # fmt: skip


def test_an_older_reading_never_replaces_a_newer_one() -> None:
    said = city_after((T, Row(1, 100, [50, False, "on"])), (T, Row(1, 40, [10, False, "on"])), (T, Row(1, 200, [60, False, "on"])))
    assert [message["readings"][0]["values"]["dim_level"]["value"] for _, message in said] == [50, 60]  # type: ignore[index]


# One contract for stores, run against each that needs no server; tests/system runs the real servers.


class _Double(http.server.BaseHTTPRequestHandler):
    """Takes line protocol as InfluxDB 1.x and 2.x document it: keeps lines, refuses what is malformed, asks for its token."""

    lines: dict[str, str]
    answers: list[int]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"] or 0)).decode()
        self.server.paths.append(self.path)  # type: ignore[attr-defined]
        self.server.bodies.append(body)  # type: ignore[attr-defined]
        status = self.answers.pop(0) if self.answers else 204
        if status == 204 and "write" in self.path:
            for line in body.splitlines():
                head, _, rest = line.partition(" ")
                self.lines[f"{head} {rest.rpartition(' ')[2]}"] = line
        self.send_response(status)
        content = b'{"error":"the sentence of the server"}' if status >= 400 else b""
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def double() -> Iterator[SimpleNamespace]:
    lines: dict[str, str] = {}
    answers: list[int] = []
    handler = type("Handler", (_Double,), {"lines": lines, "answers": answers, "protocol_version": "HTTP/1.1"})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.paths, server.bodies = [], []  # type: ignore[attr-defined]
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield SimpleNamespace(
        url=f"http://127.0.0.1:{server.server_port}", lines=lines, answers=answers, paths=server.paths, bodies=server.bodies
    )  # type: ignore[attr-defined]
    server.shutdown()
    thread.join()
    server.server_close()


ROWS = [Row(0, 0, [2312, 123456]), Row(1, 5, [70, True, "on"]), Row(0, 10_000, [2313, None])]


@pytest.mark.parametrize("kind", ["history", "v1", "v2"])
def test_a_store_keeps_rows_and_a_row_that_comes_twice_once(kind: str, tmp_path: Path, double: SimpleNamespace) -> None:
    store = HistoryStore(tmp_path / "h.sqlite") if kind == "history" else InfluxStore(Influx(url=double.url, api=kind))
    store.write(stored(*ROWS))
    store.write(stored(*ROWS[:2]))
    store.write([])
    store.close()
    if kind == "history":
        reader = HistoryReader(tmp_path / "h.sqlite")
        assert reader.points("qe-041", "lighting_meter", "voltage_l1", "meter-1", T, T + 60_000, 100) == [(T, 231.2), (T + 10_000, 231.3)]
        assert reader.points("pl-1", "lamp", "lamp_failure", "dali-1", T, T + 60_000, 100) == [(T + 5, True)]
        assert list(reader.rows("lamp")) == [
            ("pl-1", T + 5, "dim_level", 70),
            ("pl-1", T + 5, "lamp_failure", True),
            ("pl-1", T + 5, "power_state", "on"),
        ]
        reader.close()
    else:
        assert len(double.lines) == 3
        expected = {"v1": "/write?db=street&precision=ms", "v2": "/api/v2/write?bucket=street&org=&precision=ms"}
        assert set(double.paths) == {expected[kind]}


def test_the_history_forgets_single_rows(tmp_path: Path) -> None:
    store = HistoryStore(tmp_path / "h.sqlite")
    store.write(stored(*ROWS))
    store.remove(stored(ROWS[0], Row(0, 77, [1, 1])))
    store.close()
    reader = HistoryReader(tmp_path / "h.sqlite")
    assert [t_ms for _, t_ms, *_ in [*reader.rows("lighting_meter"), *reader.rows("lamp")]] == [T + 10_000, T + 5, T + 5, T + 5]
    reader.close()


def test_influxdb_2_is_asked_to_forget_one_row_by_its_series_and_its_millisecond(double: SimpleNamespace) -> None:
    store = InfluxStore(Influx(url=double.url, api="v2", org="o"))
    store.remove(stored(Row(1, 5, [70, True, "on"])))
    store.close()
    assert double.paths == ["/api/v2/delete?bucket=street&org=o"]
    assert msgspec.json.decode(double.bodies[0]) == {
        "start": "2026-11-23T02:15:20.005Z",
        "stop": "2026-11-23T02:15:20.006Z",
        "predicate": '_measurement="lamp" AND asset="pl-1" AND circuit="A 1,2=x" AND device="dali-1" AND gateway="gw-0042" AND operator="citelum"'
        ' AND profile="intesis_ibmbsdal"',
    }


@pytest.mark.parametrize(("status", "error"), [(404, StoreRefused), (400, StoreRefused), (503, StoreUnavailable), (401, StoreUnavailable)])
def test_a_store_that_can_not_forget_is_told_from_one_that_is_away(status: int, error: type[Exception], double: SimpleNamespace) -> None:
    double.answers.append(status)
    store = InfluxStore(Influx(url=double.url, api="v2"))
    with pytest.raises(error):
        store.remove(stored(ROWS[0]))
    store.close()


def test_the_history_gives_means_where_there_is_more_than_a_chart_shows(tmp_path: Path) -> None:
    store = HistoryStore(tmp_path / "h.sqlite")
    store.write(stored(*(Row(0, 1000 * n, [2000 + n, None]) for n in range(1000))))
    reader = HistoryReader(tmp_path / "h.sqlite")
    points = reader.points("qe-041", "lighting_meter", "voltage_l1", "meter-1", T, T + 1_000_000, 100)
    assert 90 <= len(points) <= 102
    assert all(a[0] < b[0] for a, b in pairwise(points))
    assert all(200 <= float(value) <= 300 for _, value in points)
    reader.close()
    store.close()


def test_a_history_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        HistoryReader(tmp_path / "nothing.sqlite")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, StoreRefused),
        (422, StoreRefused),
        (401, StoreUnavailable),
        (429, StoreUnavailable),
        (500, StoreUnavailable),
        (503, StoreUnavailable),
    ],
)
def test_a_servers_no_is_told_from_its_not_now(status: int, error: type[Exception], double: SimpleNamespace) -> None:
    double.answers.append(status)
    store = InfluxStore(Influx(url=double.url, api="v2"))
    with pytest.raises(error, match=f"{status} the sentence of the server"):
        store.write(stored(ROWS[0]))
    store.write(stored(ROWS[0]))
    assert len(double.lines) == 1
    store.close()


def test_a_missing_database_is_made(double: SimpleNamespace) -> None:
    double.answers.extend([404, 200, 204])
    store = InfluxStore(Influx(url=double.url, database='a"b'))
    store.write(stored(ROWS[0]))
    assert double.paths[1] == "/query?q=CREATE%20DATABASE%20%22a%5C%22b%22"
    assert len(double.lines) == 1
    store.close()


def test_a_server_that_is_not_there_is_unavailable() -> None:
    store = InfluxStore(Influx(url="http://127.0.0.1:1"))
    with pytest.raises(StoreUnavailable):
        store.write(stored(ROWS[0]))


def test_equal_streams_have_one_name() -> None:
    assert origin(ME, METER).key == origin(ME, msgspec.convert(msgspec.to_builtins(METER), Stream)).key
    assert origin(ME, METER).key != origin(ME, LAMP).key
