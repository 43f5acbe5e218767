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

    def failed(self, reason: str, now_s: float) -> None:
        """Record a failure."""
        self.reason = reason
        self.reopen_at_s = now_s + self._backoff.failed()

    def succeeded(self) -> None:
        """Record that the port works."""
        self._backoff.succeeded()
