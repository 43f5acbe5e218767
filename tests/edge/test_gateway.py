"""One gateway as a whole: when it flushes, what ends it, and what it does when it stops. With real servers: `tests/system`."""

import asyncio
import contextlib
import os
import socket
import sqlite3
from pathlib import Path

import msgspec
import pytest

from gateway.config.site_file import EdgeSite
from gateway.edge import gateway as composition
from gateway.edge.gateway import EdgeGateway, run_gateway
from gateway.host.files import SecretError
from gateway.host.http_server import ListenError
from gateway.journal.lock import JournalInUse
from gateway.model.batch import rows_of, unpack
from gateway.model.reading import Reading
from gateway.model.site.connection import TlsSettings
from gateway.model.site.lines import LineSettings
from gateway.model.stream import decode_schema
from tests.edge.edges import edge_in, site_in
from tests.journal.journals import append
from tests.profiles.register_facts import FactDevice


@pytest.fixture
def edge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EdgeGateway:
    monkeypatch.setattr(composition, "_DRAIN_S", 0.01)
    return edge_in(tmp_path)


def test_the_schema_has_the_streams_of_the_devices_then_the_gateways_own_and_the_gaps_last(edge: EdgeGateway) -> None:
    ((_, document),) = edge._journal.schemas().items()
    streams = decode_schema(document).streams
    assert [(stream.measurement, stream.profile) for stream in streams] == [
        ("traffic", "counting"),
        ("event", "counting"),
        ("gateway", "counting"),
        ("completeness", "counting"),
        ("gateway", "gateway"),
        ("event", "gateway"),
        ("gap", "gateway"),
    ]


async def test_a_gateway_without_lines_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composition, "_DRAIN_S", 0.01)
    edge, stop = EdgeGateway(site_in(tmp_path)._replace(lines=[])), asyncio.Event()
    running = asyncio.create_task(edge.run(stop))
    async with asyncio.timeout(20):
        while not edge._uplink.session.mqtt._client:
            await asyncio.wait((running,), timeout=0.01)
            assert not running.done()
        assert msgspec.json.decode(edge._lines_report()) == {"gateway": "gw-1", "lines": []}
        stop.set()
        await running


async def test_a_gateway_that_stops_writes_its_last_readings_and_closes_its_journal(tmp_path: Path, edge: EdgeGateway) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(edge.run(stop))
    async with asyncio.timeout(20):
        while not edge._uplink.session.mqtt._client:
            await asyncio.wait((running,), timeout=0.01)
            assert not running.done()
        edge._lines._ways["d-1"].write([Reading(0, 1000, [7], {})])
        stop.set()
        await running
    again = edge_in(tmp_path)
    assert again._journal.backlog().readings >= 1
    assert again._journal.gaps.all() == [], "it was not killed"
    again._journal.close()


async def test_an_uplink_that_fails_ends_the_gateway(edge: EdgeGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_: asyncio.Event) -> None:
        raise ZeroDivisionError("as a bug would")

    monkeypatch.setattr(edge._uplink.session, "run", fail)
    with pytest.raises((ZeroDivisionError, ExceptionGroup)) as raised:
        async with asyncio.timeout(20):
            await edge.run(asyncio.Event())
    assert "ZeroDivisionError" in repr(raised.getrepr())


async def test_health_is_bad_without_a_connection_and_with_a_broken_line(edge: EdgeGateway) -> None:
    assert edge._health() == {
        "ok": False,
        "connected": False,
        "cloned_by": None,
        "flushing": True,
        "durable": True,
        "slowest_write_s": None,
        "broken_lines": [],
        "stalled_lines": [],
        "unconfirmed": 0,
        "readings": 0,
    }
    edge._uplink.session.mqtt.state.connected = True
    assert edge._health()["ok"] is True
    edge._lines._ways["d-1"].write([Reading(0, 1000, [7], {})])
    assert edge._health()["readings"] == 1


def test_the_lines_are_reported_as_json(edge: EdgeGateway) -> None:
    report = msgspec.json.decode(edge._lines_report())
    assert (report["gateway"], [line["id"] for line in report["lines"]]) == ("gw-1", ["street"])


def dumped(folder: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(folder / "journal.sqlite")) as database:
        return list(database.iterdump())


def with_key_that_others_read(site: EdgeSite, folder: Path) -> EdgeSite:
    (folder / "own.pem").touch(0o644)
    tls = TlsSettings(cert=str(folder / "own.pem"))
    return site._replace(uplink=msgspec.structs.replace(site.uplink, broker="mqtts://127.0.0.1:9", tls=tls))


@pytest.mark.parametrize("refused_by", ["port", "key"])
async def test_a_start_that_is_refused_leaves_no_trace_in_the_journal_of_a_run_that_was_killed(refused_by: str, tmp_path: Path) -> None:
    killed = edge_in(tmp_path)
    append(killed._journal, 1)
    killed._journal.file.close()
    before, site = dumped(tmp_path), site_in(tmp_path)._replace(listen="127.0.0.1:0")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        if refused_by == "port":
            site = site._replace(listen=f"127.0.0.1:{taken.getsockname()[1]}")
        else:
            site = with_key_that_others_read(site, tmp_path)
        with pytest.raises((ListenError, SecretError), match=r"is in use|can be read by other users"):
            await run_gateway(site, asyncio.Event())
    assert dumped(tmp_path) == before


async def test_a_second_gateway_on_a_journal_in_use_is_refused_and_leaves_no_trace(tmp_path: Path, edge: EdgeGateway) -> None:
    before = dumped(tmp_path)
    with pytest.raises(JournalInUse, match=rf"journal\.sqlite is in use by process {os.getpid()}"):
        await run_gateway(site_in(tmp_path)._replace(listen="127.0.0.1:0"), asyncio.Event())
    assert dumped(tmp_path) == before
    edge._journal.close()
    assert edge_in(tmp_path)._journal.gaps.all() == []


def test_a_gateway_that_can_not_be_made_closes_its_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.delattr(composition, "EdgeLines")
        with pytest.raises(NameError):
            edge_in(tmp_path)
    assert edge_in(tmp_path)._journal.gaps.all() == []


async def test_a_gateway_that_can_not_listen_closes_its_journal(tmp_path: Path, edge: EdgeGateway) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        edge._site = edge._site._replace(listen=f"127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(ListenError):
            await edge.run(asyncio.Event())
    assert edge_in(tmp_path)._journal.gaps.all() == []


class Stuck:
    """A line that stalled again after it was started anew."""

    name, broken, stalled = "air", False, True

    def check(self) -> bool:
        return False


async def test_health_is_bad_with_a_stalled_line_and_when_nothing_is_flushed(edge: EdgeGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    edge._uplink.session.mqtt.state.connected = True
    with monkeypatch.context() as patched:
        patched.setattr(edge._lines, "owners", [Stuck()])
        assert (edge._health()["ok"], edge._health()["stalled_lines"]) == (False, ["air"])
    assert edge._health()["ok"] is True
    edge._flushing._flushed_s = asyncio.get_running_loop().time() - 3600
    assert (edge._health()["ok"], edge._health()["flushing"]) == (False, False)


async def test_a_stop_goes_on_without_what_hangs_and_closes_the_journal(
    tmp_path: Path, edge: EdgeGateway, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("_TASKS_S", "_FLUSH_S", "_DRAIN_S", "_LEAVE_S"):
        monkeypatch.setattr(composition, name, 0.3)

    async def hang(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(edge._reporter, "report_completeness", hang)
    monkeypatch.setattr(edge._uplink.session, "_leave", hang)
    stop = asyncio.Event()
    running = asyncio.create_task(edge.run(stop))
    async with asyncio.timeout(20):
        while not edge._uplink.session.mqtt._client:
            await asyncio.wait((running,), timeout=0.01)
        edge._lines._ways["d-1"].write([Reading(0, 1000, [7], {})])
        stop.set()
        await running
    assert "completeness takes too long to stop; going on without it" in caplog.text
    assert "uplink takes too long to stop; going on without it" in caplog.text
    again = edge_in(tmp_path)
    assert again._journal.backlog().readings >= 1
    assert again._journal.gaps.all() == [], "it was not killed"
    again._journal.close()
    await edge._uplink.session.mqtt.stop()


async def test_lines_that_do_not_change_go_on_while_others_are_changed_added_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composition, "_DRAIN_S", 0.01)
    server, address = await FactDevice(1).serve()
    old = site_in(tmp_path)
    line = old.lines[0]
    kept, changed = (renamed(line, name, address) for name in ("kept", "changed"))
    edge, stop = EdgeGateway(old._replace(lines=[line, kept, changed])), asyncio.Event()
    running = asyncio.create_task(edge.run(stop))
    async with server, asyncio.timeout(60):
        while not edge._recorder.recorded:
            await asyncio.wait((running,), timeout=0.05)
        owners = {owner.name: owner for owner in edge._lines.owners}
        rest = {name: owner._running for name, owner in owners.items()}
        faster = msgspec.structs.replace(changed, devices=[msgspec.structs.replace(changed.devices[0], every=2.0)])
        await edge.change(old._replace(lines=[renamed(line, "new", address), faster, kept]))
        assert [owner.name for owner in edge._lines.owners] == ["new", "changed", "kept"]
        assert edge._lines.owners[2] is owners["kept"]
        assert owners["kept"]._running is rest["kept"]
        assert edge._lines.owners[1] is not owners["changed"]
        await edge._recorder.flush()
        before = edge._recorder.recorded
        while edge._recorder.recorded < before + 5:
            await asyncio.wait((running,), timeout=0.05)
        await edge._recorder.flush()
        stop.set()
        await running
    again = edge_in(tmp_path)
    schemas = {name: decode_schema(document).streams for name, document in again._journal.schemas().items()}
    rows = [
        (schemas[batch.schema][row.stream], row)
        for batch in map(unpack, (one.body for one in again._journal.waiting(0, 999)))
        for row in rows_of(batch)
    ]
    assert {stream.device for stream, _ in rows if stream.measurement == "traffic"} == {"d-kept", "d-changed", "d-new", "d-1"}
    assert all(len(row.values) == len(stream.fields) for stream, row in rows)
    again._journal.close()


def renamed(line: LineSettings, name: str, address: str) -> LineSettings:
    return msgspec.structs.replace(
        line, id=name, tcp=address, devices=[msgspec.structs.replace(one, id=f"d-{name}", every=1.0) for one in line.devices]
    )


async def test_an_uplink_with_other_settings_takes_over_when_the_one_before_has_left(
    tmp_path: Path, edge: EdgeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, site = asyncio.Event(), site_in(tmp_path)
    running = asyncio.create_task(edge.run(stop))
    first = edge._uplink.session
    async with asyncio.timeout(60):
        await edge.change(site._replace(uplink=msgspec.structs.replace(site.uplink, flush=3.0)))
        assert edge._flushing.every_s == 3.0
        assert edge._uplink.session is first
        await edge.change(site._replace(uplink=msgspec.structs.replace(site.uplink, broker="mqtt://127.0.0.1:8")))
        while edge._uplink.session is first or not edge._uplink.session.mqtt._client:
            await asyncio.wait((running,), timeout=0.05)
            assert not running.done()
        assert edge._uplink.session.sender.counts is first.sender.counts
        stop.set()
        await running
    assert first.mqtt._client is None
