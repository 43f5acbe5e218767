"""Whose turn it is on a line: due polls by earliest deadline, then probes of silent devices, then streams without an interval.

Pure: times are monotonic seconds that the caller hands in. Missed ticks are counted, never made up for. A silent device is left alone
for longer and longer, and all silent devices together take no more than a share of the line.
"""

import math
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.silences import Silences
from gateway.fieldbus.line.ticks import EARLY_S, DueTicks, Tick, Turn, deadline_s
from gateway.model.quality import Quality

_OVERDUE_S = 5.0
"""A probe that has found no gap between due polls for so long takes precedence over them, or follows them if lines tick together."""

_JUST_S = 0.01
"""Right after due polls, the time until the next ones is the longest."""

_RECHECK_POWER_S = 1.0
"""How often to check whether a device without power, whose streams have no interval, has power again."""


class Schedule:
    """The turns of one line's devices.

    `probe_s` is the cost of a request without response, `share` the part of the line that all such requests may take. `jitter` returns
    numbers from 0.75 to 1.25. `powered` returns whether a device's supply is on; `aside` has the names of devices that are left alone for
    another reason, and may change at any time. Starts are staggered: evenly over the interval or, if all lines of a gateway tick together
    (`whole_seconds`), by whole seconds, so that one wake-up serves all lines. Then all devices of a line tend to be due at once, so probes
    follow their polls, and a device that did not respond comes after those that did.
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
        aside: AbstractSet[str] = frozenset(),
        whole_seconds: bool = False,
    ) -> None:
        self._devices, self._powered, self._aside, self._whole_seconds = devices, powered, aside, whole_seconds
        self._served_s = -math.inf
        self._silences = Silences(len(devices), start_s, probe_s=probe_s, share=share, jitter=jitter)
        regular: list[Tick] = []
        self._always: list[Tick] = []
        for number, device in enumerate(devices):
            for place, group in enumerate(device.groups):
                offset_s = number % max(1, int(group.every_s)) if whole_seconds else group.every_s * number / len(devices)
                ticks = regular if group.every_s > 0 else self._always
                ticks.append(Tick(number, place, group, start_s + offset_s))
        self._due = DueTicks(regular)
        self._supplied = any(device.powered_by is not None for device in devices)
        self._several = [len(device.groups) > 1 for device in devices]

    @property
    def missed(self) -> int:
        """The number of missed ticks."""
        return self._due.missed

    def silent(self, device: int) -> bool:
        """Return whether a device is silent."""
        return self._silences.health[device].silent

    def urgent(self, now_s: float, before_s: float) -> Turn | None:
        """Return a due poll with a deadline before the given one, if there is one."""
        due = [tick for tick in self._due.at(now_s) if self._instead(tick.device, now_s) is None]
        return self._together(due[-1]) if due and deadline_s(due[-1]) < before_s else None

    def fell_due(self, now_s: float) -> bool:
        """Return whether a tick fell due since the last turn was asked for."""
        return now_s + EARLY_S >= self._due.release_s

    def idle(self, now_s: float) -> bool:
        """Return whether no poll is due; streams without an interval always want the line, and do not count."""
        return not self._due.at(now_s)

    def round(self, now_s: float) -> list[Turn]:
        """Return all turns that are due, in order; only the next one while any device is silent."""
        turn, ready = self.next(now_s), self._due.ready
        if turn is None or self._silences.any or turn.instead is not None or not turn.ticks or not ready:
            return [turn] if turn is not None else []
        turns = {}
        for tick in reversed(ready):
            if tick.device not in turns and (not (self._supplied or self._aside) or self._instead(tick.device, now_s) is None):
                turns[tick.device] = self._together(tick)
        return list(turns.values())

    def next(self, now_s: float) -> Turn | None:
        """Return the next turn, if anything is to be done now."""
        due = self._due.at(now_s)
        if due and (self._silences.any or self._supplied or self._aside):
            for tick in due:
                instead = self._instead(tick.device, now_s)
                if instead is not None:
                    return Turn(tick.device, tick.streams, (tick,), instead)
        if self._silences.any:
            probe = self._probe(now_s, due[-1] if due else None)
            if probe is not None:
                return probe
        if due:
            return self._together(self._first(due))
        if self._always:
            ready = [tick for tick in self._always if self._instead(tick.device, now_s) is None]
            return min(ready, key=_due_s).turn if ready else None
        return None

    def wake_s(self, now_s: float) -> float:
        """Return when to ask for the next turn if there is none now."""
        silences = self._silences
        at_s = now_s if self._due.ready else self._due.release_s
        for tick in self._always:
            health = silences.health[tick.device]
            if not self._polled(tick.device):
                at_s = min(at_s, now_s + _RECHECK_POWER_S)
            elif health.silences == 0:
                at_s = min(at_s, now_s)
            elif not health.silent:
                at_s = min(at_s, silences.within_burst_at_s())
        if silences.any:
            for health in silences.health:
                if health.silent and not health.overtaken:
                    probe_s = max(health.probe_at_s, silences.paid_off_at_s())
                    if probe_s > now_s:
                        at_s = min(at_s, probe_s)
                    elif not self._whole_seconds:  # otherwise it waits for due polls
                        at_s = min(at_s, max(now_s + EARLY_S, health.probe_at_s + _OVERDUE_S))
        return at_s

    def overtaken(self, turn: Turn) -> None:
        """Record that others are polled although a turn has not ended: until `done`, its device is not polled."""
        self._silences.health[turn.device].overtaken = True
        if turn.ticks:
            self._due.hold(turn.device)

    def done(self, turn: Turn, began_s: float, now_s: float, *, answered: bool | None) -> None:
        """Record how a turn ended and set the next ticks; `answered` is None if the device was not polled or the line failed."""
        silences = self._silences
        health = silences.health[turn.device]
        if answered is not None:
            if turn.ticks:
                self._served_s = now_s
            if not answered:
                silences.no_response(turn.device, now_s - began_s, now_s)
            elif health.silences and silences.responded(turn.device):
                # What was not read while the device was silent is read at once.
                self._due.bring_forward(turn.device, now_s)
        for tick in turn.ticks:
            if tick.every_s > 0:
                self._due.advance(tick, now_s)
            else:
                tick.due_s = now_s
        if health.overtaken and turn.instead is None:
            health.overtaken = False
            self._due.resume(turn.device)

    def _polled(self, device: int) -> bool:
        """Return whether a device has power, and is not set aside."""
        bound = self._devices[device]
        return bound.id not in self._aside and (not self._supplied or self._powered(bound))

    def _instead(self, device: int, now_s: float) -> Quality | None:
        """Return why a device is not polled at its tick; None if it is."""
        health = self._silences.health[device]
        if not self._polled(device):
            health.silences = 0
            return Quality.GoodNoData
        return Quality.BadNoCommunication if self._silences.spared(health, now_s) else None

    def _probe(self, now_s: float, first: Tick | None) -> Turn | None:
        """Return the probe to do now: one that the line's share allows and that delays no due poll, or one that is overdue."""
        silences = self._silences
        if silences.debt_s(now_s) > 0:
            return None
        silent = [
            (health.probe_at_s, number)
            for number, health in enumerate(silences.health)
            if health.silent and not health.overtaken and self._devices[number].id not in self._aside
        ]
        at_s, device = min(silent, default=(math.inf, 0))
        if at_s > now_s:
            return None
        next_due_s = min((tick.due_s for tick in self._due.ticks if not silences.health[tick.device].silent), default=math.inf)
        fits = first is None and next_due_s - now_s >= silences.probe_s
        if fits or self._overdue(now_s, at_s, first):
            return Turn(device, self._devices[device].groups[0].streams, ())
        return None

    def _overdue(self, now_s: float, at_s: float, first: Tick | None) -> bool:
        """Return whether a probe that was due at a time is done although it may delay due polls."""
        if not self._whole_seconds:
            return now_s - at_s > _OVERDUE_S
        late_s = now_s - max(at_s, self._silences.paid_off_at_s())
        follows = first is None and now_s - self._served_s < _JUST_S
        return late_s > (_OVERDUE_S if follows else 2 * _OVERDUE_S)

    def _first(self, due: Sequence[Tick]) -> Tick:
        """Return the due tick to serve first. A device that did not respond may hold up others, so it comes an interval later."""
        if not (self._whole_seconds and self._silences.any):
            return due[-1]
        health = self._silences.health
        return min(reversed(due), key=lambda tick: deadline_s(tick) + (tick.every_s if health[tick.device].silences else 0.0))

    def _together(self, first: Tick) -> Turn:
        """Return a turn for everything due of a device: one plan for all streams never costs more than one for each."""
        if not self._several[first.device]:
            return first.turn
        mine = tuple(tick for tick in reversed(self._due.ready) if tick.device == first.device)
        return Turn(first.device, tuple(stream for tick in mine for stream in tick.streams), mine) if len(mine) > 1 else first.turn


def _due_s(tick: Tick) -> float:
    return tick.due_s
