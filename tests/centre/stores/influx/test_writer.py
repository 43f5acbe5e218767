"""Writing to InfluxDB: what it refuses, what it answers, what it is asked."""

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from gateway.centre.ingest.own_rows import worker_row
from gateway.centre.stores.influx.http import InfluxConnection, query
from gateway.centre.stores.influx.writer import InfluxStore
from gateway.centre.stores.port import StoreRefused, StoreUnavailable
from gateway.model.site.store import InfluxSettings
from gateway.model.topics import GatewayId
from tests.centre.readings import ROWS, T, batch, known, read, stored, write
from tests.centre.stores.doubles import Refuses, served
from tests.centre.stores.influx2 import Influx2
from tests.rows import Row
from tests.system.servers import influxdb


def test_a_text_that_looks_like_numbers_that_are_none_is_stored(double: SimpleNamespace) -> None:
    store = InfluxStore(InfluxSettings(url=double.url))
    assert write(store, Row(1, 0, [1, False, 'x=nan," y=inf ']), ROWS[0]) == []
    assert len(double.lines) == 3
    store.close()


def conflict(lines: list[str]) -> bytes | None:
    """InfluxDB 1.x, models/points and tsdb/shard: it names a field but no line, and has written the others."""
    bad = sum("voltage_l1=666" in line for line in lines)
    said = 'partial write: field type conflict: input field "voltage_l1" on measurement "lighting_meter" is type float, already exists as type integer'
    return msgspec.json.encode({"error": f"{said} dropped={bad}"}) if bad else None


def unparsed(lines: list[str]) -> bytes | None:
    """InfluxDB 1.x and 2.x quote each line that they can't parse."""
    bad = [line for line in lines if "voltage_l1=666" in line]
    said = "\n".join(f"unable to parse '{line}': invalid number" for line in bad)
    return msgspec.json.encode({"error": said}) if bad else None


def conflict_2(lines: list[str]) -> bytes | None:
    """InfluxDB 2.x, API reference, POST /api/v2/write, 422 and 400."""
    bad = sum("voltage_l1=666" in line for line in lines)
    said = "failure writing points to database: partial write: field type conflict"
    return msgspec.json.encode({"code": "unprocessable entity", "message": f"{said} dropped={bad}"}) if bad else None


def partial_3(lines: list[str]) -> bytes | None:
    """InfluxDB 3 Core, "Troubleshoot issues writing data": each rejected line with its number."""
    bad = [(n, line) for n, line in enumerate(lines, 1) if "voltage_l1=666" in line]
    data = [{"original_line": line[:20], "line_number": n, "error_message": "invalid column type"} for n, line in bad]
    return msgspec.json.encode({"error": "partial write of line protocol occurred", "data": data}) if bad else None


@pytest.mark.parametrize("refuses", [conflict, unparsed, conflict_2, partial_3], ids=lambda refuses: refuses.__name__)
def test_refused_lines_are_found_and_all_others_are_written(refuses: Refuses, double: SimpleNamespace) -> None:
    double.refuses = refuses
    store = InfluxStore(InfluxSettings(url=double.url))
    rows = [Row(0, 1000 * n, [6660 if n in (3, 17) else 2312, n]) for n in range(20)]
    prepared, _ = store.prepare(batch(), read(*rows), known(), stored(ROWS[1])[0])
    healthy, _ = store.prepare(batch(), read(Row(0, 77_000, [1, 1])), known(), stored(Row(1, 99, [1, True, "on"]))[0])
    refused = store.write([healthy, prepared])
    assert [(one.part, int((one.line or "").rpartition(" ")[2]) - T) for one in refused] == [(1, 3000), (1, 17_000)]
    assert all(one.reason for one in refused)
    assert len(double.lines) == 21
    assert len(double.paths) < 25
    store.close()


def test_a_response_longer_than_what_is_read_does_not_break_the_next(double: SimpleNamespace) -> None:
    double.refuses = lambda lines: b'{"error":"' + b"x" * 200_000 + b'"}' if any("voltage_l1=666" in line for line in lines) else None
    store = InfluxStore(InfluxSettings(url=double.url))
    for _ in range(3):
        refused = write(store, Row(0, 0, [6660, 1]), Row(0, 1000, [2312, 1]))
        assert len(refused) == 1
        assert len(refused[0].reason) <= 2000
    assert len(double.lines) == 2
    store.close()


def test_writes_are_compressed_unless_the_server_is_on_this_machine(double: SimpleNamespace) -> None:
    for choice, packed in ((None, False), (True, True), (False, False)):
        store = InfluxStore(InfluxSettings(url=double.url, gzip=choice))
        write(store, *ROWS)
        assert ("Content-Encoding" in double.headers[-1]) is packed
        assert len(double.lines) == 4
        store.close()
    assert InfluxStore(InfluxSettings(url="http://store.example.org:8086"))._gzip


def test_influxdb_2_deletes_a_row_by_its_series_and_its_millisecond(double: SimpleNamespace) -> None:
    store = InfluxStore(InfluxSettings(url=double.url, api="v2", org="o"))
    store.remove(stored(Row(1, 5, [70, True, "on"])))
    store.close()
    assert double.paths == ["/api/v2/delete?bucket=street&org=o"]
    assert msgspec.json.decode(double.bodies[0]) == {
        "start": "2026-11-23T02:15:20.005Z",
        "stop": "2026-11-23T02:15:20.005Z",
        "predicate": '_measurement="lamp" AND asset="pl-1" AND circuit="A 1,2=x" AND device="dali-1" AND gateway="gw-0042" AND operator="citelum"'
        ' AND profile="intesis_ibmbsdal"',
    }


@pytest.mark.parametrize(("status", "error"), [(404, StoreRefused), (400, StoreRefused), (503, StoreUnavailable), (401, StoreUnavailable)])
def test_a_store_that_can_not_delete_is_told_from_one_that_is_unavailable(
    status: int, error: type[Exception], double: SimpleNamespace
) -> None:
    double.answers.append(status)
    store = InfluxStore(InfluxSettings(url=double.url, api="v2"))
    with pytest.raises(error):
        store.remove(stored(ROWS[0]))
    store.close()


@pytest.fixture
def influx2() -> Iterator[SimpleNamespace]:
    buckets = [{"name": "street"}]
    yield from served(Influx2, token="a-token", org="prato", readable=True, buckets=buckets, tasks=[], dbrps=[], lines={}, asked=[])


def of_2(influx2: SimpleNamespace, folder: Path, **changed: str) -> InfluxStore:
    (folder / "token").write_text("a-token")
    (folder / "token").chmod(0o600)
    described = {"org": "prato", "token_file": str(folder / "token")} | changed
    return InfluxStore(InfluxSettings(url=influx2.url, api="v2", **described))  # type: ignore[arg-type]


def test_influxdb_2_loses_the_reading_that_is_removed_and_no_other(influx2: SimpleNamespace, tmp_path: Path) -> None:
    store = of_2(influx2, tmp_path)
    rows = [Row(0, dt_ms, [2312, 1]) for dt_ms in (-1, 0, 1)]
    assert write(store, *rows) == []
    store.remove(stored(rows[1]))
    store.close()
    assert sorted(t_ms - T for head, t_ms in influx2.lines if head.startswith("lighting_meter")) == [-1, 1]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"org": ""}, "refuses every write: Please provide either orgID or org; check 'url', 'api', 'database' and 'org'"),
     ({"org": "florence"}, '404 organization name "florence" not found; check'), ({"database": "square"}, '404 bucket "square" not found; check'),
     ({"token_file": "wrong"}, "401 unauthorized access; check")],
    ids=["no organisation", "another organisation", "no bucket", "wrong token"],
)  # fmt: skip
def test_a_request_that_influxdb_2_refuses_is_a_store_that_is_unavailable_and_never_bad_data(
    wrong: dict[str, str], said: str, influx2: SimpleNamespace, tmp_path: Path
) -> None:
    (tmp_path / "wrong").write_text("w")
    (tmp_path / "wrong").chmod(0o600)
    store = of_2(influx2, tmp_path, **{key: value if key != "token_file" else str(tmp_path / value) for key, value in wrong.items()})
    with pytest.raises(StoreUnavailable, match=said):
        write(store, *ROWS)
    with pytest.raises(StoreRefused if wrong == {"org": ""} else StoreUnavailable):
        store.remove(stored(ROWS[0]))
    store.close()
    assert influx2.lines == {}


def test_a_refusal_in_words_that_are_not_known_is_of_the_lines_if_the_centres_own_line_is_accepted(double: SimpleNamespace) -> None:
    def refuses(lines: list[str]) -> bytes | None:
        return b'{"code":"invalid","message":"no"}' if any("voltage_l1=666" in line for line in lines) else None

    double.refuses = refuses
    store = InfluxStore(InfluxSettings(url=double.url, api="v2", org="o"))
    refused = write(store, Row(0, 0, [6660, 1]), Row(0, 1000, [2312, 1]))
    store.close()
    assert [one.reason for one in refused] == ["no"]
    assert len(double.lines) == 2


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_a_temporary_error_is_not_a_refusal(status: int, double: SimpleNamespace) -> None:
    double.answers.append(status)
    store = InfluxStore(InfluxSettings(url=double.url, api="v2"))
    with pytest.raises(StoreUnavailable, match=f"{status} the error of the server"):
        write(store, ROWS[0])
    assert write(store, ROWS[0]) == []
    assert len(double.lines) == 2
    store.close()


def test_a_missing_database_is_created(double: SimpleNamespace) -> None:
    double.answers.extend([404, 200, 204])
    store = InfluxStore(InfluxSettings(url=double.url, database='a"b'))
    write(store, ROWS[0])
    assert double.paths[1] == "/query?q=CREATE%20DATABASE%20%22a%5C%22b%22"
    assert len(double.lines) == 2
    store.close()


def test_a_server_that_does_not_run_is_unavailable() -> None:
    store = InfluxStore(InfluxSettings(url="http://127.0.0.1:1"))
    with pytest.raises(StoreUnavailable):
        write(store, ROWS[0])


def test_the_cache_for_the_centres_own_rows_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.centre.stores.influx.writer._OWN_STREAMS_CACHED", 3)
    store = InfluxStore(InfluxSettings(url="http://127.0.0.1:1"))
    lines = [store.prepare_row(worker_row("prato", f"worker-{n}", [n, 0, 0, 0, 0, 0], T)) for n in range(10)]
    assert lines[7] == (
        f"worker,asset=worker-7,device=worker-7,gateway=worker-7,operator=centre,profile=centre dead_letters=7i,batches=0i,readings=0i,rejected=0i,store_failures=0i,lost_parts=0i {T}"
    )
    assert len(store._own_streams) <= 3


def test_the_lines_of_a_document_are_prepared_once_and_dropped_with_it() -> None:
    store, document = InfluxStore(InfluxSettings(url="http://127.0.0.1:1")), known(GatewayId("prato", "citelum", "gw-dropped"))
    for _ in range(3):
        store.prepare(batch(), read(*ROWS), document, stored(ROWS[0])[0])
    assert len(document.derived) == 1
    kept = weakref.ref(document)
    del document
    gc.collect()
    assert kept() is None


def test_a_server_prunes_by_its_own_retention() -> None:
    assert not InfluxStore(InfluxSettings(url="http://127.0.0.1:1")).prune(T)


@pytest.mark.system
def test_readings_that_influxdb_has_no_room_for_are_refused_and_never_reported_as_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """InfluxDB 1.x takes a limited number of values of a tag: a new asset beyond that has no series, whoever used them up."""
    monkeypatch.setenv("INFLUXDB_DATA_MAX_VALUES_PER_TAG", "10")
    process, url = influxdb(tmp_path)
    store = InfluxStore(InfluxSettings(url=url))

    def lamp(asset: int, t_ms: int) -> str:
        return f"lamp,asset=a{asset} dim_level=1i {t_ms}"

    assert store.write(["\n".join(lamp(asset, 1000) for asset in range(10))]) == []
    refused = store.write([lamp(3, 2000), f"{lamp(100, 2000)}\n{lamp(100, 3000)}", lamp(4, 2000)])
    assert [(one.part, one.line) for one in refused] == [(1, lamp(100, 2000)), (1, lamp(100, 3000))]
    assert "max-values-per-tag" in refused[0].reason
    connection = InfluxConnection(InfluxSettings(url=url))
    found = query(connection, "street", 'SELECT count("dim_level") FROM "lamp" GROUP BY "asset"')
    assert {one["tags"]["asset"]: one["values"][0][1] for one in found} == {f"a{n}": 2 if n in (3, 4) else 1 for n in range(10)}
    connection.close()
    store.close()
    process.stop()
