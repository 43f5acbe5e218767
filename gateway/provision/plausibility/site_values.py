"""Judges the newest values of all devices of a gateway against each other. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.provision.diagnosis.cause import Cause, ranked
from gateway.provision.diagnosis.mains import judge_mains
from gateway.provision.diagnosis.meter_values import meter_values
from gateway.provision.diagnosis.transformers import judge_transformers
from gateway.provision.plausibility.latest_values import DeviceReading, together
from gateway.provision.plausibility.panel import LAMP, is_meter, judge_lamps, judge_phases, judge_voltages
from gateway.provision.plausibility.sensors import judge_sensors

PHASE_TAG = "phase"
"""The tag of a device that says on which phase it is: L1, L2 or L3."""

_PHASE = re.compile(r"(?:^|[-_])l([123])\Z", re.IGNORECASE)


def judge_readings(lines: Sequence[LineSettings], readings: Iterable[DeviceReading]) -> list[Cause]:
    """Return what does not fit in the newest values: of each meter alone, and of several devices together."""
    found = list(readings)
    devices = {device.id: device for line in lines for device in line.devices}
    causes = [one for reading in found if is_meter(reading) for one in _of_meter(reading)]
    return ranked([*causes, *_of_assets(devices, found)])


def judge_together(lines: Sequence[LineSettings], readings: Iterable[DeviceReading]) -> list[Cause]:
    """Return what does not fit between several devices."""
    return ranked(_of_assets({device.id: device for line in lines for device in line.devices}, list(readings)))


def phase_of(device: DeviceSettings) -> int | None:
    """Return the phase that a device is said to be on, by its tag `phase` or the end of its name or asset; None if nothing says."""
    for text in (device.tags.get(PHASE_TAG, ""), device.id, device.asset or ""):
        found = _PHASE.search(text)
        if found is not None:
            return int(found[1])
    return None


def _of_meter(reading: DeviceReading) -> list[Cause]:
    values = meter_values(reading.fields)
    return [*judge_mains(values, reading.device), *judge_transformers(values, reading.device)]


def _of_assets(devices: Mapping[str, DeviceSettings], readings: Sequence[DeviceReading]) -> Iterator[Cause]:
    by_asset: defaultdict[str, list[DeviceReading]] = defaultdict(list)
    for one in readings:
        by_asset[one.asset].append(one)
    phases = {name: phase for name, device in devices.items() if (phase := phase_of(device)) is not None}
    lamps = _lamps_of_panels(devices, readings)
    for asset, all_ in by_asset.items():
        own = together(all_)
        meters = [one for one in own if is_meter(one)]
        yield from judge_voltages(meters, asset)
        yield from judge_phases(meters, phases, asset)
        yield from judge_sensors(own, asset)
        if meters and asset in lamps:
            yield from judge_lamps(meters, [one for one in together([*meters, *lamps[asset]]) if one.measurement == LAMP], asset)


def _lamps_of_panels(devices: Mapping[str, DeviceSettings], readings: Sequence[DeviceReading]) -> dict[str, list[DeviceReading]]:
    """Return the lamps behind each panel, as `powered_by` says; a gateway with one panel alone also has all others there."""
    panels = list(dict.fromkeys(one.asset for one in readings if is_meter(one)))
    found: dict[str, list[DeviceReading]] = {panel: [] for panel in panels}
    for one in readings:
        if one.measurement != LAMP:
            continue
        supply = devices[one.device].powered_by if one.device in devices else None
        feeder = devices.get(supply.device) if supply is not None else None
        if feeder is not None and feeder.asset in found:
            found[feeder.asset].append(one)
        elif feeder is None and len(panels) == 1:
            found[panels[0]].append(one)
    return found
