"""What is counted on a line. Each counter is declared here, once; metrics, readings, JSON keys and columns derive from that. Pure."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Annotated, NamedTuple

_ROUND_TRIPS_STORED = 64


class CounterTexts(NamedTuple):
    """How a counter is presented: help text of its metric, canonical field of its reading, column of `gateway watch`, if any."""

    help: str
    field: str = ""
    column: str | None = None


@dataclass(slots=True)
class RequestCounts:
    """The counters of one device. Each name is also the key in `gateway watch --json` and part of the metric's name."""

    sent: Annotated[int, CounterTexts("Requests sent", "requests", "sent")] = 0
    answered: Annotated[int, CounterTexts("Requests answered", "answers", "answered")] = 0
    timeouts: Annotated[int, CounterTexts("Requests without any response", "timeouts", "silent")] = 0
    crc_errors: Annotated[int, CounterTexts("Requests answered by noise", "crc_errors", "CRC")] = 0
    exceptions: Annotated[int, CounterTexts("Requests that the device refused", "exceptions", "refused")] = 0
    late: Annotated[int, CounterTexts("Responses after the time-out", "late_answers", "late")] = 0
    foreign: Annotated[int, CounterTexts("Frames of others received instead", "foreign_frames", "foreign")] = 0
    bytes: Annotated[int, CounterTexts("Bytes on the line", "line_bytes")] = 0


@dataclass(slots=True)
class LineCounts:
    """The counters of one line."""

    polls: Annotated[int, CounterTexts("Polls begun")] = 0
    silent: Annotated[int, CounterTexts("Polls without any response")] = 0
    broken: Annotated[int, CounterTexts("Failures of the line itself")] = 0
    faults: Annotated[int, CounterTexts("Polls and commands that ended with a fault of the gateway")] = 0


class RoundTrips(NamedTuple):
    """Quantiles of a device's last round trips in seconds; None before the first response."""

    p50_s: float | None
    p95_s: float | None


@dataclass(slots=True)
class DeviceCounters(RequestCounts):
    """The counters of one device, the time for which it has occupied its line, and its last round trips, since the start."""

    busy_s: float = 0.0
    round_trips_s: deque[float] = field(default_factory=lambda: deque(maxlen=_ROUND_TRIPS_STORED))

    def round_trips(self) -> RoundTrips:
        """Return the quantiles of the last round trips."""
        trips = sorted(self.round_trips_s)
        return RoundTrips(trips[len(trips) // 2], trips[len(trips) * 95 // 100]) if trips else RoundTrips(None, None)


class LineQuality(NamedTuple):
    """How one device responds, and its share of the line's time, from 0 to 1."""

    counters: DeviceCounters
    share: float


def declared(counts: type[RequestCounts | LineCounts]) -> Iterator[tuple[str, CounterTexts]]:
    """Yield the name and the texts of each counter, in the order of declaration."""
    for counter in fields(counts):
        yield counter.name, counter.type.__metadata__[0]  # type: ignore[union-attr]  # each is Annotated
