"""The conditions of a lighting panel, from what its meter reads and where the sun stands. Pure."""

from collections import deque
from collections.abc import Iterator, Mapping
from statistics import median
from typing import NamedTuple

from gateway.alarms.catalogue import DARK_SHARE, DARK_W, DEAD_PHASE_V, LIT_SHARE, LIVE_PHASE_V, THEFT_BACK_SHARE, THEFT_SHARE
from gateway.alarms.details import NO_DETAIL, plain
from gateway.analytics.sun import CIVIL_DEG, Coordinates, elevation_deg
from gateway.model.messages import AlarmText

_PHASES = ("l1", "l2", "l3")
_RECENT_MS, _BEFORE_MS = 300_000, 900_000
"""A step is the difference between the median of the last five minutes and that of the ten minutes before."""

_LEAST_SAMPLES = 3
_MOST_SAMPLES = 1000
_UNEVEN_SHARE = 0.10
"""Dimming changes all phases by about the same share; if their shares differ by more, a line is open."""

_FORGET_A_DAY = 0.005
"""The full load that was seen is forgotten slowly: lamps are replaced by smaller ones."""


class PanelReading(NamedTuple):
    """What the meter of a panel reads at one time: volts and watts by phase, where they are known."""

    t_ms: int
    volts: tuple[float, ...]
    watts: tuple[float, ...]

    @property
    def total_w(self) -> float | None:
        """The power of the whole panel, None if it is not known."""
        return sum(self.watts) if self.watts else None


class PanelCondition(NamedTuple):
    """Whether a condition of the panel is met, as in an observation."""

    kind: str
    met: bool | None
    detail: AlarmText = NO_DETAIL


def panel_reading(t_ms: int, values: Mapping[str, float]) -> PanelReading:
    """Return a reading from the values of the measurement `lighting_meter` by field; a meter without phases gives one value."""
    watts = tuple(values[name] for one in _PHASES if (name := f"active_power_{one}") in values)
    if not watts and "active_power" in values:
        watts = (values["active_power"],)
    return PanelReading(t_ms, tuple(values[name] for one in _PHASES if (name := f"voltage_{one}") in values), watts)


class WatchedPanel:
    """One panel: its full load as seen so far, and its last minutes.

    Args:
        full_w: The full load in watts as it was known before.
    """

    def __init__(self, full_w: float = 0.0) -> None:
        self.full_w = full_w
        self._full_ms: int | None = None
        self._samples = deque[PanelReading](maxlen=_MOST_SAMPLES)
        self._missing_from: PanelReading | None = None
        """What the panel drew before a part of its load was lost."""

    def hear(self, reading: PanelReading, place: Coordinates | None) -> Iterator[PanelCondition]:
        """Yield what a reading says about the conditions of the panel; without a place, nothing that depends on the sun."""
        yield from _of_supply(reading)
        height_deg = None if place is None else elevation_deg(reading.t_ms, place)
        total_w = reading.total_w
        if height_deg is None or total_w is None:
            return
        is_night = height_deg < CIVIL_DEG
        if is_night:
            self._learn(reading.t_ms, total_w)
        dark_w, lit_w = max(DARK_W, DARK_SHARE * self.full_w), max(2 * DARK_W, LIT_SHARE * self.full_w)
        now = f"{total_w:.0f} W, {self.full_w:.0f} W"
        shown = AlarmText(f"{now} when lit", f"{now} da acceso")
        if is_night and self.full_w > 2 * DARK_W:
            yield PanelCondition("panel_outage", _is_dark(reading, total_w, dark_w, lit_w), shown)
            yield PanelCondition("cable_theft", self._lost_a_part(reading), shown)
        if height_deg > 0:
            yield PanelCondition("day_burner", True if total_w > lit_w else False if total_w < dark_w else None, shown)
        if not is_night:
            self._samples.clear()

    def _learn(self, t_ms: int, total_w: float) -> None:
        """Remember the greatest power at night, and forget it slowly."""
        if self._full_ms is not None and t_ms > self._full_ms:
            self.full_w *= 1 - _FORGET_A_DAY * (t_ms - self._full_ms) / 86_400_000
        self._full_ms = t_ms
        self.full_w = max(self.full_w, total_w)

    def _lost_a_part(self, reading: PanelReading) -> bool | None:
        """Return whether a part of the load was lost in one step, not by all phases alike; None if that is not known."""
        self._samples.append(reading)
        while self._samples[0].t_ms < reading.t_ms - _BEFORE_MS:
            self._samples.popleft()
        recent = _middle([one for one in self._samples if one.t_ms > reading.t_ms - _RECENT_MS])
        if recent is None:
            return None
        if self._missing_from is not None:
            missing = 1 - sum(recent) / sum(self._missing_from.watts)
            if missing < THEFT_BACK_SHARE:
                self._missing_from = None
                return False
            return True if missing >= THEFT_SHARE else None
        before = _middle([one for one in self._samples if one.t_ms <= reading.t_ms - _RECENT_MS])
        if before is None or len(before) != len(recent) or not sum(before):
            return None
        if sum(recent) > (1 - THEFT_SHARE) * sum(before) or not _is_uneven(before, recent):
            return False
        self._missing_from = PanelReading(reading.t_ms, (), before)
        return True


def _of_supply(reading: PanelReading) -> Iterator[PanelCondition]:
    volts = reading.volts
    if not volts:
        return
    shown = plain(", ".join(f"{one:.0f} V" for one in volts))
    dead, live = [one < DEAD_PHASE_V for one in volts], [one > LIVE_PHASE_V for one in volts]
    yield PanelCondition("supply_outage", True if all(dead) else False if any(live) else None, shown)
    if len(volts) > 1:
        yield PanelCondition("phase_loss", True if any(dead) and any(live) else False if all(live) or all(dead) else None, shown)


def _is_dark(reading: PanelReading, total_w: float, dark_w: float, lit_w: float) -> bool | None:
    """Return whether a panel that should be lit is dark; a panel without supply has another alarm."""
    if reading.volts and all(one < DEAD_PHASE_V for one in reading.volts):
        return False
    return True if total_w < dark_w else False if total_w > lit_w else None


def _middle(samples: list[PanelReading]) -> tuple[float, ...] | None:
    """Return the median of each phase; None of too few samples."""
    if len(samples) < _LEAST_SAMPLES or len({len(one.watts) for one in samples}) > 1:
        return None
    return tuple(median(phase) for phase in zip(*(one.watts for one in samples), strict=True))


def _is_uneven(before: tuple[float, ...], after: tuple[float, ...]) -> bool:
    """Return whether phases lost different shares of their power; a single phase that lost some says nothing."""
    shares = [1 - new / old for old, new in zip(before, after, strict=True) if old > DARK_W]
    return len(shares) > 1 and max(shares) - min(shares) > _UNEVEN_SHARE
