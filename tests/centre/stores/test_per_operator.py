"""A database for each operator: doubles for the ports, and a real InfluxDB with users for who may read what."""

import json
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from gateway.centre.ingest.own_rows import uplink_row, worker_row
from gateway.centre.series_rows import StoredRow
from gateway.centre.stores.factory import open_influx, open_reader
from gateway.centre.stores.influx.http import InfluxConnection, query
from gateway.centre.stores.per_operator import ReadersPerOperator, StoresPerOperator
from gateway.centre.stores.port import RefusedRow, Series, SeriesStore, Span, StoreUnavailable
from gateway.cli import main
from gateway.model.site.connection import LoginSettings
from gateway.model.site.store import InfluxSettings, StoreSettings
from gateway.model.topics import GatewayId
from tests.centre.readings import ME, ROWS, T, batch, known, read, write
from tests.system.servers import influxdb, victoria, vmauth

OTHER = GatewayId("prato", "comune", "gw-0007")
CENTRES_OWN = worker_row("prato", "worker-1", [0, 0, 0, 0, 0, 0], T)


def write_as(sender: GatewayId, store: SeriesStore[Any]) -> list[RefusedRow]:
    prepared, unfit = store.prepare(batch(), read(*ROWS), known(sender), uplink_row(sender, batch(), len(ROWS), T))
    assert unfit == []
    return store.write([prepared, store.prepare_row(CENTRES_OWN)])


def databases(paths: Sequence[str]) -> list[str]:
    return [path.removeprefix("/write?db=").partition("&")[0] for path in paths]


def test_rows_are_written_to_the_database_of_their_operator_and_all_others_to_the_shared_one(double: SimpleNamespace) -> None:
    store = open_influx(InfluxSettings(url=double.url, operators=["citelum"]))
    write_as(ME, store)
    assert databases(double.paths) == ["street-citelum", "street"]
    assert "operator=citelum" in double.bodies[0]
    assert "operator=citelum" not in double.bodies[1]
    write_as(OTHER, store)
    assert databases(double.paths[2:]) == ["street"]
    store.close()


def test_a_refused_row_is_named_by_its_place_among_all_parts(double: SimpleNamespace) -> None:
    double.refuses = lambda lines: b'{"error":"no"}' if any("dim_level" in line for line in lines) else None
    store = open_influx(InfluxSettings(url=double.url, operators=["citelum"]))
    parts = [store.prepare_row(CENTRES_OWN), store.prepare(batch(), read(*ROWS), known(), uplink_row(ME, batch(), 3, T))[0]]
    assert [row.part for row in store.write(parts)] == [1]
    store.close()


class FakeStore:
    """A store of one operator that may be unavailable, and remembers what it was asked."""

    def __init__(self, *, fails: bool = False) -> None:
        self.fails, self.asked, self.left, self.shows_within_s = fails, list[Any](), False, 0.0

    def prepare_row(self, row: StoredRow) -> str:
        return row.origin.sender.operator

    def write(self, parts: Sequence[str]) -> list[RefusedRow]:
        if self.fails:
            raise StoreUnavailable("away")
        self.asked += parts
        return []

    def remove(self, rows: Sequence[StoredRow]) -> None:
        self.asked += [row.origin.sender.operator for row in rows]

    def prune(self, _now_ms: int) -> bool:
        self.asked.append("prune")
        return self.left

    def select(self, measurement: str, *_: object) -> Iterator[str]:
        self.asked.append(measurement)
        yield measurement

    latest = select

    def counts(self, of: GatewayId, *_: object) -> Iterator[tuple[Series, int, int]]:
        self.asked.append(of.operator)
        return iter(())

    def close(self) -> None:
        self.asked.append("close")


def row_of(sender: GatewayId) -> StoredRow:
    return uplink_row(sender, batch(), 1, T)


def test_the_database_of_one_operator_that_is_away_holds_no_other_up() -> None:
    shared, own = FakeStore(), FakeStore(fails=True)
    store = StoresPerOperator[Any](shared, {"citelum": own})  # type: ignore[arg-type, dict-item]
    with pytest.raises(StoreUnavailable, match="away"):
        store.write([store.prepare_row(row_of(ME)), store.prepare_row(row_of(OTHER))])
    assert shared.asked == ["comune"]


def test_rows_are_removed_from_where_they_are_and_every_store_is_pruned_and_closed() -> None:
    shared, own = FakeStore(), FakeStore()
    own.left = True
    store = StoresPerOperator[Any](shared, {"citelum": own})  # type: ignore[arg-type, dict-item]
    store.remove([row_of(ME), row_of(OTHER)])
    assert store.prune(T)
    store.close()
    assert (shared.asked, own.asked) == (["comune", "prune", "close"], ["citelum", "prune", "close"])


def test_a_reader_asks_the_database_of_an_operator_or_all() -> None:
    shared, own = FakeStore(), FakeStore()
    own.shows_within_s = 12.0
    reader = ReadersPerOperator(shared, {"citelum": own})  # type: ignore[arg-type, dict-item]
    span = Span(0, 1)
    assert len(list(reader.select("a", [], {"asset": "qe-1"}, span))) == 2
    assert len(list(reader.select("b", [], {"operator": "citelum"}, span))) == 1
    assert len(list(reader.latest("c", [], {"operator": "comune"}, 0))) == 1
    assert len(list(reader.latest("d", [], {}, 0))) == 2
    list(reader.counts(ME, "lamp", 0, 1))
    assert (shared.asked, own.asked) == (["a", "c", "d"], ["a", "b", "d", "citelum"])
    assert reader.shows_within_s == 12.0
    reader.close()
    assert shared.asked[-1] == own.asked[-1] == "close"


class Guarded:
    """An InfluxDB that asks for users and passwords."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self._folder = url, folder
        self.ask("CREATE USER admin WITH PASSWORD 'pw-admin' WITH ALL PRIVILEGES", "")

    def settings(self, user: str, database: str = "street", operators: Sequence[str] = ()) -> InfluxSettings:
        file = self._folder / user
        file.write_text(f"pw-{user}")
        file.chmod(0o600)
        return InfluxSettings(
            url=self.url, database=database, operators=list(operators), login=LoginSettings(user=user, password_file=str(file))
        )

    def ask(self, statement: str, user: str = "admin") -> None:
        connection = InfluxConnection(self.settings(user) if user else InfluxSettings(url=self.url))
        status, answer = connection.request("POST", f"/query?db=street&q={quote(statement)}", None, 1 << 16)
        connection.close()
        assert (status, b"error" in answer) == (200, False), answer


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    server, url = influxdb(tmp_path, environment=["INFLUXDB_HTTP_AUTH_ENABLED=true"])
    yield Guarded(url, tmp_path)
    server.stop()


def meters(settings: InfluxSettings) -> set[tuple[str, str]]:
    """Return the operator and asset of each meter that these settings can read."""
    with closing(open_reader(StoreSettings(influx=settings))) as reader:
        series = reader.select("lighting_meter", ["voltage_l1"], {}, Span(T, T + 20_000))
        return {(dict(one.tags)["operator"], dict(one.tags)["asset"]) for one in series}


@pytest.mark.system
def test_an_operators_user_reads_its_own_database_and_no_other(guarded: Guarded, tmp_path: Path) -> None:
    settings = guarded.settings("admin", operators=["citelum"])
    described = {"url": guarded.url, "operators": ["citelum"], "login": {"user": "admin", "password_file": str(tmp_path / "admin")}}
    site = {"site": "prato", "centre": {"broker": "mqtt://127.0.0.1:1", "store": {"influx": described}}}
    (tmp_path / "centre.yaml").write_text(json.dumps(site))
    done = CliRunner().invoke(main, ["central", "setup", str(tmp_path / "centre.yaml")])
    assert "created: database street\n" in done.output
    assert "created: database street-citelum\n" in done.output

    store = open_influx(settings)
    assert [*write_as(ME, store), *write_as(OTHER, store)] == []
    store.close()
    assert meters(settings) == {("citelum", "qe-041"), ("comune", "qe-041")}

    guarded.ask("CREATE USER citelum WITH PASSWORD 'pw-citelum'")
    guarded.ask('GRANT READ ON "street-citelum" TO citelum')
    theirs = guarded.settings("citelum", "street-citelum")
    assert meters(theirs) == {("citelum", "qe-041")}
    with pytest.raises(StoreUnavailable, match="not authorized"):
        meters(guarded.settings("citelum"))
    with closing(InfluxConnection(theirs)) as connection, pytest.raises(StoreUnavailable, match="not authorized"):
        query(connection, "street-citelum", 'SELECT * FROM "street"."autogen"."lighting_meter"')


@pytest.mark.system
def test_rows_from_before_are_moved_as_the_documentation_says(guarded: Guarded) -> None:
    before, settings = guarded.settings("admin"), guarded.settings("admin", operators=["citelum"])
    store = open_influx(before)
    assert [*write(store, *ROWS), *write_as(OTHER, store)] == []
    store.close()
    guarded.ask('CREATE DATABASE "street-citelum"')
    documented = (Path(__file__).parents[3] / "docs" / "retention.md").read_text()
    statements = [line for line in documented.splitlines() if line.startswith(("SELECT * INTO", "DROP SERIES"))]
    assert len(statements) == 2
    for statement in statements:
        guarded.ask(statement)
    assert meters(before) == {("comune", "qe-041")}
    assert meters(guarded.settings("admin", "street-citelum")) == {("citelum", "qe-041")}
    assert meters(settings) == {("comune", "qe-041"), ("citelum", "qe-041")}


@pytest.mark.system
def test_vmauth_limits_what_an_operator_reads_from_victoriametrics(tmp_path: Path) -> None:
    server, url = victoria(tmp_path)
    store = open_influx(InfluxSettings(url=url, api="victoria"))
    assert [*write_as(ME, store), *write_as(OTHER, store)] == []
    store.close()
    urllib.request.urlopen(f"{url}/internal/force_flush", timeout=10).close()
    gate, theirs = vmauth(tmp_path, "citelum", "pw-citelum", {"/": f"{url}/?extra_label=operator=citelum"})
    file = tmp_path / "citelum"
    file.write_text("pw-citelum")
    file.chmod(0o600)
    login = LoginSettings(user="citelum", password_file=str(file))
    assert meters(InfluxSettings(url=url, api="victoria")) == {("citelum", "qe-041"), ("comune", "qe-041")}
    assert meters(InfluxSettings(url=theirs, api="victoria", login=login)) == {("citelum", "qe-041")}
    gate.stop()
    server.stop()
