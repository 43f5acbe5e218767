"""What a report reads: site file, journal, machine."""

import hashlib
from pathlib import Path

import pytest

from gateway.fieldbus.derive.processor import ProcessorState
from gateway.host import clock
from gateway.host.device_state import DEVICE_STATES, DeviceState
from gateway.host.threads import OneThread
from gateway.journal import inspect
from gateway.journal.entries import JournalLimits
from gateway.journal.journal import Journal
from gateway.model.quality import Quality
from gateway.model.reading import Reading
from gateway.model.stream import Stream, canonical_fields
from gateway.provision.report.facts import LiveFacts
from gateway.provision.report.kept import kept_reports
from gateway.provision.report.making import latest_values, make_report
from gateway.provision.report.signed import read_report
from tests.journal.journals import recorder_of
from tests.provision.report.test_facts import _SITE, site

METER = Stream(
    "qe-1", "meter", "carlo_gavazzi_em340", "lighting_meter", canonical_fields("lighting_meter", "voltage_l1", "active_energy"), 1.0
)
OWN = Stream("gw-1", "meter", "carlo_gavazzi_em340", "gateway", canonical_fields("gateway", "uptime"), 60.0)
NOTHING = LiveFacts(True, None, frozenset(), {})


async def filled(folder: Path, *readings: Reading) -> Path:
    """Write readings to the journal of a folder."""
    thread = OneThread("journal")
    journal = Journal(folder / "journal.sqlite", JournalLimits(1 << 30, 1e9, 1e9), clock.now_ms)
    recorder, write = recorder_of(journal, thread, METER, OWN)
    write(readings)
    await recorder.flush()
    journal.close()
    thread.close()
    return folder / "journal.sqlite"


async def test_the_newest_values_are_those_of_the_devices_and_not_of_the_system(tmp_path: Path) -> None:
    bad = {1: int(Quality.BadOutOfRange)}
    journal = await filled(
        tmp_path, Reading(0, 1_000_000, [229.0, 5.0], {}), Reading(0, 3_000_000, [230.0, None], bad), Reading(1, 3_000_000, [9], {})
    )
    found = latest_values(inspect.rows(journal))
    assert list(found) == ["meter"]
    voltage, energy = found["meter"]
    assert (voltage.field, voltage.value, voltage.unit, voltage.quality, voltage.time) == (
        "voltage_l1",
        230.0,
        "V",
        None,
        "1970-01-01T00:50:00Z",
    )
    assert (energy.field, energy.value, energy.quality) == ("active_energy", None, "BadOutOfRange")


async def test_it_has_the_hash_of_the_site_file_what_waits_and_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edge = site(tmp_path)
    edge = edge._replace(journal=type(edge.journal)(path=str(tmp_path / "journal.sqlite")), state=tmp_path / "state")
    await filled(tmp_path, Reading(0, clock.now_ms() - 1000, [229.0, 5.0], {}))
    monkeypatch.setattr(clock, "is_synchronised", lambda: True)
    content, path = make_report(tmp_path / "site.yaml", edge, NOTHING, "installer")
    made = read_report(content)
    assert made.configuration == hashlib.sha256(_SITE.encode()).hexdigest()
    assert (made.uplink.waiting, made.machine.synchronised, made.lines[0].devices[0].values[0].value) == (1, True, 229.0)
    assert kept_reports(tmp_path / "state") == [path]
    assert path.read_bytes() == content


def test_without_a_journal_there_are_no_values(tmp_path: Path) -> None:
    edge = site(tmp_path)
    edge = edge._replace(journal=type(edge.journal)(path=str(tmp_path / "missing.sqlite")), state=tmp_path)
    made = read_report(make_report(tmp_path / "site.yaml", edge, None, "installer")[0])
    assert (made.verdict, made.uplink.waiting, made.lines[0].devices[0].values) == ("red", 0, [])


def test_the_alarms_that_the_gateway_has_stored_are_active(tmp_path: Path) -> None:
    states = DeviceState(tmp_path / "state" / DEVICE_STATES, ProcessorState, "processor state")
    states.keep("meter", ProcessorState(active=["qe-1/wrong_device"]))
    states.flush()
    edge = site(tmp_path)._replace(state=tmp_path / "state")
    content, _ = make_report(tmp_path / "site.yaml", edge, NOTHING, "installer")
    assert [one.alarm for one in read_report(content).alarms] == ["wrong_device"]
    content, _ = make_report(tmp_path / "site.yaml", edge, None, "installer")
    assert read_report(content).alarms == []
