"""The night of a group of lamps, or its year: what is printed and drawn."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.control.preview.night import Night, night_of
from gateway.control.sensors.sensed import Sensed
from gateway.control.settings import LampGroup
from gateway.control.timetable import Timetable

_HOUR_MS = 3_600_000
_NO_SENSORS: Mapping[str, Sensed] = {}


class GroupForecast(NamedTuple):
    """The nights of a group, without what sensors change; `least_kwh` is the energy if the traffic always allows the darkest category."""

    group: LampGroup
    nights: tuple[Night, ...]
    least_kwh: float | None

    @property
    def hours(self) -> float:
        """For how long the lamps burn."""
        return sum(one.lit_ms() for one in self.nights) / _HOUR_MS

    @property
    def kwh(self) -> float:
        """The energy of all lamps, from noon to noon."""
        return _kwh(self.group, self.nights)

    @property
    def switches(self) -> int:
        """How many times the level changes."""
        return sum(1 for night in self.nights for _ in night.switches())


def forecast(group: LampGroup, timetable: Timetable, first: date, days: int) -> GroupForecast:
    """Return the nights of a group that begin on a day and the following ones."""
    dates = [first + timedelta(days=number) for number in range(days)]
    adaptive, least = group.output.adaptive, None
    if adaptive is not None:
        quiet = {adaptive.sensor: Sensed(active=True, reduction=adaptive.most_steps)}
        least = _kwh(group, tuple(night_of(group.output, timetable, day, quiet) for day in dates))
    return GroupForecast(group, tuple(night_of(group.output, timetable, day, _NO_SENSORS) for day in dates), least)


def change_of_clock(night: Night, zone: ZoneInfo) -> timedelta:
    """Return by how much the clock is put forward in a night; negative is back."""
    begin, end = (datetime.fromtimestamp(t_ms / 1000, UTC).astimezone(zone).utcoffset() for t_ms in night.span)
    return (end or timedelta()) - (begin or timedelta())


def _kwh(group: LampGroup, nights: tuple[Night, ...]) -> float:
    return len(group.lamps) * sum(one.energy_wh(group.power) for one in nights) / 1000
