"""How long writes to the journal's disk take: a card that wears out, or cleans up, becomes slow before it fails. Pure."""

from collections import deque

SLOW_S = 1.0
"""A write, with its fsync, that takes longer is slow: a good card takes some hundredths, and readings come every second."""

REMEMBERED_S = 3600.0
"""How long a slow write counts: a card that is slow now and then is slow."""


class WriteTimes:
    """The writes since the start: how many, how long all of them took, how many were slow, and how slow those of the last hour were."""

    def __init__(self) -> None:
        self.count = self.slow = 0
        self.total_s = 0.0
        self._slow: deque[tuple[float, float]] = deque(maxlen=int(REMEMBERED_S / SLOW_S))

    def add(self, now_s: float, took_s: float) -> None:
        """Add a write that ended now; times are monotonic."""
        self.count += 1
        self.total_s += took_s
        if took_s > SLOW_S:
            self.slow += 1
            self._slow.append((now_s, took_s))

    def slowest_s(self, now_s: float) -> float | None:
        """Return how long the slowest of the last hour's slow writes took; None if there was none."""
        return max((took_s for at_s, took_s in list(self._slow) if now_s - at_s < REMEMBERED_S), default=None)
