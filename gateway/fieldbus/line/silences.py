"""Which devices of a line are silent, when they are probed, and how much of the line that may cost.

Pure: times are monotonic seconds that the caller hands in.
"""

from collections.abc import Callable

FIRST_PROBE_S, LAST_PROBE_S = 1.0, 30.0
"""How long a silent device is left alone: doubled after each probe, with a jitter of a quarter either way."""

_SILENT_AFTER = 2
"""A device is silent after so many polls in a row without a response; a single one is a lost frame, and the next tick tries again."""

_BURST = 3
"""The line's share for silent devices covers so many time-outs in advance, so that an occasional lost frame costs no tick."""


class DeviceHealth:
    """How a device has responded lately: polls in a row without a response, and when to probe it next.

    `overtaken` is whether its poll is still under way while others are done.
    """

    __slots__ = ("overtaken", "probe_at_s", "silences")

    def __init__(self) -> None:
        self.silences = 0
        self.overtaken = False
        self.probe_at_s = 0.0

    @property
    def silent(self) -> bool:
        """Whether the device is left alone."""
        return self.silences >= _SILENT_AFTER


class Silences:
    """The health of a line's devices, and the time that silent ones have taken of the line beyond their share.

    `probe_s` is the cost of a request without response, `share` the part of the line that all such requests may take. `jitter` returns
    numbers from 0.75 to 1.25.
    """

    def __init__(self, devices: int, start_s: float, *, probe_s: float, share: float, jitter: Callable[[], float]) -> None:
        self.health = [DeviceHealth() for _ in range(devices)]
        self.any = False
        """Whether any device did not respond to its last poll."""
        self.probe_s, self._share, self._jitter = probe_s, share, jitter
        self._debt_s, self._debt_at_s = 0.0, start_s

    def spared(self, health: DeviceHealth, now_s: float) -> bool:
        """Return whether a device is not polled at its tick, because it is silent or because silences have cost too much lately."""
        return health.silent or (health.silences > 0 and self.debt_s(now_s) > _BURST * self.probe_s)

    def no_response(self, device: int, cost_s: float, now_s: float) -> None:
        """Record a poll without a response, and how long it took."""
        health = self.health[device]
        self._debt_s = self.debt_s(now_s) + cost_s
        self._debt_at_s = now_s
        self.any = True
        health.silences += 1
        if health.silent:
            pause_s = min(LAST_PROBE_S, FIRST_PROBE_S * 2 ** (health.silences - _SILENT_AFTER))
            health.probe_at_s = now_s + pause_s * self._jitter()

    def responded(self, device: int) -> bool:
        """Record that a device responds again; return whether it had been silent."""
        health = self.health[device]
        silent = health.silent
        health.silences = 0
        self.any = any(one.silences for one in self.health)
        return silent

    def debt_s(self, now_s: float) -> float:
        """Return the time that silent devices have taken of the line beyond their share; it is paid off as time passes."""
        return max(0.0, self._debt_s - self._share * (now_s - self._debt_at_s)) if self._debt_s else 0.0

    def paid_off_at_s(self) -> float:
        """Return when a silent device may be probed again."""
        return self._falls_to_s(0.0)

    def within_burst_at_s(self) -> float:
        """Return when a device that missed a single response may be polled again."""
        return self._falls_to_s(_BURST * self.probe_s)

    def _falls_to_s(self, debt_s: float) -> float:
        return self._debt_at_s + max(0.0, self._debt_s - debt_s) / self._share
