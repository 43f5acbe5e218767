import asyncio
from pathlib import Path

import msgspec
import pytest

from gateway.model.site.lines import DeviceSettings, LineSettings, Rs485Settings
from gateway.provision.findings import Found
from gateway.provision.scan.known import SiteDevice, SiteLine, site_line
from gateway.provision.scan.plan import ScanPlace, settings_text
from gateway.provision.scan.record import RecordError, ScanRecord, load
from gateway.provision.scan.scanner import ScanTerms
from gateway.provision.scan.session import ScanSession, ScanWish
from gateway.provision.scan.target import ScanTarget, target_of
from tests.provision.products import LIBRARY, PROFILES
from tests.provision.scan.test_record import save
from tests.provision.units import product, serial_units, tcp_units

PORT = target_of("/dev/ttyUSB0")
QUICK = ScanWish(full=False, units=None)
TERMS = ScanTerms(reaction_s=1.0)


def session(path: Path, target: ScanTarget = PORT, wish: ScanWish = QUICK, site: SiteLine | None = None) -> ScanSession:
    return ScanSession(path, target, PROFILES, site, wish, lambda _: None)


async def test_a_whole_scan_is_recorded_and_the_next_compares_with_it(tmp_path: Path) -> None:
    path = tmp_path / "scan.json"
    async with tcp_units([product(3, "xy_md02")]) as (host, port):
        first = session(path, ScanTarget(None, host, port), ScanWish(full=False, units=[3, 4]))
        assert (await first.run(TERMS, asyncio.Event())).complete
    record = load(path)
    assert record is not None
    assert record.complete
    assert [one.unit for one in record.found] == [3]
    assert session(path).record.earlier == record.found


async def test_a_stopped_scan_goes_on_with_its_own_plan(tmp_path: Path) -> None:
    path = tmp_path / "scan.json"
    async with tcp_units([product(3, "xy_md02"), product(5, "xy_md02")]) as (host, port):
        target = ScanTarget(None, host, port)
        stopped = session(path, target, ScanWish(full=False, units=[3, 4, 5]))
        stopped.found(Found(unit=3, settings=None))
        stopped.reached(ScanPlace(0, 2), "")
        await stopped.save()
        again = session(path, target)
        again.resume()
        await again.run(TERMS, asyncio.Event())
    assert [one.unit for one in again.record.found] == [3, 5]


@pytest.mark.parametrize("after", [0, 1, 2, 5, 13])
async def test_a_scan_ends_at_once_after_any_number_of_requests(tmp_path: Path, after: int) -> None:
    path, stop = tmp_path / "scan.json", asyncio.Event()
    async with serial_units([product(2, "xy_md02"), product(4, "eastron_sdm120")]) as bus:
        one = session(path, target_of(bus.pty.path), ScanWish(full=False, units=[1, 2, 3, 4, 5]))
        scanning = asyncio.create_task(one.run(TERMS._replace(listen_s=0.05), stop))
        while len(bus.requests) < after:
            await asyncio.sleep(0.001)
        sent = len(bus.requests)
        stop.set()
        end = await scanning
        assert len(bus.requests) <= sent + 1
    assert (end.stopped, end.complete, end.problem) == (True, False, None)
    record = load(path)
    assert record is not None
    assert not record.complete


async def test_there_must_be_a_stopped_scan_of_this_target_to_go_on_with(tmp_path: Path) -> None:
    path = tmp_path / "scan.json"
    with pytest.raises(RecordError, match="no stopped scan of /dev/ttyUSB0"):
        session(path).resume()
    await save(path, ScanRecord(target="/dev/other", plan="p", full=False))
    with pytest.raises(RecordError, match="no stopped scan of /dev/ttyUSB0"):
        session(path).resume()


async def test_a_scan_with_another_plan_is_not_resumed(tmp_path: Path) -> None:
    path = tmp_path / "scan.json"
    await save(path, ScanRecord(target="/dev/ttyUSB0", plan="old", full=False))
    with pytest.raises(RecordError, match="has another plan, as after an update or with another site file"):
        session(path).resume()


async def test_a_stopped_scan_does_not_hide_what_the_last_whole_one_found(tmp_path: Path) -> None:
    path = tmp_path / "scan.json"
    found = [Found(unit=7, settings="9600 8N1")]
    await save(path, ScanRecord(target="/dev/ttyUSB0", plan="p", full=False, earlier=found))
    assert session(path).record.earlier == found


async def test_the_place_is_written_at_each_change_of_settings(tmp_path: Path) -> None:
    path = tmp_path / "scan.json"
    one = session(path)
    one.reached(ScanPlace(0, 5), "9600 8N1")
    assert one._file._last is None
    one.reached(ScanPlace(1, 0), "9600 8N2")
    await one._file.written()
    record = load(path)
    assert record is not None
    assert record.at == ScanPlace(1, 0)


async def test_nothing_is_scanned_without_a_record() -> None:
    async with tcp_units([product(3, "xy_md02")]) as (host, port):
        one = session(Path("/proc/scan.json"), ScanTarget(None, host, port))
        with pytest.raises(RecordError, match="name another file with --state"):
            await one.run(TERMS, asyncio.Event())
    assert one.record.found == []


def test_only_devices_that_were_asked_are_missing(tmp_path: Path) -> None:
    site = SiteLine((SiteDevice("near", 3, "xy_md02"), SiteDevice("far", 99, "xy_md02")))
    asked = session(tmp_path / "scan.json", wish=ScanWish(full=False, units=[1, 2, 3]), site=site)
    assert [one.sentence.en for one in asked.missing] == ["near (3) did not respond"]


def test_further_settings_are_recorded_with_the_device(tmp_path: Path) -> None:
    one = session(tmp_path / "scan.json")
    one.found(Found(unit=3, settings="9600 8N1"))
    one.also_at(3, "9600 8N2")
    one.also_at(3, "9600 8N2")
    assert one.record.found[0].also_at == ["9600 8N2"]


def test_the_line_of_the_site_file_gives_settings_direction_and_addresses(tmp_path: Path) -> None:
    devices = [DeviceSettings(id="a", profile="eastron_sdm120", unit=77)]
    line = LineSettings(id="l", serial="/dev/ttyUSB0", baud=4800, parity="E", rs485=Rs485Settings(), devices=devices)
    site = site_line(line, {"eastron_sdm120": LIBRARY.get("eastron_sdm120")})
    assert site.settings is not None
    assert site.settings.direction is not None
    first = session(tmp_path / "scan.json", site=site).legs[0]
    assert first.settings is not None
    assert settings_text(first.settings) == "4800 8E1"
    assert 77 in first.units
    assert site_line(None, {}) == SiteLine()
    tcp = msgspec.structs.replace(line, serial=None, tcp="192.0.2.1:502")
    assert site_line(tcp, {"eastron_sdm120": LIBRARY.get("eastron_sdm120")}).settings is None
