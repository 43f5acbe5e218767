"""Binds the devices of a site to their profiles. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import msgspec

from gateway.fieldbus.binding.bound_device import (
    BoundDevice,
    BoundStream,
    Derivation,
    Gate,
    Slot,
    StreamGroup,
    StreamRules,
    WatchedAlarm,
    WatchedIdentity,
)
from gateway.fieldbus.binding.physical_limits import PhysicalLimits, physical_limits
from gateway.model.canonical import MEASUREMENTS, Field, FieldKind, FieldType
from gateway.model.profile import (
    DATETIMES,
    SIZE_BYTES,
    STRINGS,
    AlarmRule,
    Derived,
    Measurement,
    Point,
    Profile,
    expected_within_of,
    filled_tags,
    is_channelled,
    sources_of,
)
from gateway.model.site.assets import AssetSettings
from gateway.model.site.lines import DeviceSettings, OverrideSettings
from gateway.model.stream import Stream, StreamField, canonical_fields
from gateway.model.units import factor

_FLOAT32_DIGITS = 7


def bind(device: DeviceSettings, profile: Profile, assets: dict[str, AssetSettings]) -> BoundDevice:
    """Bind one device of a loaded site to its profile."""
    return Binder(assets).bind(device, profile)


class _Part(NamedTuple):
    """One stream that similar devices share: its measurement, channel and fields, and the range of its slots."""

    measurement: Measurement
    channel: int
    fields: tuple[StreamField, ...]
    first: int
    last: int
    rules: StreamRules | None


class _Shape(NamedTuple):
    """What similar devices share: their points with the site's overrides, slots and streams."""

    points: Mapping[str, Point]
    slots: tuple[Slot, ...]
    streams: tuple[_Part, ...]


_SHAPES_SHARED = 100
"""A site has a few dozen kinds of devices. One in which no device is like another must not fill the memory."""


class Binder:
    """Binds the devices of a site. Devices of one product with the same settings share their slots, and so their compiled reads."""

    def __init__(self, assets: Mapping[str, AssetSettings]) -> None:
        self._assets = assets
        self._shapes: dict[bytes, _Shape] = {}

    def bind(self, device: DeviceSettings, profile: Profile) -> BoundDevice:
        """Bind a device of a loaded site to its profile; streams are in the order of the profile and its channels."""
        key = msgspec.json.encode(
            [profile.profile, sorted(device.channels), device.overrides, device.ratio, device.reversed], order="deterministic"
        )
        shape = self._shapes.get(key)
        if shape is None:
            if len(self._shapes) >= _SHAPES_SHARED:
                self._shapes.clear()
            shape = self._shapes[key] = _Shaper(device, profile).shape()
        streams = []
        for measurement, channel, fields, first, last, rules in shape.streams:
            asset = device.channels.get(channel, device.asset or device.id)
            every_s = next(every for every in (measurement.every, device.every, profile.every) if every is not None)
            place = self._assets[asset].place() if asset in self._assets else None
            tags = _tags(measurement, device, channel)
            stream = Stream(asset, device.id, profile.profile, measurement.measurement, fields, every_s, tags, place)
            streams.append(BoundStream(stream, first, last, rules))
        default_unit = profile.modbus.unit if profile.modbus else None
        unit = device.unit if device.unit is not None else default_unit or 0
        bound = tuple(streams)
        expected_s = device.expected_within if device.expected_within is not None else expected_within_of(profile)
        return BoundDevice(device.id, unit, profile, shape.slots, bound, groups_of(bound), device.powered_by, shape.points, expected_s)


_WHOLE = -1
"""The channel of streams of the whole device."""

EVENT_FIELDS = canonical_fields("event")

IDENTITY_TAGS = {"source": "identity"}
"""The tags of the events that say whether a device is the product of its profile. They are a series of their own beside its alarms."""

_IDENTITY_EVERY_S = (60.0, 900.0)


def _tags(measurement: Measurement, device: DeviceSettings, channel: int) -> dict[str, str]:
    """Return the tags of a stream: those of the profile, the device and the mounting of its channel."""
    meter = {"meter": device.meter} if device.meter is not None else {}
    return filled_tags(measurement, channel) | meter | device.tags | device.mounting.get(channel, {})


class _Shaper:
    """Builds the slots and streams of one device."""

    def __init__(self, device: DeviceSettings, profile: Profile) -> None:
        self._device, self._profile = device, profile
        self._points = {point.name: _overridden(point, device.overrides.get(point.name)) for point in profile.points}
        self._derived = {derived.name: derived for derived in profile.derived}
        self._slots: list[Slot] = []

    def shape(self) -> _Shape:
        """Build them in the order of the profile and its channels; alarms come last."""
        parts = []
        for measurement in self._profile.measurements:
            for channel in self._channels(sources_of(self._profile, measurement)):
                parts.append(self._part(measurement, channel))  # noqa: PERF401 — each call adds to the slots
        for by_channel in (False, True):
            alarms = [one for one in self._profile.alarms if is_channelled(self._profile, self._points[one.point]) is by_channel]
            if alarms:
                parts.extend(self._alarms(alarms, channel) for channel in self._channels([alarms[0].point]))
        identity = self._identity()
        if identity is not None:
            parts.append(identity)
        return _Shape(self._points, tuple(self._slots), tuple(parts))

    def _channels(self, sources: Iterable[str]) -> list[int]:
        by_channel = any(is_channelled(self._profile, self._points[source]) for source in sources)
        return sorted(self._device.channels) if by_channel else [_WHOLE]

    def _part(self, measurement: Measurement, channel: int) -> _Part:
        first = len(self._slots)
        canonical = MEASUREMENTS[measurement.measurement]
        plain = {name: self._points[source] for name, source in measurement.fields.items() if source in self._points}
        for name, point in plain.items():
            self._slots.append(self._slot(canonical[name], point, channel))
        for name in [name for name in plain if name in _REGISTERS and self._ratio(canonical[name]) != 1]:
            self._slots.append(_slot(canonical[_REGISTERS[name]], _limited(plain[name], canonical[name]), max(channel, 0), Fraction(1)))
        fields = [slot.field for slot in self._slots[first:]]
        shown = len(fields)
        derived = []
        for name, source in measurement.fields.items():
            if source in self._derived:
                derived.append(self._derivation(self._derived[source], canonical[name], channel, first))
                fields.append(StreamField(name, canonical[name].type, canonical[name].unit))
        gates = [Gate(self._own(name, channel, first), frozenset(allowed)) for name, allowed in measurement.when.items()]
        rules = StreamRules(shown, tuple(derived), tuple(gates)) if derived or gates else None
        return _Part(measurement, channel, tuple(fields), first, len(self._slots), rules)

    def _derivation(self, derived: Derived, canonical: Field, channel: int, first: int) -> Derivation:
        """Add the slots of a computed field's inputs: in the field's unit, or in their own if they are compared with a limit."""
        places = []
        for name in derived.inputs:
            if derived.below is not None:
                places.append(self._own(name, channel, first))
            else:
                self._slots.append(self._slot(canonical, self._points[name], channel))
                places.append(len(self._slots) - 1 - first)
        override = self._device.overrides.get(derived.name)
        limit = override.limit if override is not None and override.limit is not None else derived.limit
        return Derivation(derived, tuple(places), None if limit is None else float(limit))

    def _alarms(self, alarms: Sequence[AlarmRule], channel: int) -> _Part:
        first = len(self._slots)
        watched = tuple(WatchedAlarm(alarm, self._own(alarm.point, channel, first)) for alarm in alarms)
        measurement = Measurement(measurement="event", fields={})
        return _Part(measurement, channel, EVENT_FIELDS, first, len(self._slots), StreamRules(0, alarms=watched))

    def _identity(self) -> _Part | None:
        """Return the stream that is read only to recognise the product; None if the profile has no code that identifies it.

        A measured value is no such code: it says nothing while the lamps have no power.
        """
        first = len(self._slots)
        known = [one for one in self._profile.identify if one.point is not None and self._points[one.point].unit is None]
        if not known:
            return None
        watched = tuple(WatchedIdentity(one, self._own(one.point or "", _WHOLE, first)) for one in known)
        measurement = Measurement(measurement="event", every=self._identity_every_s(), tags=IDENTITY_TAGS, fields={})
        return _Part(measurement, _WHOLE, EVENT_FIELDS, first, len(self._slots), StreamRules(0, identities=watched))

    def _identity_every_s(self) -> float:
        """Return how often to read identifying codes: together with something that is read seldom, if there is anything."""
        low_s, high_s = _IDENTITY_EVERY_S
        own_s = [one.every or self._device.every or self._profile.every for one in self._profile.measurements]
        return min((one for one in own_s if low_s <= one <= high_s), default=low_s)

    def _own(self, name: str, channel: int, first: int) -> int:
        """Add a slot for a point in its own unit; return its place in the stream that begins at slot `first`."""
        point = self._points[name]
        self._slots.append(own_slot(point, max(channel, 0) if is_channelled(self._profile, point) else 0))
        return len(self._slots) - 1 - first

    def _slot(self, canonical: Field, point: Point, channel: int) -> Slot:
        return _slot(canonical, _limited(point, canonical), max(channel, 0), self._ratio(canonical))

    def _ratio(self, canonical: Field) -> Fraction:
        """Return the factor that the site's transformers and their direction apply to a field."""
        ratio = self._device.ratio
        current, voltage = Fraction(ratio.current), Fraction(ratio.voltage)
        signed = canonical.unit in _SIGNED_UNITS or canonical.name.startswith("power_factor")
        sign = -1 if self._device.reversed and signed else 1
        transformed = current * voltage if canonical.unit in _POWER_UNITS else Fraction(1)
        return sign * {"A": current, "V": voltage}.get(canonical.unit or "", transformed)


_REGISTERS = {"active_energy": "active_energy_register", "reactive_energy": "reactive_energy_register"}
"""The field for a meter's own register if the site's transformers change the value."""

_POWER_UNITS = frozenset({"W", "V.A", "V.A{reactive}", "W.h", "V.A.h{reactive}"})
_SIGNED_UNITS = frozenset({"W", "V.A{reactive}"})


def groups_of(streams: Iterable[BoundStream]) -> tuple[StreamGroup, ...]:
    """Group streams by interval, the most frequent first; those without an interval come last."""
    found: dict[float, list[int]] = {}
    for number, bound in enumerate(streams):
        found.setdefault(bound.stream.every_s, []).append(number)
    return tuple(StreamGroup(every_s, tuple(found[every_s])) for every_s in sorted(found, key=lambda every_s: (every_s == 0, every_s)))


def _overridden(point: Point, override: OverrideSettings | None) -> Point:
    if override is None:
        return point
    given = {key: value for key in ("scale", "offset", "min", "max") if (value := getattr(override, key)) is not None}
    return msgspec.structs.replace(point, **given)


def _limited(point: Point, canonical: Field) -> Point:
    """Return the point within the physical limits of its field, unless the profile or the site limits it. Transformers come after it."""
    if point.min is not None or point.max is not None or point.enum is not None:
        return point
    limits = _limits_in(point.unit, canonical)
    return point if limits is None else msgspec.structs.replace(point, min=limits.low, max=limits.high)


@lru_cache(maxsize=1024)
def _limits_in(unit: str | None, canonical: Field) -> PhysicalLimits | None:
    """Return the physical limits of a field, in the unit of a point."""
    limits = physical_limits(canonical)
    if limits is None or unit is None or canonical.unit is None:
        return limits
    ratio = factor(canonical.unit, unit) or Fraction(1)
    return PhysicalLimits(*(limit * ratio.numerator / ratio.denominator for limit in limits))


def own_slot(point: Point, channel: int) -> Slot:
    """Return a slot with a point's own name and unit."""
    texts = point.enum is not None or point.type == "text" or point.type in STRINGS or point.type in DATETIMES
    type_ = FieldType.STRING if texts else FieldType.BOOL if point.type == "bool" else FieldType.FLOAT
    return _slot(Field("", point.name, FieldKind.GAUGE, type_, point.unit, ""), point, channel, Fraction(1))


def _slot(canonical: Field, point: Point, channel: int, transformed: Fraction) -> Slot:
    ratio = transformed
    if point.unit is not None and canonical.unit is not None:
        ratio *= factor(point.unit, canonical.unit) or 1
    scale = Fraction(point.scale if point.scale is not None else 1) * ratio
    stays_raw = point.type in SIZE_BYTES and point.enum is None and point.offset is None and canonical.type is not FieldType.STRING
    written = str(scale) if stays_raw and scale != 1 else None
    digits = _FLOAT32_DIGITS if point.type == "float32" and canonical.type is FieldType.FLOAT else None
    return Slot(point, channel, StreamField(canonical.name, canonical.type, canonical.unit, written, digits, point.wraps_at), ratio)
