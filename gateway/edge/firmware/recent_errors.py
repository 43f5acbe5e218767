"""How many requests to each device failed in the last minutes, from counters that count since the start. Pure."""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from gateway.fieldbus.line.counters import RequestCounts

SAMPLE_EVERY_S = 60.0
_SAMPLES = 6
"""So many samples are kept: the last five minutes."""


class RecentRequests(NamedTuple):
    """Requests to a device in the last minutes, and those that were not answered, or by noise."""

    requests: int
    errors: int


class RecentErrors:
    """Samples the counters of devices."""

    def __init__(self) -> None:
        self._samples: deque[dict[str, RecentRequests]] = deque(maxlen=_SAMPLES)

    def sample(self, counters: Iterable[tuple[str, RequestCounts]]) -> None:
        """Remember the counters of all devices by name."""
        self._samples.append({device: _since_start(counts) for device, counts in counters})

    def of(self, device: str, now: RequestCounts) -> RecentRequests:
        """Return what happened to a device since the oldest sample; since its start, if it was begun anew meanwhile."""
        current = _since_start(now)
        oldest = next((sample[device] for sample in self._samples if device in sample), RecentRequests(0, 0))
        if oldest.requests > current.requests:
            return current
        return RecentRequests(current.requests - oldest.requests, max(0, current.errors - oldest.errors))


def _since_start(counts: RequestCounts) -> RecentRequests:
    return RecentRequests(counts.sent, counts.timeouts + counts.crc_errors)
