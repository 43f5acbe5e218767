"""Readings in memory on their way to the journal. Pure."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from gateway.model.batch import Value
from gateway.model.reading import Reading

PendingRow = tuple[int, int, Sequence[Value], Mapping[int, int]]
"""Stream number, time in milliseconds, values, and the qualities that are not good, by field: a row as batches are encoded from it."""


_SLEWED_MS = 1000
"""By how much a clock may be behind the newest reading in the journal without being taken for one that stepped."""

_ON_THE_WAY_MS = 60_000
"""Longest time from the time stamp of a reading to its recording."""


class PendingReadings:
    """Readings that are not in the journal yet. Within a stream, times strictly increase."""

    def __init__(self) -> None:
        self.telemetry: list[PendingRow] = []
        self.events: list[PendingRow] = []
        self.last_ms: dict[int, int] = {}
        """The time of each stream's last reading."""
        self.floor_ms = 0
        """The time of the newest reading that was in the journal at the start, or when streams changed last."""
        self.moved_ms = 0
        """By how much times have just moved: readings may be on their way that have their times from before."""
        self._moved_until_ms = 0

    def __len__(self) -> int:
        return len(self.telemetry) + len(self.events)

    def shift(self, move_ms: int, now_ms: int) -> None:
        """Move all times, because the clock was wrong by so much. It is `now_ms` by the clock that is right."""
        for rows in (self.telemetry, self.events):
            rows[:] = [(stream, t_ms + move_ms, values, quality) for stream, t_ms, values, quality in rows]
        self.last_ms = {stream: t_ms + move_ms for stream, t_ms in self.last_ms.items()}
        self.floor_ms += move_ms
        self.moved_ms, self._moved_until_ms = move_ms, now_ms + _ON_THE_WAY_MS

    def moved_along(self, readings: Iterable[Reading], now_ms: int) -> Iterable[Reading]:
        """Move new readings that have their times from before the last move: with it, they are nearer to the present."""
        if now_ms > self._moved_until_ms:
            self.moved_ms = 0
            return readings
        moved_ms = self.moved_ms
        return [
            msgspec.structs.replace(one, t_ms=one.t_ms + moved_ms) if abs(one.t_ms + moved_ms - now_ms) < abs(one.t_ms - now_ms) else one
            for one in readings
        ]

    def renumber(self, numbers: Mapping[int, int]) -> None:
        """Go on with streams that have new numbers, and forget the others. New streams begin behind all readings so far."""
        self.floor_ms = max(self.last_ms.values(), default=self.floor_ms)
        self.last_ms = {numbers[stream]: t_ms for stream, t_ms in self.last_ms.items() if stream in numbers}

    def next_ms(self, stream: int, t_ms: int) -> int:
        """Return the time of a stream's next reading: `t_ms`, or just after the last one."""
        last_ms = self.last_ms.get(stream)
        if last_ms is None:
            # A reading of the present is behind those in the journal. One that is much older, like a quarter hour, has a time of its own.
            last_ms = self.floor_ms if self.floor_ms - t_ms <= _SLEWED_MS else 0
        self.last_ms[stream] = t_ms = max(t_ms, last_ms + 1)
        return t_ms

    def remove_excess(self, limit: int) -> list[PendingRow]:
        """Remove and return the oldest readings over a limit: telemetry first, then events."""
        removed: list[PendingRow] = []
        for rows in (self.telemetry, self.events):
            excess = min(len(rows), len(self) - limit)
            if excess > 0:
                removed += rows[:excess]
                del rows[:excess]
        return removed
