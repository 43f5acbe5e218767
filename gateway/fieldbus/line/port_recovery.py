"""When to reopen the port of a line after it failed. Pure: times are monotonic seconds that the caller hands in."""

from gateway.host.backoff import Backoff

_FIRST_REOPEN_S, _LAST_REOPEN_S = 0.5, 30.0


class PortRecovery:
    """The failures of a line's port, and when to open it again."""

    def __init__(self) -> None:
        self._backoff = Backoff(_FIRST_REOPEN_S, _LAST_REOPEN_S)
        self.reopen_at_s = 0.0
        self.reason = ""
        """Why the port failed last."""

    @property
    def broken(self) -> bool:
        """Whether the last attempt to use the port failed."""
        return self._backoff.failing

    def failed(self, reason: str, now_s: float) -> bool:
        """Record a failure. Return whether it is news: the port worked before, or failed for another reason."""
        news = not self.broken or reason != self.reason
        self.reason = reason
        self.reopen_at_s = now_s + self._backoff.failed()
        return news

    def succeeded(self) -> bool:
        """Record that the port works. Return whether it had failed."""
        news = self.broken
        self._backoff.succeeded()
        return news
