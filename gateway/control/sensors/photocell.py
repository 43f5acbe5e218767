"""A photocell: when it is dark, and whether the cell can be believed.

It must agree with the sun. One that is silent, stuck, dirty or flashing is not believed, and lamps then follow the sun alone.
"""

from enum import StrEnum
from typing import NamedTuple

from gateway.control.sensors.sensed import NOT_BELIEVED, Sensed

_FULL_DAY_DEG, _FULL_NIGHT_DEG = 10.0, -9.0
"""Elevations of the sun's centre above which it is never so dark that lamps are needed, and below which there is no daylight left."""

_MOST_CHANGES = 6
_CHANGES_S = 600.0
"""More changes than this within so many seconds are no daylight: the cell sees its own lamp, or has a loose contact."""


class PhotocellFault(StrEnum):
    """Why a photocell is not believed."""

    SILENT = "silent"
    STUCK = "stuck"
    DIRTY = "dirty"
    FLASHING = "flashing"


class PhotocellLimits(NamedTuple):
    """When a photocell says that it is dark, how long before it counts, and when it is not believed."""

    on_below_lx: float = 20.0
    off_above_lx: float = 35.0
    delay_s: float = 60.0
    silent_s: float = 120.0
    implausible_s: float = 1800.0


class Photocell(NamedTuple):
    """What is known of a photocell. Times are those of a clock that never steps, in seconds."""

    dark: bool | None = None
    dark_since_s: float = 0.0
    raw: bool | None = None
    raw_since_s: float = 0.0
    heard_s: float | None = None
    lux: float | None = None
    changes_s: tuple[float, ...] = ()
    implausible_since_s: float | None = None
    plausible_since_s: float | None = None
    contradicts: bool = False

    def heard(self, value: float | bool, at_s: float, limits: PhotocellLimits) -> "Photocell":  # noqa: FBT001 — what a binary cell sends
        """Return the photocell after a reading: light in lux, or whether it is dark. Between the two limits nothing changes."""
        raw = value if isinstance(value, bool) else self._dark_at(value, limits)
        changed = raw is not None and self.raw is not None and raw != self.raw
        changes = (*self.changes_s, at_s)[-_MOST_CHANGES - 1 :] if changed else self.changes_s
        since_s = at_s if raw != self.raw else self.raw_since_s
        lux = None if isinstance(value, bool) else float(value)
        return self._replace(raw=raw, raw_since_s=since_s, heard_s=at_s, lux=lux, changes_s=changes).passed(at_s, limits)

    def passed(self, at_s: float, limits: PhotocellLimits) -> "Photocell":
        """Return the photocell after some time: what it says counts after the delay; the first reading counts at once."""
        if self.raw is None or self.raw == self.dark or (self.dark is not None and at_s - self.raw_since_s < limits.delay_s):
            return self
        return self._replace(dark=self.raw, dark_since_s=at_s)

    def compared(self, elevation_deg: float, at_s: float, limits: PhotocellLimits) -> "Photocell":
        """Return the photocell after a comparison with the sun: one that contradicts it for long must then agree as long."""
        wrong = (self.dark is True and elevation_deg > _FULL_DAY_DEG) or (self.dark is False and elevation_deg < _FULL_NIGHT_DEG)
        telling = wrong or elevation_deg > _FULL_DAY_DEG or elevation_deg < _FULL_NIGHT_DEG
        if not telling:
            return self._replace(implausible_since_s=None, plausible_since_s=None)
        if wrong:
            since_s = at_s if self.implausible_since_s is None else self.implausible_since_s
            contradicts = self.contradicts or at_s - since_s >= limits.implausible_s
            return self._replace(implausible_since_s=since_s, plausible_since_s=None, contradicts=contradicts)
        since_s = at_s if self.plausible_since_s is None else self.plausible_since_s
        contradicts = self.contradicts and at_s - since_s < limits.implausible_s
        return self._replace(implausible_since_s=None, plausible_since_s=since_s, contradicts=contradicts)

    def fault(self, at_s: float, limits: PhotocellLimits) -> PhotocellFault | None:
        """Return why the photocell is not believed, or None."""
        if self.heard_s is None or at_s - self.heard_s > limits.silent_s:
            return PhotocellFault.SILENT
        if len(self.changes_s) > _MOST_CHANGES and at_s - self.changes_s[0] <= _CHANGES_S:
            return PhotocellFault.FLASHING
        if self.contradicts:
            # A cell that measures some light by day, but too little, is dirty or shaded.
            return PhotocellFault.DIRTY if self.dark and self.lux is not None and self.lux > 0 else PhotocellFault.STUCK
        return None

    def sensed(self, at_s: float, limits: PhotocellLimits) -> Sensed:
        """Return whether it is dark, and for how long, or that it can't be believed."""
        if self.dark is None or self.fault(at_s, limits) is not None:
            return NOT_BELIEVED
        return Sensed(self.dark, at_s - self.dark_since_s)

    def _dark_at(self, lux: float, limits: PhotocellLimits) -> bool | None:
        if lux < limits.on_below_lx:
            return True
        return False if lux > limits.off_above_lx else (self.raw if self.raw is not None else True)
