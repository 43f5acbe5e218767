"""How many requests an organisation, or an address, may make. Pure: times are handed in, in seconds of a monotonic clock."""

import math
from collections import OrderedDict
from typing import NamedTuple

_SOURCES_MOST = 10_000
"""Those that have asked longest ago are forgotten; they start anew."""

WINDOW_S = 60.0


class Allowance(NamedTuple):
    """Whether a request is allowed, how many are in a minute, how many are left, and in how many seconds all are."""

    allowed: bool
    limit: int
    left: int
    reset_s: int

    def headers(self) -> dict[str, str]:
        """Return the headers that say so (AgID, RAC_ROBUSTEZZA_001)."""
        found = {"x-ratelimit-limit": str(self.limit), "x-ratelimit-remaining": str(self.left), "x-ratelimit-reset": str(self.reset_s)}
        return found if self.allowed else {**found, "retry-after": str(self.retry_s)}

    @property
    def retry_s(self) -> int:
        """After how many seconds the next request is allowed."""
        return max(1, math.ceil(WINDOW_S / self.limit))


class _Bucket(NamedTuple):
    left: float
    counted_s: float


class RequestRates:
    """Buckets of requests, each of which fills again within a minute."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, source: str, now_s: float) -> Allowance:
        """Count a request of a source, and return whether it is allowed."""
        bucket = self._buckets.pop(source, _Bucket(self.limit, now_s))
        left = min(float(self.limit), bucket.left + (now_s - bucket.counted_s) * self.limit / WINDOW_S)
        allowed = left >= 1
        left -= allowed
        self._buckets[source] = _Bucket(left, now_s)
        if len(self._buckets) > _SOURCES_MOST:
            self._buckets.popitem(last=False)
        return Allowance(allowed, self.limit, int(left), math.ceil((self.limit - left) * WINDOW_S / self.limit))
