"""When the streams of each device are due on a line. Pure: times are monotonic seconds that the caller hands in."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import StreamGroup
from gateway.model.quality import Quality

EARLY_S = 0.001
"""uvloop counts whole milliseconds, so a timer may fire up to one early; waiting again for the rest would busy-wait."""


class Turn(NamedTuple):
    """What to do now: poll a device for streams or, if `instead` gives a reason, only report that there is no data.

    `ticks` are the due ticks that this turn serves: none for a probe.
    """

    device: int
    streams: tuple[int, ...]
    ticks: "tuple[Tick, ...]"
    instead: Quality | None = None

    @property
    def groups(self) -> tuple[int, ...]:
        """The stream groups of the device that this turn serves."""
        return tuple(tick.group for tick in self.ticks)

    @property
    def deadline_s(self) -> float:
        """When the next tick makes this turn late; infinite if no stream has an interval."""
        return min((tick.due_s + tick.every_s for tick in self.ticks if tick.every_s > 0), default=math.inf)


class Tick:
    """One stream group of one device and when it is next due. `turn` serves this tick alone."""

    __slots__ = ("device", "due_s", "every_s", "group", "streams", "turn")

    def __init__(self, device: int, group: int, streams: StreamGroup, due_s: float) -> None:
        self.device, self.group, self.streams, self.every_s, self.due_s = device, group, streams.streams, streams.every_s, due_s
        self.turn = Turn(device, streams.streams, (self,))


class DueTicks:
    """The ticks of a line that have an interval. `ready` are those due, with the earliest deadline last."""

    def __init__(self, ticks: Sequence[Tick]) -> None:
        self.ticks = ticks
        self.ready: list[Tick] = []
        self.release_s = -math.inf
        """When the next of the other ticks falls due."""
        self.missed = 0
        self._held: set[int] = set()

    def at(self, now_s: float) -> list[Tick]:
        """Return the ticks due, with the earliest deadline last."""
        if now_s + EARLY_S >= self.release_s:
            # Ticks with equal deadlines are in reverse order of the devices, so that the first device is served first.
            self.ready = [tick for tick in reversed(self.ticks) if tick.due_s <= now_s + EARLY_S and tick.device not in self._held]
            self.ready.sort(key=deadline_s, reverse=True)
            self.release_s = min((tick.due_s for tick in self.ticks if tick.due_s > now_s + EARLY_S), default=math.inf)
        return self.ready

    def advance(self, tick: Tick, now_s: float) -> None:
        """Set the next due time of a served tick; ticks missed meanwhile are counted and never made up for."""
        ready = self.ready
        if ready and ready[-1] is tick:
            ready.pop()
        elif tick in ready:
            ready.remove(tick)
        tick.due_s += tick.every_s
        if tick.due_s <= now_s:
            missed = 1 + int((now_s - tick.due_s) / tick.every_s)
            self.missed += missed
            tick.due_s += missed * tick.every_s
        self.release_s = min(self.release_s, tick.due_s)

    def hold(self, device: int) -> None:
        """Leave out the ticks of a device, whose poll is under way."""
        self._held.add(device)
        self.ready = [tick for tick in self.ready if tick.device != device]

    def resume(self, device: int) -> None:
        """Consider the ticks of a device again."""
        self._held.discard(device)
        self.release_s = -math.inf

    def bring_forward(self, device: int, now_s: float) -> None:
        """Make everything of a device due now, except its most frequent streams."""
        for tick in self.ticks:
            if tick.device == device and tick.group > 0:
                tick.due_s = min(tick.due_s, now_s)
        self.release_s = -math.inf


def deadline_s(tick: Tick) -> float:
    """Return when a due tick is late: when the next one is due."""
    return tick.due_s + tick.every_s
