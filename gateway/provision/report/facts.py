"""What a report is made of, and the report that follows from it. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple

from gateway.config.site_file import EdgeSite
from gateway.fieldbus.derive.recognition import WRONG_DEVICE
from gateway.model.batch import Value
from gateway.model.instants import iso_utc, ms_of_iso
from gateway.model.messages import (
    InstallationReport,
    ReportedAlarm,
    ReportedDevice,
    ReportedFinding,
    ReportedLine,
    ReportedMachine,
    ReportedPhoto,
    ReportedUplink,
    ReportedValue,
)
from gateway.model.site.assets import AssetSettings
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.provision.diagnosis.cause import Cause
from gateway.provision.plausibility.latest_values import DeviceReading
from gateway.provision.plausibility.site_values import judge_readings
from gateway.provision.report.verdict import reasons_of

VERSION = 1

DEFAULT_ROLE = "installer"


class DeviceFacts(NamedTuple):
    """How a device responds, since the gateway was started; `share` is its part of the line's time, in percent."""

    state: Literal["answers", "silent", "off", "not yet heard", "unknown"] = "unknown"
    requests: int = 0
    answers: int = 0
    round_trip_p95_ms: float | None = None
    share: float = 0.0


class LiveFacts(NamedTuple):
    """What a running gateway says: whether it is connected, who else uses its name, lines that fail, and its devices by name."""

    connected: bool
    cloned_by: str | None
    failing_lines: frozenset[str]
    devices: Mapping[str, DeviceFacts]


class ReportFacts(NamedTuple):
    """Everything that a report is made of; `running` is None if the gateway does not run.

    `values` are by device, and so are the active `alarms`, each as asset and name: `qe-041/on_battery`.
    """

    site: EdgeSite
    configuration: str
    machine: ReportedMachine
    running: LiveFacts | None
    waiting: int
    values: Mapping[str, Sequence[ReportedValue]]
    alarms: Mapping[str, Sequence[str]] = MappingProxyType({})


def report_of(facts: ReportFacts, role: str, now_ms: int, photo: ReportedPhoto | None = None) -> InstallationReport:
    """Return the report."""
    devices = {} if facts.running is None else facts.running.devices
    lines = [_line(line, facts, devices) for line in facts.site.lines]
    made = InstallationReport(
        VERSION, *facts.site.id, iso_utc(now_ms), role, "green", facts.machine, facts.configuration,
        ReportedUplink(facts.running is not None and facts.running.connected, facts.waiting), lines,
    )  # fmt: skip
    running = facts.running
    made.photo = photo
    made.alarms = list(_alarms(facts))
    made.findings = [_finding(one) for one in judge_readings(facts.site.lines, readings_of(facts.values))]
    made.reasons = list(
        reasons_of(made, running is not None, running.cloned_by if running else None, running.failing_lines if running else frozenset())
    )
    made.verdict = "red" if made.reasons else "green"
    return made


def readings_of(values: Mapping[str, Sequence[ReportedValue]]) -> list[DeviceReading]:
    """Return the good values of devices as readings that can be judged."""
    fields: defaultdict[tuple[str, str, str], dict[str, Value]] = defaultdict(dict)
    times: dict[tuple[str, str, str], int] = {}
    for device, all_ in values.items():
        for one in all_:
            if one.value is not None and (one.quality is None or not one.quality.startswith("Bad")):
                key = (device, one.asset, one.measurement)
                fields[key][one.field] = one.value
                times[key] = ms_of_iso(one.time)
    return [DeviceReading(*key, times[key], found) for key, found in fields.items()]


def _alarms(facts: ReportFacts) -> Iterator[ReportedAlarm]:
    for line in facts.site.lines:
        for device in line.devices:
            texts = {rule.alarm: (rule.en, rule.it) for rule in facts.site.profiles[device.profile].alarms}
            for active in facts.alarms.get(device.id, ()):
                asset, _, alarm = active.rpartition("/")
                yield ReportedAlarm(device.id, asset, alarm, *texts.get(alarm, _OTHER_ALARMS.get(alarm, (alarm, alarm))))


_OTHER_ALARMS = {
    WRONG_DEVICE: ("does not look like the configured product", "non sembra il prodotto configurato"),
}
"""What alarms say that no profile declares."""


def _finding(one: Cause) -> ReportedFinding:
    return ReportedFinding(one.where, one.kind.value, one.certainty, one.sentence.en, one.sentence.it, one.todo.en, one.todo.it)


def _line(line: LineSettings, facts: ReportFacts, devices: Mapping[str, DeviceFacts]) -> ReportedLine:
    works = facts.running is not None and line.id not in facts.running.failing_lines
    responding = devices if works else {}
    found = [_device(one, facts, responding.get(one.id, DeviceFacts())) for one in line.devices]
    load = sum(devices[one.id].share for one in line.devices if one.id in devices)
    return ReportedLine(line.id, line.serial or line.tcp or line.rtu_over_tcp or "", round(load, 1), found)


def _device(device: DeviceSettings, facts: ReportFacts, found: DeviceFacts) -> ReportedDevice:
    profile = facts.site.profiles[device.profile]
    place = next(_places(device, facts.site.assets), AssetSettings())
    return ReportedDevice(
        device.id, device.profile, f"{profile.vendor} {profile.model}", found.state,
        {asset: (facts.site.assets[asset].name or asset) if asset in facts.site.assets else asset for asset in _assets(device)},
        device.unit, place.lat, place.lon, found.requests, found.answers, found.round_trip_p95_ms,
        list(facts.values.get(device.id, ())),
    )  # fmt: skip


def _assets(device: DeviceSettings) -> list[str]:
    return [*([device.asset] if device.asset is not None else []), *device.channels.values()]


def _places(device: DeviceSettings, assets: Mapping[str, AssetSettings]) -> Iterator[AssetSettings]:
    """Yield the assets of a device that have a position."""
    return (assets[one] for one in _assets(device) if one in assets and assets[one].lat is not None)
