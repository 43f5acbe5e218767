"""Gathers what a report needs from site file, journal and machine, and makes the report."""

import hashlib
import platform
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from gateway import __version__
from gateway.config.site_file import EdgeSite
from gateway.fieldbus.derive.processor import ProcessorState
from gateway.host import clock
from gateway.host.device_state import DEVICE_STATES, DeviceState
from gateway.host.machine import hardware_number, host_name
from gateway.journal import inspect
from gateway.journal.inspect import JournalRow
from gateway.model.canonical import INTERNAL
from gateway.model.instants import iso_utc
from gateway.model.messages import ReportedMachine, ReportedPhoto, ReportedValue
from gateway.model.quality import name_of
from gateway.model.stream import value_in_unit
from gateway.provision.report.facts import LiveFacts, ReportFacts, report_of
from gateway.provision.report.kept import keep_report
from gateway.provision.report.signed import sign
from gateway.trust.identity import IDENTITY

RECENT_MS = 30 * 60_000
"""How old the values in a report may be."""

_LEFT_OUT = (INTERNAL | {"event"}) - {"device"}
"""What is of the system itself; `device` has serial numbers and versions."""


def make_report(site: Path, edge: EdgeSite, running: LiveFacts | None, role: str, photo: ReportedPhoto | None = None) -> tuple[bytes, Path]:
    """Make a report, with a photo that is kept, sign it if the gateway has an identity, and keep it. Return its file's content and path.

    Raises:
        OSError: A file can't be read or written.
        ReportError: The identity can't be used.
        OpensslError: openssl failed.
    """
    now_ms = clock.now_ms()
    waiting, values = _from_journal(Path(edge.journal.path), now_ms - RECENT_MS)
    machine = ReportedMachine(
        host_name(), __version__, platform.python_version(), _system(), clock.is_synchronised(), hardware_number()
    )  # fmt: skip
    alarms = _active_alarms(edge) if running is not None else {}
    facts = ReportFacts(edge, hashlib.sha256(site.read_bytes()).hexdigest(), machine, running, waiting, values, alarms)
    report = report_of(facts, role, now_ms, photo)
    content = sign(report, _identity(edge))
    return content, keep_report(edge.state, content, report.made)


def _active_alarms(edge: EdgeSite) -> dict[str, list[str]]:
    """Return the active alarms of each device, as the gateway has stored them to go on with after a restart."""
    states = DeviceState(edge.state / DEVICE_STATES, ProcessorState, "processor state")
    known = ((device.id, states.recall(device.id)) for line in edge.lines for device in line.devices)
    return {device: state.active for device, state in known if state is not None}


def _identity(edge: EdgeSite) -> Path | None:
    cert = edge.uplink.tls.cert
    return Path(cert) if cert is not None and Path(cert).name == IDENTITY and cert == edge.uplink.tls.key else None


def _system() -> str:
    try:
        name = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        name = ""
    return f"{name or platform.system()}, {platform.machine()}"


def _from_journal(journal: Path, since_ms: int) -> tuple[int, dict[str, list[ReportedValue]]]:
    """Return how many readings wait, and the newest values of each device; nothing if there is no journal that can be read."""
    try:
        return inspect.stats(journal).waiting.readings, latest_values(inspect.rows(journal, since_ms))
    except (OSError, sqlite3.Error):
        return 0, {}


def latest_values(rows: Iterable[JournalRow]) -> dict[str, list[ReportedValue]]:
    """Return the newest values of each device, of every asset and measurement."""
    newest: dict[tuple[str, str, str], JournalRow] = {}
    for one in rows:
        stream = one.stream
        key = (stream.device, stream.asset, stream.measurement)
        if stream.measurement not in _LEFT_OUT and (key not in newest or newest[key].t_ms <= one.t_ms):
            newest[key] = one
    found: defaultdict[str, list[ReportedValue]] = defaultdict(list)
    for (device, asset, measurement), one in sorted(newest.items(), key=lambda item: item[0]):
        found[device] += _values(asset, measurement, one)
    return dict(found)


def _values(asset: str, measurement: str, one: JournalRow) -> list[ReportedValue]:
    time, quality = iso_utc(one.t_ms, "seconds"), one.row.quality or {}
    return [
        ReportedValue(
            asset,
            measurement,
            field.name,
            time,
            value_in_unit(raw, field.converter()),
            field.unit,
            name_of(quality[place]) if place in quality else None,
        )
        for place, (raw, field) in enumerate(zip(one.row.values, one.stream.fields, strict=True))
        if raw is not None or place in quality
    ]
