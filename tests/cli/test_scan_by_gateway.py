"""`gateway scan` on a line that a running gateway polls: the gateway scans, and the command prints the same as otherwise."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.cli.local import LocalGateway
from gateway.cli.scan_by_gateway import scan_by_gateway
from gateway.cli.scan_output import ScanPrinter
from gateway.cli.standard_output import READER_GONE
from gateway.provision.findings import Found
from gateway.provision.scan.events import ScanEnd, ScanEvent
from gateway.web.technician.scan_routes import ScanAsk, ScanView
from tests.cli.test_scan import interrupted, scan, scanning
from tests.edge.services.polled_line import polled_line
from tests.provision.units import product

FOUND = Found(unit=3, settings="9600 8N1")


class Told(LocalGateway):
    """A gateway that tells certain events."""

    def __init__(self, *events: tuple[str, Any]) -> None:
        super().__init__(Path("none"))
        self._told = events
        self.posts: list[str] = []

    def post(self, path: str, _body: object, _answer: Any = Any) -> Any:
        self.posts.append(path)

    def events(self, _path: str) -> Iterator[tuple[str, Any]]:
        for kind, data in self._told:
            yield kind, msgspec.to_builtins(data)


async def printed(local: LocalGateway, capsys: pytest.CaptureFixture[str]) -> tuple[ScanEnd, list[str]]:
    end = await scan_by_gateway(local, ScanAsk(line="street"), ScanPrinter(as_json=True), asyncio.Event())
    return end, capsys.readouterr().out.splitlines()


async def test_a_polled_line_is_scanned_by_the_gateway_with_the_same_output(tmp_path: Path) -> None:
    async with polled_line(tmp_path, [product(1, "xy_md02")]) as one:
        polls = one.polls
        options = ["--site", str(one.site), "--units", "1", "--listen", "300ms", "--timeout", "1s", "--json"]
        done = await scan(tmp_path, one.bus.pty.path, *options)
        assert one.polls > polls
    assert done.code == 0, done.err
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert (lines[0]["found"]["unit"], lines[0]["found"]["badges"]) == (1, ["known"])
    assert (lines[-1]["end"]["complete"], lines[-1]["end"]["devices"]) == (True, 1)


async def test_ctrl_c_stops_the_gateways_scan(tmp_path: Path) -> None:
    async with polled_line(tmp_path, [product(1, "xy_md02")]) as one:
        options = ["--site", str(one.site), "--units", "1-200", "--listen", "300ms", "--timeout", "1s"]
        async with scanning(tmp_path, one.bus.pty.path, *options) as process:
            assert process.stdout is not None
            first = (await asyncio.wait_for(process.stdout.readline(), 60)).decode()
            err = (await interrupted(process)).decode()
        view = await asyncio.to_thread(one.local.get, "/api/scan/state", ScanView)
    assert first.startswith("9600 8N1  unit 1  ")
    assert process.returncode == 130
    assert err.endswith(f"gateway: stopped; go on with 'gateway scan {one.bus.pty.path} --site {one.site} --resume'\n")
    assert view.end is not None
    assert view.end.stopped


async def test_a_gateway_that_can_not_start_the_scan_says_why(tmp_path: Path) -> None:
    async with polled_line(tmp_path, []) as one:
        options = ["--site", str(one.site), "--resume"]
        done = await scan(tmp_path, one.bus.pty.path, *options)
        recorded = await scan(tmp_path, one.bus.pty.path, *options, "--state", "own.json")
    assert done.code == 1
    assert done.err.startswith(f"gateway: no stopped scan of {one.bus.pty.path} to go on with (")
    assert recorded.err == "gateway: --state: the running gateway keeps the record of its scans; leave out --state\n"


class Slow(Told):
    """A gateway that starts a scan, but does not answer in time."""

    def post(self, path: str, _body: object, _answer: Any = Any) -> Any:
        self.posts.append(path)
        if path == "/api/scan/start":
            raise TimeoutError


class ReaderGone(ScanPrinter):
    """A standard output that nobody reads any more, as of `gateway scan … | head -1`."""

    def show(self, _event: ScanEvent) -> None:
        raise SystemExit(READER_GONE)


@pytest.mark.parametrize(
    ("local", "printer"),
    [(Slow(), ScanPrinter(as_json=True)), (Told(("state", ScanView(running=True, found=[FOUND]))), ReaderGone(as_json=True))],
    ids=["no answer in time", "nobody reads"],
)
def test_a_command_that_ends_early_stops_the_scan(local: Told, printer: ScanPrinter) -> None:
    with pytest.raises(SystemExit):
        asyncio.run(scan_by_gateway(local, ScanAsk(line="street"), printer, asyncio.Event()))
    assert local.posts == ["/api/scan/start", "/api/scan/stop"]


async def test_a_gateway_that_is_gone_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        await scan_by_gateway(LocalGateway(Path("/no/such/socket")), ScanAsk(line="street"), ScanPrinter(as_json=True), asyncio.Event())
    assert capsys.readouterr().err.startswith("gateway: the gateway does not answer: ")


async def test_what_was_found_before_the_command_listened_is_printed_too(capsys: pytest.CaptureFixture[str]) -> None:
    end = ScanEnd(complete=True, devices=1)
    local = Told(("state", ScanView(running=True, found=[FOUND])), ("other", 5), ("scan", ScanEvent(end=end)))
    result, lines = await printed(local, capsys)
    assert result == end
    assert [next(iter(json.loads(line))) for line in lines] == ["found", "end"]
    assert local.posts == ["/api/scan/start"]


async def test_a_scan_that_has_ended_before_the_command_listened_is_printed_whole(capsys: pytest.CaptureFixture[str]) -> None:
    end = ScanEnd(complete=True, devices=1)
    result, lines = await printed(Told(("state", ScanView(found=[FOUND], end=end))), capsys)
    assert result == end
    assert len(lines) == 2


async def test_a_gateway_that_stops_ends_the_command_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    result, lines = await printed(Told(("state", ScanView(running=True, found=[FOUND]))), capsys)
    assert (result.devices, result.problem) == (1, "the gateway has stopped")
    assert len(lines) == 1
