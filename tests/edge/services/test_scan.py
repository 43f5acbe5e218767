"""Scans by a running gateway: of a line beside its polling, and of a port that no line uses."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import msgspec
import pytest
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from gateway.cli.local import LocalError
from gateway.edge.services import scan as module
from gateway.provision.findings import Found
from gateway.provision.scan.events import ScanEnd, ScanEvent
from gateway.provision.scan.scanner import ScanTerms
from gateway.provision.scan.target import target_of
from gateway.simulate.devices.bus import crc
from gateway.web.technician.app import local_api
from gateway.web.technician.scan_routes import PortView, ScanAsk, ScanView, routes
from tests.edge.services.polled_line import PolledLine, polled_line
from tests.provision.units import WRITES, product, serial_units
from tests.web.asgi import connected

if TYPE_CHECKING:
    from gateway.edge.services.parts import Present
    from gateway.provision.scan.session import ScanSession

QUICK = {"units": "1-2", "listen_s": 0.3, "timeout_s": 1.0}


@pytest.fixture
async def polled(tmp_path: Path) -> AsyncIterator[PolledLine]:
    async with polled_line(tmp_path, [product(1, "xy_md02"), product(2, "eastron_sdm120"), product(2, "xy_md02", 19200)]) as one:
        yield one


def ask(**changes: object) -> ScanAsk:
    return msgspec.convert(QUICK | changes, ScanAsk)


async def started(one: PolledLine, **changes: object) -> ScanView:
    return await asyncio.to_thread(one.local.post, "/api/scan/start", ask(**changes), ScanView)


async def state(one: PolledLine) -> ScanView:
    return await asyncio.to_thread(one.local.get, "/api/scan/state", ScanView)


async def refusal(one: PolledLine, **changes: object) -> tuple[int, str]:
    with pytest.raises(LocalError) as refused:
        await started(one, **changes)
    return refused.value.status, str(refused.value)


def followed(one: PolledLine) -> list[ScanEvent]:
    """Return what is told until the scan ends."""
    told = []
    for kind, data in one.local.events("/api/scan/events"):
        if kind == "state":
            view = msgspec.convert(data, ScanView)
            told += [ScanEvent(found=found) for found in view.found]
        else:
            told.append(msgspec.convert(data, ScanEvent))
        if told and told[-1].end is not None:
            break
    return told


def by_place(told: list[ScanEvent]) -> dict[tuple[int | None, str | None], Found]:
    return {(one.found.unit, one.found.settings): one.found for one in told if one.found is not None}


async def test_a_line_is_scanned_between_its_polls_and_its_devices_are_known(polled: PolledLine) -> None:
    polls = polled.polls
    view = await started(polled, line="street")
    assert (view.running, view.line) == (True, "street")
    told = await asyncio.to_thread(followed, polled)
    end = told[-1].end
    assert end is not None
    assert (end.complete, end.devices, end.problem) == (True, 3, None)
    found = by_place(told)
    assert {place: one.badges for place, one in found.items()} == {
        (1, "9600 8N1"): ["known"],
        (2, "9600 8N1"): ["new"],
        (2, "19200 8N1"): ["new", "wrong_setting", "duplicate"],
    }
    assert [one.identification.candidates[0].profile for one in found.values()] == ["xy_md02", "eastron_sdm120", "xy_md02"]
    assert next(iter(found)) == (1, "9600 8N1"), "the line's own settings come first"
    assert {frame[1] for _, frame in polled.bus.requests}.isdisjoint(WRITES)
    assert polled.polls > polls + 5
    after = await state(polled)
    assert (after.running, after.end, len(after.found)) == (False, end, 3)


async def test_a_scan_is_stopped_and_goes_on_where_it_was(polled: PolledLine) -> None:
    await started(polled, target=polled.bus.pty.path)
    while not (view := await state(polled)).found:
        await asyncio.sleep(0.05)
    assert (await refusal(polled, line="street"))[0] == 409
    view = await asyncio.to_thread(polled.local.post, "/api/scan/stop", None, ScanView)
    assert view.end is not None
    assert (view.running, view.end.stopped) == (False, True)
    await started(polled, line="street", resume=True)
    told = await asyncio.to_thread(followed, polled)
    assert (1, "9600 8N1") not in by_place(told)
    assert told[-1].end is not None
    assert told[-1].end.devices == 3


class UntilStopped:
    """A scan that finds nothing and goes on until it is stopped."""

    def __init__(self, report: Callable[[ScanEvent], None]) -> None:
        self._report = report

    async def run(self, _terms: ScanTerms, stop: asyncio.Event, _owner: object) -> None:
        await stop.wait()
        self._report(ScanEvent(end=ScanEnd(complete=False, devices=0, stopped=True)))


def scanning(monkeypatch: pytest.MonkeyPatch, unfollowed_s: float) -> module.LineScanService:
    """Return a service whose scans go on until they are stopped."""

    def wanted(_ask: ScanAsk, _site: object, report: Callable[[ScanEvent], None]) -> module._Wanted:
        return module._Wanted(cast("ScanSession", UntilStopped(report)), ScanTerms(), target_of("host", rtu=False), None)

    monkeypatch.setattr(module, "_wanted", wanted)
    monkeypatch.setattr(module, "UNFOLLOWED_S", unfollowed_s)
    parts = SimpleNamespace(site=None, lines=SimpleNamespace(owners=[]))
    return module.LineScanService(cast("Present", lambda: parts))


async def test_a_scan_is_stopped_soon_after_its_last_viewer_has_left(monkeypatch: pytest.MonkeyPatch) -> None:
    service = scanning(monkeypatch, 0.01)
    async with connected(local_api(routes(service)), "/api/scan/events") as viewer:
        await viewer.chunks.get()
        await service.start(ScanAsk(target="host"))
        assert service._scanning is not None
        await asyncio.wait((service._scanning,), timeout=0.1)
        assert service.state().running, "somebody follows it"
    await asyncio.wait((service._scanning,), timeout=60)
    end = service.state().end
    assert end is not None
    assert end.stopped


async def test_a_scan_that_nobody_ever_follows_is_stopped_unless_somebody_asks_for_its_state(monkeypatch: pytest.MonkeyPatch) -> None:
    service = scanning(monkeypatch, 60.0)
    await service.start(ScanAsk(target="host"))
    begun = service._unfollowed
    assert begun is not None
    service.state()
    assert begun.cancelled(), "the wait begins anew"
    monkeypatch.setattr(module, "UNFOLLOWED_S", 0.0)
    service.state()
    assert service._scanning is not None
    await asyncio.wait((service._scanning,), timeout=60)
    assert not service.state().running


async def test_another_master_on_the_line_is_noticed(polled: PolledLine) -> None:
    async def poll() -> None:
        while True:
            frame = bytes.fromhex("090300000001")
            polled.bus.pty.burst(frame + crc(frame))
            await asyncio.sleep(0.02)

    other = asyncio.create_task(poll())
    await started(polled, line="street", listen_s=1.0)
    end = (await asyncio.to_thread(followed, polled))[-1].end
    other.cancel()
    assert end is not None
    assert end.obstacle is not None
    assert end.obstacle.kind == "master"


async def test_a_port_that_no_line_uses_is_scanned_too(polled: PolledLine) -> None:
    async with serial_units([product(2, "eastron_sdm120")]) as bus:
        view = await started(polled, target=bus.pty.path, units="2", listen_s=0.1)
        assert view.line is None
        told = await asyncio.to_thread(followed, polled)
    assert {place: one.badges for place, one in by_place(told).items()} == {(2, "9600 8N1"): ["new"]}


async def test_what_can_not_be_scanned_is_refused_with_the_reason(polled: PolledLine) -> None:
    assert await refusal(polled, line="attic") == (404, "no line attic; the site has street, radar")
    assert (await refusal(polled, line="radar"))[1].startswith("line radar belongs to the instrument radar-1, ")
    assert (await refusal(polled))[1] == "name either a target or a line"
    assert "invalid units '0'" in (await refusal(polled, line="street", units="0"))[1]
    assert "no stopped scan of" in (await refusal(polled, line="street", resume=True))[1]
    assert (await refusal(polled, target="host:0"))[0] == 400
    assert await refusal(polled, target="/dev/watchdog") == (400, "/dev/watchdog is no serial port")
    assert not (await state(polled)).running


async def test_a_port_that_can_not_be_opened_ends_the_scan_with_the_reason(polled: PolledLine) -> None:
    await started(polled, target="/dev/ttyNONE")
    end = (await asyncio.to_thread(followed, polled))[-1].end
    assert end is not None
    assert end.problem is not None
    assert "can't be opened: No such file" in end.problem


async def test_ports_are_listed_with_the_line_that_uses_them(polled: PolledLine, monkeypatch: pytest.MonkeyPatch) -> None:
    ports = [ListPortInfo(polled.bus.pty.path), ListPortInfo("/dev/ttyFREE")]
    monkeypatch.setattr(list_ports, "comports", lambda: ports)
    found = await asyncio.to_thread(polled.local.get, "/api/scan/ports", list[PortView])
    assert {one.path: one.line for one in found} == {polled.bus.pty.path: "street", "/dev/ttyFREE": None}
