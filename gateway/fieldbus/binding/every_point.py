"""A device bound to every point of its profile: one stream for the whole device, and one for each channel. Pure.

The fields have the names and units of the points; none is canonical.
"""

from collections.abc import Collection

from gateway.fieldbus.binding.binder import groups_of, own_slot
from gateway.fieldbus.binding.bound_device import BoundDevice, BoundStream, Slot
from gateway.model.profile import Point, Profile, is_channelled
from gateway.model.stream import Stream

MEASUREMENT = "points"


def repeats(profile: Profile, point: Point) -> int:
    """Return how many times a device has a point."""
    return (point.repeats or profile.channels or 1) if is_channelled(profile, point) else 1


def channel_count(profile: Profile) -> int:
    """Return how many channels a device has: as many as its most repeated point."""
    return max((repeats(profile, point) for point in profile.points if is_channelled(profile, point)), default=0)


def readable(point: Point) -> bool:
    """Return whether a point can be read."""
    return point.write is None or not point.write.only


def bind_every_point(
    profile: Profile, unit: int | None = None, channels: Collection[int] | None = None, device: str = "device"
) -> BoundDevice:
    """Bind a device to all readable points of its profile, on the given channels (None: on all)."""
    slots: list[Slot] = []
    streams = []
    wanted = range(channel_count(profile)) if channels is None else sorted(channels)
    for channel in (None, *wanted):
        first = len(slots)
        slots.extend(
            own_slot(point, channel or 0)
            for point in profile.points
            if readable(point) and is_channelled(profile, point) is (channel is not None) and (channel or 0) < repeats(profile, point)
        )
        if len(slots) > first:
            tags = {} if channel is None else {"channel": str(channel)}
            fields = tuple(slot.field for slot in slots[first:])
            stream = Stream(device, device, profile.profile, MEASUREMENT, fields, profile.every, tags)
            streams.append(BoundStream(stream, first, len(slots)))
    default_unit = profile.modbus.unit if profile.modbus else None
    return BoundDevice(
        device, unit if unit is not None else default_unit or 0, profile, tuple(slots), tuple(streams), groups_of(streams),
        points={point.name: point for point in profile.points},
    )  # fmt: skip
