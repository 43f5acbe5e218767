"""One contract for stores, run against each that needs no server, and what servers answer as they document it; tests/system has the real ones."""

import gzip
import http.server
import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.centre.ingest.own_rows import worker_row
from gateway.centre.stores.factory import open_reader
from gateway.centre.stores.influx.rejected_lines import MOST_WRITES, offenders
from gateway.centre.stores.influx.writer import InfluxStore
from gateway.centre.stores.port import SeriesStore, StoreRefused, StoreUnavailable
from gateway.centre.stores.sqlite import HistoryReader, HistoryStore
from gateway.model.site import InfluxSettings, StoreSettings
from tests.centre.readings import ME, T, batch, known, read, stored, write
from tests.rows import Row

ROWS = [Row(0, 0, [2312, 123456]), Row(1, 5, [70, True, "on"]), Row(0, 10_000, [2313, None])]

Refuses = Callable[[list[str]], bytes | None]
"""What a server says of lines: an error's body, or nothing."""


class _Double(http.server.BaseHTTPRequestHandler):
    """Takes line protocol as the documentation of InfluxDB 1.x, 2.x and 3.x says, keeps what it does not refuse, and notes what it was asked."""

    def do_POST(self) -> None:
        state: SimpleNamespace = self.server.state  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["content-length"] or 0))
        if self.headers["content-encoding"] == "gzip":
            body = gzip.decompress(body)
        state.paths.append(self.path)
        state.bodies.append(body.decode())
        state.headers.append(dict(self.headers))
        status = state.answers.pop(0) if state.answers else 204
        content = b'{"error":"the sentence of the server"}' if status >= 400 else b""
        if status == 204 and "write" in self.path:
            refused = state.refuses(body.decode().splitlines())
            if refused is not None:
                status, content = 400, refused
            for line in body.decode().splitlines():
                if state.refuses([line]) is None:
                    head, _, rest = line.partition(" ")
                    state.lines[f"{head} {rest.rpartition(' ')[2]}"] = line
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Keep quiet about clients that leave in the middle."""


def served(handler: type[http.server.BaseHTTPRequestHandler], **state: object) -> Iterator[SimpleNamespace]:
    """Serve until the test ends; the handler finds the state at its server, the test the address in it."""
    server = _Server(("127.0.0.1", 0), handler)
    kept = SimpleNamespace(url=f"http://127.0.0.1:{server.server_port}", **state)
    server.state = kept  # type: ignore[attr-defined]
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def double() -> Iterator[SimpleNamespace]:
    handler = type("Handler", (_Double,), {"protocol_version": "HTTP/1.1"})
    yield from served(handler, lines={}, answers=[], paths=[], bodies=[], headers=[], refuses=lambda _: None)


def opened(kind: str, tmp_path: Path, double: SimpleNamespace) -> SeriesStore[Any]:
    return HistoryStore(tmp_path / "h.sqlite") if kind == "history" else InfluxStore(InfluxSettings(url=double.url, api=kind))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["history", "v1", "v2"])
def test_a_store_keeps_rows_and_a_row_that_comes_twice_once(kind: str, tmp_path: Path, double: SimpleNamespace) -> None:
    store = opened(kind, tmp_path, double)
    assert write(store, *ROWS) == []
    assert write(store, *ROWS[:2]) == []
    assert store.write([]) == []
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
        # Three rows of the gateway, and the one that the centre keeps of their batch.
        assert len(double.lines) == 4
        expected = {"v1": "/write?db=street&precision=ms", "v2": "/api/v2/write?bucket=street&org=&precision=ms"}
        assert set(double.paths) == {expected[kind]}


BAD = {
    "no such stream": Row(7, 0, []),
    "too few values": Row(0, 0, [1]),
    "a text for a number": Row(0, 0, ["x", 1]),
    "a truth for a number": Row(0, 0, [True, 1]),
    "not a number": Row(0, 0, [float("nan"), 1]),
    "endless": Row(0, 0, [1, float("-inf")]),
    "a number for a truth": Row(1, 0, [1, 1, "on"]),
    "a number for a text": Row(1, 0, [1, False, 5]),
    "a text that is too long": Row(1, 0, [1, False, "x" * 5000]),
    "a list": Row(0, 0, [[1], 1]),  # type: ignore[list-item]
    "a map": Row(0, 0, [{"a": 1}, 1]),  # type: ignore[list-item]
    "bytes": Row(0, 0, [b"1", 1]),  # type: ignore[list-item]
    "before 1970": Row(0, -(10**15), [1, 1]),
    "after 2255": Row(0, 10**15, [1, 1]),
}


@pytest.mark.parametrize("kind", ["history", "v1"])
@pytest.mark.parametrize("bad", BAD)
def test_a_row_that_no_store_could_keep_costs_nothing_but_itself(kind: str, bad: str, tmp_path: Path, double: SimpleNamespace) -> None:
    store = opened(kind, tmp_path, double)
    rows = (ROWS[0], BAD[bad], ROWS[1])
    prepared, unfit = store.prepare(batch(), read(*rows), known(), stored(ROWS[2])[0])
    refused = store.write([prepared])
    assert ([one.place for one in unfit], refused) == ([1], [])
    assert unfit[0].reason
    store.close()
    if kind == "history":
        reader = HistoryReader(tmp_path / "h.sqlite")
        assert len([*reader.rows("lamp"), *reader.rows("lighting_meter")]) == 6
        reader.close()
    else:
        assert len(double.lines) == 3


def test_a_text_that_looks_like_no_number_is_kept(double: SimpleNamespace) -> None:
    store = InfluxStore(InfluxSettings(url=double.url))
    assert write(store, Row(1, 0, [1, False, 'x=nan," y=inf ']), ROWS[0]) == []
    assert len(double.lines) == 3
    store.close()


def conflict(lines: list[str]) -> bytes | None:
    """InfluxDB 1.x, models/points and tsdb/shard: it names a field and no line, and has written the others."""
    bad = sum("voltage_l1=666" in line for line in lines)
    said = 'partial write: field type conflict: input field "voltage_l1" on measurement "lighting_meter" is type float, already exists as type integer'
    return msgspec.json.encode({"error": f"{said} dropped={bad}"}) if bad else None


def unparsed(lines: list[str]) -> bytes | None:
    """InfluxDB 1.x and 2.x quote each line that they could not parse."""
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
def test_what_a_server_refuses_is_found_and_all_the_rest_is_written(refuses: Refuses, double: SimpleNamespace) -> None:
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


def test_an_answer_longer_than_anybody_reads_stands_in_the_way_of_nothing(double: SimpleNamespace) -> None:
    double.refuses = lambda lines: b'{"error":"' + b"x" * 200_000 + b'"}' if any("voltage_l1=666" in line for line in lines) else None
    store = InfluxStore(InfluxSettings(url=double.url))
    for _ in range(3):
        refused = write(store, Row(0, 0, [6660, 1]), Row(0, 1000, [2312, 1]))
        assert len(refused) == 1
        assert len(refused[0].reason) <= 2000
    assert len(double.lines) == 2
    store.close()


@given(st.sets(st.integers(0, 199), max_size=40), st.booleans())
def test_among_lines_exactly_those_that_are_refused_are_found_or_more_where_they_are_too_many(bad: set[int], named: bool) -> None:
    lines = [f"m,n={number} x=1 {number}" for number in range(200)]
    written: set[str] = set()
    calls = 0

    def write_some(some: list[str]) -> str | None:
        nonlocal calls
        calls += 1
        ill = [line for line in some if lines.index(line) in bad]
        written.update(line for line in some if line not in ill)
        if not ill:
            return None
        return "\n".join(f"unable to parse '{line}': bad" for line in ill) if named else "partial write: something"

    answer = write_some(lines)
    found = offenders(lines, answer, write_some) if answer is not None else []  # type: ignore[arg-type]
    refused = {line for line, _ in found}
    assert len(found) == len(refused)
    assert {lines[number] for number in bad} <= refused
    assert set(lines) - refused <= written
    assert calls <= MOST_WRITES + 16, "what is left then is tried once more, half by half"
    if len(bad) <= 4:
        assert refused == {lines[number] for number in bad}


def test_what_goes_to_another_machine_is_packed_and_what_stays_on_this_one_is_not(double: SimpleNamespace) -> None:
    for choice, packed in ((None, False), (True, True), (False, False)):
        store = InfluxStore(InfluxSettings(url=double.url, gzip=choice))
        write(store, *ROWS)
        assert ("Content-Encoding" in double.headers[-1]) is packed
        assert len(double.lines) == 4
        store.close()
    assert InfluxStore(InfluxSettings(url="http://store.example.org:8086"))._gzip


def test_the_history_forgets_single_rows(tmp_path: Path) -> None:
    store = HistoryStore(tmp_path / "h.sqlite")
    write(store, *ROWS)
    store.remove(stored(ROWS[0], Row(0, 77, [1, 1])))
    store.close()
    reader = HistoryReader(tmp_path / "h.sqlite")
    assert [t_ms for _, t_ms, *_ in [*reader.rows("lighting_meter"), *reader.rows("lamp")]] == [T + 10_000, T + 5, T + 5, T + 5]
    reader.close()


def test_the_history_refuses_a_batch_that_sqlite_can_not_hold_and_keeps_the_others(tmp_path: Path) -> None:
    store = HistoryStore(tmp_path / "h.sqlite")
    huge = stored(ROWS[0])[0]._replace(values=[2**70, 1])
    refused = store.write([stored(ROWS[1]), [huge], stored(ROWS[2])])
    assert [(one.part, one.line) for one in refused] == [(1, None)]
    store.close()
    reader = HistoryReader(tmp_path / "h.sqlite")
    assert len([*reader.rows("lamp"), *reader.rows("lighting_meter")]) == 4
    reader.close()


def test_influxdb_2_is_asked_to_forget_one_row_by_its_series_and_its_millisecond(double: SimpleNamespace) -> None:
    store = InfluxStore(InfluxSettings(url=double.url, api="v2", org="o"))
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
    store = InfluxStore(InfluxSettings(url=double.url, api="v2"))
    with pytest.raises(error):
        store.remove(stored(ROWS[0]))
    store.close()


def test_the_history_gives_means_where_there_is_more_than_a_chart_shows(tmp_path: Path) -> None:
    store = HistoryStore(tmp_path / "h.sqlite")
    write(store, *(Row(0, 1000 * n, [2000 + n, None]) for n in range(1000)))
    reader = HistoryReader(tmp_path / "h.sqlite")
    points = reader.points("qe-041", "lighting_meter", "voltage_l1", "meter-1", T, T + 1_000_000, 100)
    assert 90 <= len(points) <= 102
    assert all(a[0] < b[0] for a, b in pairwise(points))
    assert all(200 <= float(value) <= 300 for _, value in points)  # type: ignore[arg-type]
    reader.close()
    store.close()


def test_a_history_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        HistoryReader(tmp_path / "nothing.sqlite")


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_a_servers_not_now_is_no_refusal(status: int, double: SimpleNamespace) -> None:
    double.answers.append(status)
    store = InfluxStore(InfluxSettings(url=double.url, api="v2"))
    with pytest.raises(StoreUnavailable, match=f"{status} the sentence of the server"):
        write(store, ROWS[0])
    assert write(store, ROWS[0]) == []
    assert len(double.lines) == 2
    store.close()


def test_a_missing_database_is_made(double: SimpleNamespace) -> None:
    double.answers.extend([404, 200, 204])
    store = InfluxStore(InfluxSettings(url=double.url, database='a"b'))
    write(store, ROWS[0])
    assert double.paths[1] == "/query?q=CREATE%20DATABASE%20%22a%5C%22b%22"
    assert len(double.lines) == 2
    store.close()


def test_a_server_that_is_not_there_is_unavailable() -> None:
    store = InfluxStore(InfluxSettings(url="http://127.0.0.1:1"))
    with pytest.raises(StoreUnavailable):
        write(store, ROWS[0])


class _Page(http.server.BaseHTTPRequestHandler):
    """Answers every question in the same way."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.server.state.body)  # type: ignore[attr-defined]

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def page() -> Iterator[SimpleNamespace]:
    yield from served(_Page, body=b"")


@pytest.mark.parametrize("api", ["v1", "victoria"])
@pytest.mark.parametrize(
    "body", [b"<html>Log in</html>", b"\xff", b"{}", b'{"results":[]}', b'{"results":[{"error":"no such database"}]}', b"x" * 100]
)
def test_a_page_that_is_no_answer_is_a_sentence_and_no_end(
    body: bytes, api: Literal["v1", "victoria"], page: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.centre.stores.influx.http._QUERY_LIMIT_BYTES", 100)
    page.body = body
    reader = open_reader(StoreSettings(influx=InfluxSettings(url=page.url, api=api)))
    with pytest.raises(StoreUnavailable, match="shorter" if len(body) == 100 else "can't be read|no such"):
        list(reader.batches(0))
    with pytest.raises(StoreUnavailable):
        list(reader.counts(ME, "lamp", 0, 600_000))
    reader.close()


def test_what_is_kept_for_rows_of_the_centres_own_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.centre.stores.influx.writer._OWN_KEPT", 3)
    store = InfluxStore(InfluxSettings(url="http://127.0.0.1:1"))
    lines = [store.own(worker_row("prato", f"worker-{n}", [n, 0, 0, 0, 0], T)) for n in range(10)]
    assert lines[7] == [
        f"worker,asset=worker-7,device=worker-7,gateway=worker-7,operator=centre,profile=centre dead_letters=7i,batches=0i,readings=0i,rejected=0i,store_failures=0i {T}"
    ]
    assert len(store._own) <= 3
