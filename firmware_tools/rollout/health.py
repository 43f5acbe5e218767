"""Whether a device works after an update as it did before. Pure."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from gateway.model.canonical import MEASUREMENTS, FieldKind
from gateway.model.messages import AlarmText

_LATE_READINGS, _LATE_LEAST_S = 3.0, 120.0
"""A device is silent if no reading came for so many of its intervals, and at least for so long."""

_BEYOND_SPAN, _BEYOND_VALUE = 0.5, 0.25
"""A value is plausible if it exceeds those of the days before by at most so much of their span, plus so much of the largest of them."""


class FieldName(NamedTuple):
    """A field of a device: of an asset, in a measurement."""

    asset: str
    measurement: str
    field: str

    def __str__(self) -> str:
        return f"{self.measurement}.{self.field}"

    @property
    def kind(self) -> FieldKind | None:
        """What kind of field it is; None if it is not canonical."""
        known = MEASUREMENTS.get(self.measurement, {}).get(self.field)
        return None if known is None else known.kind


class SeenDevice(NamedTuple):
    """What the centre knows of a device now.

    `values` has the fields whose quality is good, with None for those that are no numbers. `alarms` are those that are active at its assets
    and about it: kind, and since when.
    """

    t_ms: int
    every_s: float
    values: Mapping[FieldName, float | None]
    alarms: Mapping[str, int]


class HealthBefore(msgspec.Struct, frozen=True):
    """How a device was before its update.

    Attributes:
        values: Every field that it had, and its last value if that is a number.
        ranges: Between which numbers gauges were in the days before; nothing is known of those that are missing.
        alarms: The alarms that were active.
    """

    values: list[tuple[FieldName, float | None]] = []
    ranges: list[tuple[FieldName, float, float]] = []
    alarms: list[str] = []


def before(seen: SeenDevice | None, ranges: Mapping[FieldName, tuple[float, float]]) -> HealthBefore:
    """Return how a device is before its update; nothing if it has never been heard."""
    if seen is None:
        return HealthBefore()
    return HealthBefore(list(seen.values.items()), [(name, *both) for name, both in ranges.items()], sorted(seen.alarms))


def faults_of(was: HealthBefore, seen: SeenDevice | None, updated_ms: int, now_ms: int) -> list[AlarmText]:
    """Return what is wrong with a device that was updated at a time; nothing if it works."""
    if seen is None or seen.t_ms <= updated_ms:
        return [AlarmText("it has not answered since the update", "non risponde dopo l'aggiornamento")]
    silent_s = (now_ms - seen.t_ms) / 1000
    if silent_s > max(_LATE_LEAST_S, _LATE_READINGS * seen.every_s):
        return [AlarmText(f"it has been silent for {silent_s:.0f} s", f"non risponde da {silent_s:.0f} s")]
    ranges = {name: (low, high) for name, low, high in was.ranges}
    faults = [fault for name, value in was.values if (fault := _implausible(name, value, seen.values, ranges.get(name)))]
    new = [kind for kind, since_ms in seen.alarms.items() if kind not in was.alarms]
    return faults + [AlarmText(f"new alarm: {kind}", f"nuovo allarme: {kind}") for kind in sorted(new)]


def _implausible(
    name: FieldName, then: float | None, values: Mapping[FieldName, float | None], limits: tuple[float, float] | None
) -> AlarmText | None:
    if name not in values:
        return AlarmText(f"{name} is missing, which it had before the update", f"manca {name}, che prima dell'aggiornamento c'era")
    now = values[name]
    if now is None:
        return None
    if name.kind is FieldKind.COUNTER and then is not None and now < then:
        return AlarmText(f"the counter {name} fell from {then:g} to {now:g}", f"il contatore {name} è sceso da {then:g} a {now:g}")
    if name.kind is not FieldKind.GAUGE or limits is None:
        return None
    low, high = limits
    room = _BEYOND_SPAN * (high - low) + _BEYOND_VALUE * max(abs(low), abs(high))
    if math.isfinite(now) and low - room <= now <= high + room:
        return None
    return AlarmText(
        f"{name} is {now:g}; before the update it was {low:g} to {high:g}",
        f"{name} vale {now:g}; prima dell'aggiornamento era tra {low:g} e {high:g}",
    )
