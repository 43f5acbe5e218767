"""A device of the site bound to its profile: its streams, and which point of which channel feeds which field. Pure."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from gateway.model.profile import AlarmRule, Derived, Identity, Point, Profile
from gateway.model.site.lines import SupplySettings
from gateway.model.stream import Stream, StreamField


class Slot(NamedTuple):
    """One value of a device: the point (with the site's overrides), its channel, and the field that it feeds.

    `factor` converts the point's unit to the field's. If the field has a scale, readings contain the raw integer.
    """

    point: Point
    channel: int
    field: StreamField
    factor: Fraction


class Derivation(NamedTuple):
    """How a field is computed, and the places of its inputs among the stream's slots."""

    derived: Derived
    inputs: tuple[int, ...]
    limit: float | None


class WatchedAlarm(NamedTuple):
    """An alarm, and the place of its point's value among its stream's slots."""

    alarm: AlarmRule
    place: int


class WatchedIdentity(NamedTuple):
    """A code that identifies the product, and the place of its point's value among its stream's slots."""

    identity: Identity
    place: int


class Gate(NamedTuple):
    """A mode in which a stream applies: the place of its point's value among the stream's slots, and the values allowed."""

    place: int
    allowed: frozenset[int | str]


class StreamRules(NamedTuple):
    """How a stream's readings are processed; the first `shown` slots are fields as they are."""

    shown: int
    derived: tuple[Derivation, ...] = ()
    gates: tuple[Gate, ...] = ()
    alarms: tuple[WatchedAlarm, ...] = ()
    identities: tuple[WatchedIdentity, ...] = ()


class BoundStream(NamedTuple):
    """One stream and the range of the device's slots that feed it, in order; `rules` if its readings need processing."""

    stream: Stream
    first: int
    last: int
    rules: StreamRules | None = None


class StreamGroup(NamedTuple):
    """The streams of a device that are due together, at an interval in seconds (0: as often as the line allows)."""

    every_s: float
    streams: tuple[int, ...]


class BoundDevice(NamedTuple):
    """One device, ready to be read: a slot for every value, in the order of the streams' fields.

    `groups` are the streams by interval, the most frequent first; `points` the profile's points by name, with the site's overrides.
    A device that sends by itself is silent for `expected_within_s` at most, if that is known.
    """

    id: str
    unit: int
    profile: Profile
    slots: tuple[Slot, ...]
    streams: tuple[BoundStream, ...]
    groups: tuple[StreamGroup, ...]
    powered_by: SupplySettings | None = None
    points: Mapping[str, Point] = MappingProxyType({})
    expected_within_s: float | None = None

    @property
    def all_streams(self) -> tuple[int, ...]:
        """The positions of all streams."""
        return tuple(range(len(self.streams)))

    def slots_of(self, streams: Iterable[int]) -> list[int]:
        """Return the positions of the slots that feed some of the streams."""
        return [slot for number in streams for slot in range(self.streams[number].first, self.streams[number].last)]
