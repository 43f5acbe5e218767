"""Exponential backoff with jitter. Pure: the caller waits."""

import random


def jitter() -> float:
    """Return a factor between 0.75 and 1.25, so that clients that failed together do not retry together."""
    return random.uniform(0.75, 1.25)  # noqa: S311 — not for security


class Backoff:
    """How long to wait before the next attempt: twice as long after each failure, up to a limit."""

    def __init__(self, first_s: float, longest_s: float) -> None:
        self._first_s, self._longest_s = first_s, longest_s
        self._next_s = first_s

    @property
    def failing(self) -> bool:
        """Whether the last attempt failed."""
        return self._next_s > self._first_s

    def failed(self) -> float:
        """Record a failure and return how many seconds to wait, with jitter."""
        wait_s = self._next_s * jitter()
        self._next_s = min(self._longest_s, 2 * self._next_s)
        return wait_s

    def succeeded(self) -> None:
        """Start again from the shortest wait."""
        self._next_s = self._first_s
