"""Readings in memory on their way to the journal. Pure."""

from collections.abc import Mapping, Sequence

from gateway.model.batch import Value

PendingRow = tuple[int, int, Sequence[Value], Mapping[int, int]]
"""Stream number, time in milliseconds, values, and the qualities that are not good, by field: a row as batches are encoded from it."""


class PendingReadings:
    """Readings that are not in the journal yet. Within a stream, times strictly increase."""

    def __init__(self) -> None:
        self.telemetry: list[PendingRow] = []
        self.events: list[PendingRow] = []
        self.last_ms: dict[int, int] = {}
        """The time of each stream's last reading."""

    def __len__(self) -> int:
        return len(self.telemetry) + len(self.events)

    def shift(self, move_ms: int) -> None:
        """Move all times, because the clock was wrong by so much."""
        for rows in (self.telemetry, self.events):
            rows[:] = [(stream, t_ms + move_ms, values, quality) for stream, t_ms, values, quality in rows]
        self.last_ms = {stream: t_ms + move_ms for stream, t_ms in self.last_ms.items()}

    def forget_times(self) -> None:
        """Let new readings have earlier times than the last ones, which were in the future."""
        self.last_ms.clear()

    def next_ms(self, stream: int, t_ms: int) -> int:
        """Return the time of a stream's next reading: `t_ms`, or just after the last one."""
        self.last_ms[stream] = t_ms = max(t_ms, self.last_ms.get(stream, 0) + 1)
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
