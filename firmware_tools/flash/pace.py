"""How an update shares a line with its polls: it saves up line time at its share, and spends it in loans. Pure.

Times are monotonic seconds that the caller passes.
"""

_LOAN_S = 0.3
"""A loan is worth its overhead (the port is closed and opened) from so much saved time on."""

_SAVED_MOST_S = 3.0
"""What can be saved beyond that: a gentle loan waits so long at most, and the time must not be lost meanwhile."""


class LinePace:
    """The line time that an update may use: a share from 0 to 1. A loan that takes longer than what was saved is paid off afterwards."""

    def __init__(self, share: float, now_s: float) -> None:
        self._share, self._at_s = share, now_s
        self._saved_s = _LOAN_S

    def wait_s(self, now_s: float) -> float:
        """Return how long to wait until the next loan."""
        self._save(now_s)
        return max(0.0, (_LOAN_S - self._saved_s) / self._share)

    def left_s(self, now_s: float, since_s: float) -> float:
        """Return how much of the saved time is left in a loan that began at a time."""
        return self._saved_s - (now_s - since_s)

    def spend(self, began_s: float, ended_s: float) -> None:
        """Pay for a loan."""
        self._save(ended_s)
        self._saved_s -= ended_s - began_s

    def _save(self, now_s: float) -> None:
        self._saved_s = min(self._saved_s + self._share * (now_s - self._at_s), _LOAN_S + self._share * _SAVED_MOST_S)
        self._at_s = now_s


_USED_WELL = 0.75
"""The part of a line's bytes that are firmware; the rest are heads, checksums, silences, and waiting for the device."""


def carried_bytes_per_s(character_s: float, share: float) -> float:
    """Return how much firmware a line carries a second at a share of its time, roughly: for plans and predictions."""
    return share * _USED_WELL / character_s
