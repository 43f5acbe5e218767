"""What was seen of one device on its line: the line quality that a technician looks at."""

from collections import deque
from typing import NamedTuple

_ROUND_TRIPS_KEPT = 64


class LineQuality(NamedTuple):
    """The quality of one device's line since the start; round trips are of its last answers, in seconds, None before the first."""

    sent: int
    answered: int
    timeouts: int
    crc_errors: int
    exceptions: int
    late: int
    foreign: int
    bytes: int
    busy_s: float
    round_trip_p50_s: float | None
    round_trip_p95_s: float | None


class DeviceCounters:
    """Counts for one device. `crc_errors` counts requests that noise answered, `late` answers after the time-out."""

    __slots__ = ("answered", "busy_s", "bytes", "crc_errors", "exceptions", "foreign", "late", "round_trips_s", "sent", "timeouts")

    def __init__(self) -> None:
        self.sent = self.answered = self.timeouts = self.crc_errors = self.exceptions = self.late = self.foreign = self.bytes = 0
        self.busy_s = 0.0
        self.round_trips_s: deque[float] = deque(maxlen=_ROUND_TRIPS_KEPT)

    def quality(self) -> LineQuality:
        """Give what was counted until now."""
        trips = sorted(self.round_trips_s)
        middle, high = (trips[len(trips) // 2], trips[len(trips) * 95 // 100]) if trips else (None, None)
        return LineQuality(
            self.sent, self.answered, self.timeouts, self.crc_errors, self.exceptions, self.late, self.foreign, self.bytes, self.busy_s,
            middle, high,
        )  # fmt: skip
