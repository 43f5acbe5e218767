"""A device bound to every point of its profile: one stream for what is the whole device's, and one a channel.

Its fields are named as the points are, in the points' own units; nothing of it is canonical.
"""

from collections.abc import Collection

from gateway.fieldbus.binding.binder import groups_of, own_slot
from gateway.fieldbus.binding.bound_device import BoundDevice, BoundStream, Slot
from gateway.model.profile import Point, Profile, is_channelled
from gateway.model.stream import Stream

MEASUREMENT = "points"


def repeats(profile: Profile, point: Point) -> int:
    """Give how many times a point stands in a device."""
    return (point.repeats or profile.channels or 1) if is_channelled(profile, point) else 1


def channel_count(profile: Profile) -> int:
    """Give how many channels a device has: some of its points may be repeated more often than the others."""
    return max((repeats(profile, point) for point in profile.points if is_channelled(profile, point)), default=0)


def readable(point: Point) -> bool:
    """Tell whether a point can be read."""
    return point.write is None or not point.write.only


def bind_every_point(
    profile: Profile, unit: int | None = None, channels: Collection[int] | None = None, device: str = "device"
) -> BoundDevice:
    """Bind a device of a profile to all that can be read of it, on some of its channels (all, where none are named)."""
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
    return BoundDevice(device, unit if unit is not None else default_unit or 0, profile, tuple(slots), tuple(streams), groups_of(streams))
