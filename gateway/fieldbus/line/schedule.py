"""Whose turn it is on a line: due reads by earliest deadline, then probes of silent devices, then what is wanted as often as possible.

Pure: times are monotonic seconds and come in. A missed tick is counted, never made up for. A device that keeps silent is left alone
for longer and longer, and all silent ones together get no more than a share of the line.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import BoundDevice, StreamGroup
from gateway.model.quality import Quality

EARLY_S = 0.001
"""Timers of uvloop go by milliseconds and may end a part of one early: waiting again for the rest would be spinning."""

FIRST_PROBE_S, LAST_PROBE_S = 1.0, 30.0
"""How long a silent device is left alone: doubled each time, with jitter of a quarter either way."""

_SILENCES = 2
"""So many silences in a row make a device silent; one alone is a lost frame, and the next tick tries again."""

_BURST = 3
"""For so many silences the line's share is lent in advance, so that a lost frame here and there costs nobody a tick."""

_OVERDUE_S = 5.0
"""A probe that found no gap between due reads for so long is done before them."""

_POWER_LOOKED_AT_S = 1.0
"""How often a device without power, which is wanted as often as possible, is looked at again."""


class Turn(NamedTuple):
    """What to do now: ask a device for streams, or, where `instead` says why, only say that nothing is to be had of it.

    `ticks` are those whose turn it is: none for a probe.
    """

    device: int
    streams: tuple[int, ...]
    ticks: "tuple[_Tick, ...]"
    instead: Quality | None = None

    @property
    def groups(self) -> tuple[int, ...]:
        """The groups of the device whose turn it is."""
        return tuple(tick.group for tick in self.ticks)

    @property
    def deadline_s(self) -> float:
        """When what is asked for is older than it may be; never for what has no interval."""
        return min((tick.due_s + tick.every_s for tick in self.ticks if tick.every_s > 0), default=math.inf)


class _Tick:
    """One group of one device, and when it is next due; `turn` is its turn where nothing else of the device is due."""

    __slots__ = ("device", "due_s", "every_s", "group", "streams", "turn")

    def __init__(self, device: int, group: int, streams: StreamGroup, due_s: float) -> None:
        self.device, self.group, self.streams, self.every_s, self.due_s = device, group, streams.streams, streams.every_s, due_s
        self.turn = Turn(device, streams.streams, (self,))


class _Health:
    """How a device has answered of late: silences in a row, and when it is probed."""

    __slots__ = ("probe_at_s", "silences")

    def __init__(self) -> None:
        self.silences = 0
        self.probe_at_s = 0.0

    @property
    def silent(self) -> bool:
        return self.silences >= _SILENCES


class Schedule:
    """The turns of one line's devices.

    `probe_s` is what a request without answer costs, `share` what of the line all of them may take, `jitter` gives numbers from 0.75 to
    1.25, `powered` tells whether a device's supply is on. Starts are staggered: over the interval, or by whole seconds where all lines
    of a gateway tick together (`whole_seconds`), which lets one wake-up serve them all.
    """

    def __init__(
        self,
        devices: Sequence[BoundDevice],
        start_s: float,
        *,
        probe_s: float,
        share: float,
        jitter: Callable[[], float],
        powered: Callable[[BoundDevice], bool] = lambda _: True,
        whole_seconds: bool = False,
    ) -> None:
        self._devices, self._powered, self._jitter = devices, powered, jitter
        self._probe_s, self._share = probe_s, share
        self._debt_s, self._debt_at_s = 0.0, start_s
        self._health = [_Health() for _ in devices]
        self._troubled = False
        self.missed = 0
        self._regular: list[_Tick] = []
        self._always: list[_Tick] = []
        for number, device in enumerate(devices):
            for place, group in enumerate(device.groups):
                offset_s = number % max(1, int(group.every_s)) if whole_seconds else group.every_s * number / len(devices)
                ticks = self._regular if group.every_s > 0 else self._always
                ticks.append(_Tick(number, place, group, start_s + offset_s))
        self._supplied = any(device.powered_by is not None for device in devices)
        self._several = [len(device.groups) > 1 for device in devices]
        # What is due, the earliest deadline last, and when the next of the others falls due.
        self._ready: list[_Tick] = []
        self._release_s = -math.inf

    def silent(self, device: int) -> bool:
        """Tell whether a device is left alone for its silence."""
        return self._health[device].silent

    def urgent(self, now_s: float, before_s: float) -> Turn | None:
        """Give a due read whose deadline is earlier than that of what is being done, if there is one."""
        due = [tick for tick in self._due(now_s) if self._instead(tick.device, now_s) is None]
        return self._together(due[-1]) if due and _deadline(due[-1]) < before_s else None

    def fell_due(self, now_s: float) -> bool:
        """Tell whether something fell due since the last look."""
        return now_s + EARLY_S >= self._release_s

    def round(self, now_s: float) -> list[Turn]:
        """Give all that is to be done now, if anything, in its order: where nothing is wrong, for lines that need no look in between."""
        turn = self.next(now_s)
        if turn is None or self._troubled or turn.instead is not None or not turn.ticks or not self._ready:
            return [turn] if turn is not None else []
        turns = {}
        for tick in reversed(self._ready):
            if tick.device not in turns and (not self._supplied or self._instead(tick.device, now_s) is None):
                turns[tick.device] = self._together(tick)
        return list(turns.values())

    def next(self, now_s: float) -> Turn | None:
        """Give what is to be done now, if anything."""
        due = self._due(now_s)
        if due and (self._troubled or self._supplied):
            for tick in due:
                instead = self._instead(tick.device, now_s)
                if instead is not None:
                    return Turn(tick.device, tick.streams, (tick,), instead)
        if self._troubled:
            probe = self._probe(now_s, due[-1] if due else None)
            if probe is not None:
                return probe
        if due:
            return self._together(due[-1])
        if self._always:
            ready = [tick for tick in self._always if self._instead(tick.device, now_s) is None]
            return min(ready, key=_due).turn if ready else None
        return None

    def wake_s(self, now_s: float) -> float:
        """Give when there may be something to do that is not to be done now."""
        at_s = now_s if self._ready else self._release_s
        for tick in self._always:
            if not self._powered(self._devices[tick.device]):
                at_s = min(at_s, now_s + _POWER_LOOKED_AT_S)
            elif self._health[tick.device].silences == 0:
                at_s = min(at_s, now_s)
            elif not self._health[tick.device].silent:
                at_s = min(at_s, self._free_at_s(_BURST * self._probe_s))
        if self._troubled:
            for health in self._health:
                if health.silent:
                    probe_s = max(health.probe_at_s, self._free_at_s(0.0))
                    at_s = min(at_s, probe_s if probe_s > now_s else max(now_s + EARLY_S, health.probe_at_s + _OVERDUE_S))
        return at_s

    def done(self, turn: Turn, began_s: float, now_s: float, *, answered: bool | None) -> None:
        """Note how a turn ended (None: nothing was asked, or the line itself failed), and set the next ticks."""
        if answered is not None:
            health = self._health[turn.device]
            if not answered:
                self._note_silence(health, now_s - began_s, now_s)
            elif health.silences:
                self._note_return(turn.device, health, now_s)
        for tick in turn.ticks:
            self._advance(tick, now_s)

    def _due(self, now_s: float) -> list[_Tick]:
        """Give what is due, the earliest deadline last."""
        if now_s + EARLY_S >= self._release_s:
            # Of equal deadlines the first device's comes last: its turn is the next.
            self._ready = [tick for tick in reversed(self._regular) if tick.due_s <= now_s + EARLY_S]
            self._ready.sort(key=_deadline, reverse=True)
            self._release_s = min((tick.due_s for tick in self._regular if tick.due_s > now_s + EARLY_S), default=math.inf)
        return self._ready

    def _instead(self, device: int, now_s: float) -> Quality | None:
        """Say why a device is not asked at its tick, if it is not."""
        health = self._health[device]
        if self._supplied and not self._powered(self._devices[device]):
            health.silences = 0
            return Quality.GoodNoData
        if health.silent or (health.silences and self._debt(now_s) > _BURST * self._probe_s):
            return Quality.BadNoCommunication
        return None

    def _probe(self, now_s: float, first: _Tick | None) -> Turn | None:
        """Give the probe that is done now: the line's share allows it, and no due read waits for it, or it has waited long itself."""
        if self._debt(now_s) > 0:
            return None
        silent = [(health.probe_at_s, number) for number, health in enumerate(self._health) if health.silent]
        at_s, device = min(silent, default=(math.inf, 0))
        if at_s > now_s:
            return None
        next_due_s = min((tick.due_s for tick in self._regular if not self._health[tick.device].silent), default=math.inf)
        if (first is None and next_due_s - now_s >= self._probe_s) or now_s - at_s > _OVERDUE_S:
            return Turn(device, self._devices[device].groups[0].streams, ())
        return None

    def _together(self, first: _Tick) -> Turn:
        """Ask a device for all that is due of it: one plan for all is never dearer than a plan for each."""
        if not self._several[first.device]:
            return first.turn
        mine = tuple(tick for tick in reversed(self._ready) if tick.device == first.device)
        return Turn(first.device, tuple(stream for tick in mine for stream in tick.streams), mine) if len(mine) > 1 else first.turn

    def _note_silence(self, health: _Health, cost_s: float, now_s: float) -> None:
        self._debt_s = self._debt(now_s) + cost_s
        self._debt_at_s = now_s
        self._troubled = True
        health.silences += 1
        if health.silent:
            pause_s = min(LAST_PROBE_S, FIRST_PROBE_S * 2 ** (health.silences - _SILENCES))
            health.probe_at_s = now_s + pause_s * self._jitter()

    def _note_return(self, device: int, health: _Health, now_s: float) -> None:
        """Let a device that answers again be asked at once for what it was not asked for meanwhile."""
        if health.silent:
            for tick in self._regular:
                if tick.device == device and tick.group > 0:
                    tick.due_s = min(tick.due_s, now_s)
            self._release_s = -math.inf
        health.silences = 0
        self._troubled = any(one.silences for one in self._health)

    def _advance(self, tick: _Tick, now_s: float) -> None:
        """Set the next tick after now; those that passed meanwhile are counted, never made up for."""
        if tick.every_s == 0:
            tick.due_s = now_s
            return
        ready = self._ready
        if ready and ready[-1] is tick:
            ready.pop()
        elif tick in ready:
            ready.remove(tick)
        tick.due_s += tick.every_s
        if tick.due_s <= now_s:
            missed = 1 + int((now_s - tick.due_s) / tick.every_s)
            self.missed += missed
            tick.due_s += missed * tick.every_s
        self._release_s = min(self._release_s, tick.due_s)

    def _debt(self, now_s: float) -> float:
        """Give what silent devices have taken of the line beyond their share, in seconds; it is paid off as time passes."""
        return max(0.0, self._debt_s - self._share * (now_s - self._debt_at_s)) if self._debt_s else 0.0

    def _free_at_s(self, debt_s: float) -> float:
        """Give when the debt is down to so many seconds."""
        return self._debt_at_s + max(0.0, self._debt_s - debt_s) / self._share


def _deadline(tick: _Tick) -> float:
    return tick.due_s + tick.every_s


def _due(tick: _Tick) -> float:
    return tick.due_s
