"""The numbers (`jti`) of signed tokens that were used, each until its token ends. Pure: times are handed in, in milliseconds."""

import hashlib
import heapq

MOST = 50_000
"""Numbers of one key. 600 requests in a minute, with tokens of an hour, are 36,000."""


class UsedNumbers:
    """The numbers that one key has used."""

    def __init__(self) -> None:
        self._used = set[bytes]()
        self._ends: list[tuple[int, bytes]] = []

    def is_used(self, number: str) -> bool:
        """Return whether a number is remembered."""
        return _hashed(number) in self._used

    @property
    def is_full(self) -> bool:
        """Whether there is no room for another number."""
        return len(self._used) >= MOST

    def forget_ended(self, now_ms: int) -> None:
        """Forget the numbers of tokens that have ended."""
        while self._ends and self._ends[0][0] <= now_ms:
            self._used.remove(heapq.heappop(self._ends)[1])

    def add(self, number: str, ends_ms: int) -> None:
        """Remember a number that is not, until its token ends."""
        hashed = _hashed(number)
        self._used.add(hashed)
        heapq.heappush(self._ends, (ends_ms, hashed))


def _hashed(number: str) -> bytes:
    return hashlib.sha256(number.encode("utf-8", "surrogatepass")).digest()
