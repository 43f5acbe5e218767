"""Exponential backoff with jitter. Pure: the caller waits."""

import random


def jitter() -> float:
    """Return a factor between 0.75 and 1.25, so that clients that failed together do not retry together."""
    return random.uniform(0.75, 1.25)  # noqa: S311 — not for security


class Backoff:
    """How long to wait before the next attempt: twice as long after each failure, up to a limit.

    With several `ways` to succeed, such as addresses that are tried in turn, it is twice as long after all of them failed.
    """

    def __init__(self, first_s: float, longest_s: float, *, ways: int = 1) -> None:
        self._first_s, self._longest_s, self._ways = first_s, longest_s, ways
        self._next_s, self._failed = first_s, 0

    @property
    def failing(self) -> bool:
        """Whether the last attempt failed."""
        return self._failed > 0

    def failed(self) -> float:
        """Record a failure and return how many seconds to wait, with jitter."""
        wait_s = self._next_s * jitter()
        self._failed += 1
        if self._failed % self._ways == 0:
            self._next_s = min(self._longest_s, 2 * self._next_s)
        return wait_s

    def succeeded(self) -> None:
        """Start again from the shortest wait."""
        self._next_s, self._failed = self._first_s, 0
