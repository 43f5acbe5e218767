"""The nights in which devices are updated, in the time zone of the site. Pure.

Local times are converted to UTC before anything is computed, so a night in which the clock changes is an hour longer or shorter. Where
the local time of an end of the window happens twice or never, the window is the shorter one of the two that it could be.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from gateway.model.scalar_types import TimeZone

_TEXT = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])\Z")

_DAY_MINUTES = 24 * 60


class NightWindow(msgspec.Struct, frozen=True):
    """A time of every day: from `begin` to `end`, in minutes after local midnight; all day if they are equal."""

    begin: int
    end: int
    zone: TimeZone

    @classmethod
    def read(cls, text: str, zone: str) -> "NightWindow":
        """Return the window that a text such as 22:00-05:00 names.

        Raises:
            ValueError: It names none.
        """
        match = _TEXT.match(text)
        if match is None:
            raise ValueError(f"'{text}' is not a window; write its local begin and end, for example 22:00-05:00")
        hours = [int(one) for one in match.groups()]
        return cls(60 * hours[0] + hours[1], 60 * hours[2] + hours[3], zone)

    def __str__(self) -> str:
        return f"{_clock(self.begin)}-{_clock(self.end)}"

    def end_ms(self, now_ms: int) -> int | None:
        """Return when the window ends that is open at a time; None if none is."""
        return next((end for begin, end in self._around(now_ms) if begin <= now_ms < end), None)

    def next_begin_ms(self, now_ms: int) -> int:
        """Return when the next window begins after a time; that time if one is open."""
        return next(max(begin, now_ms) for begin, end in self._around(now_ms) if now_ms < end and begin < end)

    @property
    def shortest_s(self) -> float:
        """The length of the window in a night in which the clock is put forward by an hour."""
        minutes = (self.end - self.begin) % _DAY_MINUTES or _DAY_MINUTES
        return 60.0 * (minutes - 60)

    def _around(self, now_ms: int) -> list[tuple[int, int]]:
        """Return the windows around a time, the earliest first; none is longer than a day."""
        today = datetime.fromtimestamp(now_ms / 1000, ZoneInfo(self.zone)).date()
        return [self._on(today + timedelta(days=days)) for days in range(-2, 4)]

    def _on(self, day: date) -> tuple[int, int]:
        last = day if self.end > self.begin else day + timedelta(days=1)
        return max(self._instants(day, self.begin)), min(self._instants(last, self.end))

    def _instants(self, day: date, minutes: int) -> tuple[int, int]:
        """Return what a local time can mean, in milliseconds since 1970."""
        local = datetime.combine(day, time(*divmod(minutes, 60)), ZoneInfo(self.zone))
        return _ms(local), _ms(local.replace(fold=1))


def _ms(local: datetime) -> int:
    return round(1000 * local.astimezone(UTC).timestamp())


def _clock(minutes: int) -> str:
    return "{:02d}:{:02d}".format(*divmod(minutes, 60))
