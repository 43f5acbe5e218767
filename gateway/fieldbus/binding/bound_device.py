"""A device of the site bound to its profile: its streams, and which point of which channel feeds which field."""

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from gateway.model.profile import AlarmRule, Derived, Point, Profile
from gateway.model.site import SupplySettings
from gateway.model.stream import Stream, StreamField


class Slot(NamedTuple):
    """One value of a device: the point (with the site's overrides) on a channel, and the field that it fills.

    `factor` turns the point's unit into the field's. Where the field has a scale, the raw integer travels as it is.
    """

    point: Point
    channel: int
    field: StreamField
    factor: Fraction


class Derivation(NamedTuple):
    """How a field is computed, and of which values of its stream's slots (by their place in it)."""

    derived: Derived
    inputs: tuple[int, ...]
    limit: float | None


class WatchedAlarm(NamedTuple):
    """An alarm, and the place of its point's value among its stream's slots."""

    alarm: AlarmRule
    place: int


class Gate(NamedTuple):
    """The values of a point of the mode under which a stream holds, and the place of its value among the stream's slots."""

    place: int
    allowed: frozenset[int | str]


class StreamRules(NamedTuple):
    """What is made of a stream's slots before its readings go on: the first `shown` are its fields as they are."""

    shown: int
    derived: tuple[Derivation, ...] = ()
    gates: tuple[Gate, ...] = ()
    alarms: tuple[WatchedAlarm, ...] = ()


class BoundStream(NamedTuple):
    """One stream, and the range of the device's slots that are its fields, in order; `refining` where it is more than that."""

    stream: Stream
    first: int
    last: int
    refining: StreamRules | None = None


class StreamGroup(NamedTuple):
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
    groups: tuple[StreamGroup, ...]
    powered_by: SupplySettings | None = None

    @property
    def all_streams(self) -> tuple[int, ...]:
        """The positions of all its streams."""
        return tuple(range(len(self.streams)))

    def slots_of(self, streams: Iterable[int]) -> list[int]:
        """Give the positions of the slots that feed some of its streams."""
        return [slot for number in streams for slot in range(self.streams[number].first, self.streams[number].last)]
