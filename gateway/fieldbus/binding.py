"""A device of the site bound to its profile: its streams, and which point of which channel feeds which field."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

import msgspec

from gateway.model.canonical import MEASUREMENTS, FieldType
from gateway.model.profile import SIZE_BYTES, Measurement, Point, Profile, is_channelled
from gateway.model.site import Asset, Device, Override, Supply
from gateway.model.stream import Stream, StreamField
from gateway.model.units import factor

_FLOAT32_DIGITS = 7


class Slot(NamedTuple):
    """One value of a device: the point (with the site's overrides) on a channel, and the field that it fills.

    `factor` turns the point's unit into the field's. Where the field has a scale, the raw integer travels as it is.
    """

    point: Point
    channel: int
    field: StreamField
    factor: Fraction


class BoundStream(NamedTuple):
    """One stream, and the range of the device's slots that are its fields, in order."""

    stream: Stream
    first: int
    last: int


class Group(NamedTuple):
    """The streams of a device that are due together, every so many seconds (0: as often as the line allows)."""

    every_s: float
    streams: tuple[int, ...]


class BoundDevice(NamedTuple):
    """One device, ready to be read: every value that is wanted of it, in the order of its streams' fields.

    `groups` are its streams by how often they are due, the most frequent first.
    """

    id: str
    unit: int
    profile: Profile
    slots: tuple[Slot, ...]
    streams: tuple[BoundStream, ...]
    groups: tuple[Group, ...]
    powered_by: Supply | None = None

    @property
    def all_streams(self) -> tuple[int, ...]:
        """The positions of all its streams."""
        return tuple(range(len(self.streams)))

    def slots_of(self, streams: Iterable[int]) -> list[int]:
        """Give the positions of the slots that feed some of its streams."""
        return [slot for number in streams for slot in range(self.streams[number].first, self.streams[number].last)]


def bind(device: Device, profile: Profile, assets: dict[str, Asset]) -> BoundDevice:
    """Bind one device that a loaded site names to its profile."""
    return Binder(assets).bind(device, profile)


class _Shape(NamedTuple):
    """What all devices alike share: their slots, and the fields of each stream with its measurement, channel and range of slots."""

    slots: tuple[Slot, ...]
    streams: tuple[tuple[Measurement, int, tuple[StreamField, ...], int, int], ...]


class Binder:
    """Binds the devices of a site. Devices of one product that are used alike share their slots, and what is compiled of them."""

    def __init__(self, assets: Mapping[str, Asset]) -> None:
        self._assets = assets
        self._shapes: dict[bytes, _Shape] = {}

    def bind(self, device: Device, profile: Profile) -> BoundDevice:
        """Bind a device that a loaded site names to its profile; streams stand in the order of the profile and its channels."""
        key = msgspec.json.encode([profile.profile, sorted(device.channels), device.overrides], order="deterministic")
        shape = self._shapes.get(key)
        if shape is None:
            shape = self._shapes[key] = _shape(device, profile)
        streams = []
        for measurement, channel, fields, first, last in shape.streams:
            asset = device.channels.get(channel, device.asset or device.id)
            every_s = next(every for every in (device.every, measurement.every, profile.every) if every is not None)
            place = self._assets[asset].place() if asset in self._assets else None
            tags = measurement.tags | device.tags
            stream = Stream(asset, device.id, profile.profile, measurement.measurement, fields, every_s, tags, place)
            streams.append(BoundStream(stream, first, last))
        default_unit = profile.modbus.unit if profile.modbus else None
        unit = device.unit if device.unit is not None else default_unit or 0
        return BoundDevice(device.id, unit, profile, shape.slots, tuple(streams), groups_of(streams), device.powered_by)


_WHOLE = -1
"""The channel of what is the whole device's."""


def _shape(device: Device, profile: Profile) -> _Shape:
    points = {point.name: _overridden(point, device.overrides.get(point.name)) for point in profile.points}
    slots: list[Slot] = []
    streams = []
    for measurement in profile.measurements:
        by_channel = any(is_channelled(profile, points[source]) for source in measurement.fields.values())
        for channel in sorted(device.channels) if by_channel else [_WHOLE]:
            first = len(slots)
            slots.extend(_slot(measurement, name, points[source], max(channel, 0)) for name, source in measurement.fields.items())
            streams.append((measurement, channel, tuple(slot.field for slot in slots[first:]), first, len(slots)))
    return _Shape(tuple(slots), tuple(streams))


def groups_of(streams: Iterable[BoundStream]) -> tuple[Group, ...]:
    """Put streams that are due equally often together, the most frequent first; those without an interval come last."""
    found: dict[float, list[int]] = {}
    for number, bound in enumerate(streams):
        found.setdefault(bound.stream.every_s, []).append(number)
    return tuple(Group(every_s, tuple(found[every_s])) for every_s in sorted(found, key=lambda every_s: (every_s == 0, every_s)))


def _overridden(point: Point, override: Override | None) -> Point:
    if override is None:
        return point
    given = {key: value for key in ("scale", "offset", "min", "max") if (value := getattr(override, key)) is not None}
    return Point(**{name: getattr(point, name) for name in point.__struct_fields__} | given)


def _slot(measurement: Measurement, name: str, point: Point, channel: int) -> Slot:
    canonical = MEASUREMENTS[measurement.measurement][name]
    ratio = Fraction(1)
    if point.unit is not None and canonical.unit is not None:
        ratio = factor(point.unit, canonical.unit) or ratio
    scale = Fraction(point.scale if point.scale is not None else 1) * ratio
    raw_travels = point.type in SIZE_BYTES and point.enum is None and point.offset is None
    written = str(scale) if raw_travels and scale != 1 else None
    digits = _FLOAT32_DIGITS if point.type == "float32" and canonical.type is FieldType.FLOAT else None
    return Slot(point, channel, StreamField(name, canonical.type, canonical.unit, written, digits, point.wraps_at), ratio)
