"""The alarms of a device: an event when a condition becomes active, and when it is cleared. Pure."""

from collections.abc import Callable, Sequence

from gateway.fieldbus.binding.bound_device import BoundStream, WatchedAlarm
from gateway.fieldbus.derive.computed_fields import NumberConverter, number
from gateway.model.batch import Value
from gateway.model.quality import is_bad
from gateway.model.reading import Reading


class ActiveAlarms:
    """The active alarms of one device, each as asset and name."""

    def __init__(self, alarms: set[str]) -> None:
        self.alarms = alarms
        self.changed = False

    def set(self, alarm: str, *, active: bool) -> bool:
        """Set the state of an alarm; return whether that is a change."""
        if active is (alarm in self.alarms):
            return False
        (self.alarms.add if active else self.alarms.discard)(alarm)
        self.changed = True
        return True


class AlarmEvents:
    """The alarms of one stream. A value that was not read changes nothing."""

    def __init__(
        self, bound: BoundStream, watched: Sequence[WatchedAlarm], converters: Sequence[NumberConverter], active: ActiveAlarms
    ) -> None:
        self._watched = [(one, _judge(one, converters[one.place])) for one in watched]
        self._asset, self._active = bound.stream.asset, active

    def __call__(self, reading: Reading) -> Sequence[Reading]:
        """Return the events that a reading causes."""
        events = []
        for watched, judge in self._watched:
            value = reading.values[watched.place]
            if value is None or is_bad(reading.quality.get(watched.place, 0)):
                continue
            alarm, active = watched.alarm, judge(value)
            if self._active.set(f"{self._asset}/{alarm.alarm}", active=active):
                events.append(Reading(reading.stream, reading.t_ms, [alarm.alarm, active, alarm.en, alarm.it], {}))
        return events


def _judge(watched: WatchedAlarm, convert: NumberConverter) -> Callable[[Value], bool]:
    alarm, states = watched.alarm, frozenset(watched.alarm.one_of)
    above, below = (None if limit is None else float(limit) for limit in (alarm.above, alarm.below))

    def active(value: Value) -> bool:
        known = number(value, convert)
        if states:
            return value in states if known is None else known in states
        if known is None:
            return bool(value)
        if above is None and below is None:
            return known != 0
        return (above is not None and known > above) or (below is not None and known < below)

    return active
