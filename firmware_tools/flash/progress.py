"""How far an update is, how fast it is, and how long it will take. Pure; times are monotonic seconds that the caller passes."""

from collections import deque

import msgspec

from firmware_tools.flash.record import Phase

_WINDOW = 64
"""The rate is that of so many last chunks, so that it follows a line that becomes slower."""


class UpdateProgress(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far an update is: bytes that the device has, bytes a second, and seconds left; None while they are not known."""

    device: str
    phase: Phase
    done_bytes: int
    total_bytes: int
    bytes_per_s: float | None = None
    left_s: float | None = None
    waits_for: str | None = None
    """Why it does not get on, in English."""

    @property
    def percent(self) -> float:
        """The share that was transferred, in percent."""
        return 100 * self.done_bytes / self.total_bytes if self.total_bytes else 0.0


class TransferRate:
    """Measures the rate of a transfer."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque(maxlen=_WINDOW)

    def restart(self, now_s: float, done_bytes: int) -> None:
        """Begin to measure anew, as after a break."""
        self._seen.clear()
        self._seen.append((now_s, done_bytes))

    def reached(self, now_s: float, done_bytes: int) -> None:
        """Record how many bytes were transferred by now."""
        self._seen.append((now_s, done_bytes))

    @property
    def bytes_per_s(self) -> float | None:
        """The rate of the last chunks; None before the second one."""
        if len(self._seen) < 2:
            return None
        (from_s, from_bytes), (to_s, to_bytes) = self._seen[0], self._seen[-1]
        return (to_bytes - from_bytes) / (to_s - from_s) if to_s > from_s else None
