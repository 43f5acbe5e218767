"""The values of a device's slots, in the units of its points. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.model.batch import Value
from gateway.model.quality import Quality
from gateway.model.reading import Reading
from gateway.model.stream import value_in_unit


class SlotValues(NamedTuple):
    """The values of a device's slots (in the points' units) and their quality codes."""

    values: list[Value]
    codes: list[int]


def slot_values(device: BoundDevice, readings: Sequence[Reading]) -> SlotValues:
    """Return the values of a device's slots in the points' units; slots without a reading have no data."""
    values: list[Value] = [None] * len(device.slots)
    codes = [int(Quality.BadNoData)] * len(device.slots)
    for reading in readings:
        first = device.streams[reading.stream].first
        for place, raw in enumerate(reading.values):
            values[first + place] = value_in_unit(raw, device.slots[first + place].field.converter())
            codes[first + place] = reading.quality.get(place, 0)
    return SlotValues(values, codes)
