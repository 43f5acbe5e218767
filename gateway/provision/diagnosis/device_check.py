"""Checks a device that responds: whether it is the product, and whether its values fit each other. Only reads are sent."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.binding.every_point import bind_every_point
from gateway.fieldbus.derive.processor import Processor
from gateway.fieldbus.line.driver_port import Poll, read_once
from gateway.fieldbus.line_factory import lone_driver
from gateway.model.batch import Value
from gateway.model.quality import name_of
from gateway.model.reading import Reading
from gateway.model.site.lines import LineSettings
from gateway.model.stream import Stream, value_in_unit
from gateway.profile_check.live_test import needs_swapped_read, with_words_swapped
from gateway.profile_check.slot_values import SlotValues, slot_values
from gateway.provision.diagnosis.cause import Cause
from gateway.provision.diagnosis.mains import judge_mains
from gateway.provision.diagnosis.meter_values import METER, meter_values
from gateway.provision.diagnosis.product import ProductTraces, judge_product, traces_of
from gateway.provision.diagnosis.transformers import judge_transformers
from gateway.provision.findings import Identification

_PHASE_SEQUENCE = "phase_sequence"
"""The name of the point with the order of the phases, in every profile that has one."""


class CheckedValue(msgspec.Struct, frozen=True):
    """One value as it is stored: in its canonical unit."""

    asset: str
    measurement: str
    field: str
    value: Value
    unit: str | None
    quality: str


class DeviceValues(NamedTuple):
    """What was read from a device: its values as they are stored, all points, and these with their words swapped if they look so."""

    live: list[CheckedValue]
    answered: bool
    every: BoundDevice
    points: SlotValues
    swapped: SlotValues | None

    @property
    def traces(self) -> ProductTraces:
        """What the registers say about the product."""
        return traces_of(self.every, self.points, self.swapped)


async def read_device(line: LineSettings, device: BoundDevice, now_ms: Callable[[], int]) -> DeviceValues:
    """Read a device of a line that nobody else of ours uses: as it is stored, and every point of its profile.

    Raises:
        WireError: the line can't be opened, or failed.
        DriverFault: the driver failed.
    """
    poll = await _poll(line, device, now_ms)
    processor = Processor(device)
    live = checked_values(processor.streams, processor.process(poll.readings))
    every = bind_every_point(device.profile, device.unit, channels=[0])
    points = slot_values(every, (await _poll(line, every, now_ms)).readings)
    swapped = None
    if device.profile.modbus is not None and needs_swapped_read(every, points):
        swapped = slot_values(every, (await _poll(line, with_words_swapped(every), now_ms)).readings)
    return DeviceValues(live, poll.answered, every, points, swapped)


async def _poll(line: LineSettings, device: BoundDevice, now_ms: Callable[[], int]) -> Poll:
    driver = lone_driver(line, device, now_ms)
    try:
        return await read_once(driver, device)
    finally:
        driver.close()


def judge_values(values: DeviceValues, device: BoundDevice, identification: Identification | None) -> list[Cause]:
    """Return what is wrong with a device's values; those of another product are not judged as a meter's."""
    found = judge_product(values.traces, device, identification, device.id)
    if found:
        return found
    sequence = _point(values, _PHASE_SEQUENCE)
    for fields in _meters(values.live):
        meter = meter_values(fields, sequence)
        found += [*judge_mains(meter, device.id), *judge_transformers(meter, device.id)]
    return found


def _meters(live: Sequence[CheckedValue]) -> list[Mapping[str, Value]]:
    """Return the fields of each meter among the values: a device may have several, one for each asset."""
    assets = dict.fromkeys(one.asset for one in live if one.measurement == METER)
    return [
        {one.field: one.value for one in live if one.measurement == METER and one.asset == asset and not one.quality.startswith("Bad")}
        for asset in assets
    ]


def _point(values: DeviceValues, name: str) -> Value:
    found = [value for slot, value in zip(values.every.slots, values.points.values, strict=True) if slot.point.name == name]
    return found[0] if found else None


def checked_values(streams: Sequence[Stream], readings: Sequence[Reading]) -> list[CheckedValue]:
    """Return the values of readings in their canonical units."""
    found = []
    for reading in readings:
        stream = streams[reading.stream]
        for number, one in enumerate(stream.fields):
            value = value_in_unit(reading.values[number], one.converter())
            found.append(CheckedValue(stream.asset, stream.measurement, one.name, value, one.unit, name_of(reading.quality.get(number, 0))))
    return found
