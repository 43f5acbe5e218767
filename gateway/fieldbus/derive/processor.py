"""What a gateway makes of a device's readings before they go on: computed fields, modes, alarms, energy by the quarter hour.

Most devices need nothing of it; their readings pass as they are.
"""

from collections.abc import Callable, Sequence

import msgspec

from gateway.fieldbus.binding.bound_device import BoundDevice, BoundStream, Derivation, Refining, Watched
from gateway.fieldbus.derive.quarter_hours import Quarters, Registers
from gateway.fieldbus.line.driver_port import StreamReading
from gateway.model.batch import Value
from gateway.model.canonical import FieldType
from gateway.model.quality import Quality, is_bad
from gateway.model.scale import Number
from gateway.model.stream import Stream

Converter = Callable[[Number], Number]


def number(value: Value, convert: Converter) -> Number | None:
    """Give a row's value as a number in its unit; None where it is none."""
    return convert(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


class Memory(msgspec.Struct, frozen=True):
    """What a gateway keeps of one device over a restart: its registers, and its alarms that are active."""

    registers: Registers = Registers()
    active: list[str] = []


class _Active:
    """The alarms of one device that are active, by the asset and the name of each."""

    def __init__(self, alarms: set[str]) -> None:
        self.alarms = alarms
        self.changed = False

    def set(self, alarm: str, *, active: bool) -> bool:
        """Note how an alarm is; tells whether that is new."""
        if active is (alarm in self.alarms):
            return False
        (self.alarms.add if active else self.alarms.discard)(alarm)
        self.changed = True
        return True


class Refinery:
    """Refines the readings of one device. `streams` are those that its refined readings are numbered by."""

    def __init__(self, device: BoundDevice, known: Memory | None = None) -> None:
        known = known or Memory()
        self._active = _Active(set(known.active))
        self._stages = [_stage(device, bound, self._active) for bound in device.streams]
        self._quarters = Quarters(device, known.registers)
        self.streams: tuple[Stream, ...] = (*(bound.stream for bound in device.streams), *self._quarters.streams)
        self.plain = not self._quarters.streams and not any(self._stages)
        """Whether its readings pass as they are."""

    def to_keep(self) -> Memory | None:
        """Give what to keep over a restart, where that changed since the last look."""
        if not (self._quarters.changed or self._active.changed):
            return None
        self._active.changed = False
        return Memory(self._quarters.to_keep(), sorted(self._active.alarms))

    def take(self, readings: Sequence[StreamReading]) -> Sequence[StreamReading]:
        """Refine what came of a device at one time."""
        if self.plain:
            return readings
        refined: list[StreamReading] = []
        for reading in readings:
            stage = self._stages[reading.stream]
            refined.extend(stage(reading) if stage is not None else (reading,))
        return [*refined, *self._quarters.take(readings)]


def _stage(device: BoundDevice, bound: BoundStream, active: _Active) -> "Callable[[StreamReading], Sequence[StreamReading]] | None":
    if bound.refining is None:
        return None
    converters = [slot.field.converter() for slot in device.slots[bound.first : bound.last]]
    if bound.refining.alarms:
        return _Alarms(bound, bound.refining.alarms, converters, active)
    return _Fields(bound, bound.refining, converters, device)


class _Fields:
    """The computed fields of one stream, and whether the device's mode lets it hold at all."""

    def __init__(self, bound: BoundStream, refining: Refining, converters: Sequence[Converter], device: BoundDevice) -> None:
        self._refining, self._converters = refining, converters
        self._types = [field.type for field in bound.stream.fields[refining.shown :]]
        points = [slot.point for slot in device.slots[bound.first : bound.last]]
        self._wraps = [point.wraps_at for point in points]
        self._last: dict[int, Number] = {}

    def __call__(self, reading: StreamReading) -> Sequence[StreamReading]:
        refining, values = self._refining, reading.values
        if not all(values[gate.place] in gate.allowed for gate in refining.gates):
            return ()
        shown = list(values[: refining.shown])
        quality = {place: code for place, code in reading.quality.items() if place < refining.shown}
        for derivation, type_ in zip(refining.derived, self._types, strict=True):
            value, why = self._computed(derivation, reading)
            if value is None:
                quality[len(shown)] = int(why)
            shown.append(round(value) if type_ is FieldType.INT and value is not None else value)  # type: ignore[arg-type]  # a number
        return (StreamReading(reading.stream, reading.t_ms, shown, quality),)

    def _computed(self, derivation: Derivation, reading: StreamReading) -> tuple[Value, Quality]:
        found = []
        for place in derivation.inputs:
            value = reading.values[place]
            known = number(value, self._converters[place])
            if known is None:
                return None, Quality(reading.quality.get(place, Quality.BadNoData))
            found.append(known)
        if derivation.derived.difference is not None:
            return self._difference(derivation.inputs[0], reading.values[derivation.inputs[0]])
        if derivation.limit is not None:
            return found[0] < derivation.limit, Quality.Good
        return round(sum(found), _DECIMALS), Quality.Good

    def _difference(self, place: int, raw: Value) -> tuple[Value, Quality]:
        """Give what a counter counted since its last reading; nothing at the first, and where it began anew."""
        new = raw if isinstance(raw, int | float) else 0
        last, self._last[place] = self._last.get(place), new
        wraps_at = self._wraps[place]
        if last is None or (new < last and wraps_at is None):
            return None, Quality.GoodNoData
        counted = new - last if wraps_at is None else (new - last) % wraps_at
        return self._converters[place](counted), Quality.Good


_DECIMALS = 6


class _Alarms:
    """The alarms of one stream: an event when a state begins, and when it ends. What was not read changes nothing."""

    def __init__(self, bound: BoundStream, watched: Sequence[Watched], converters: Sequence[Converter], active: _Active) -> None:
        self._watched = [(one, _judge(one, converters[one.place])) for one in watched]
        self._asset, self._active = bound.stream.asset, active

    def __call__(self, reading: StreamReading) -> Sequence[StreamReading]:
        events = []
        for watched, judge in self._watched:
            value = reading.values[watched.place]
            if value is None or is_bad(reading.quality.get(watched.place, 0)):
                continue
            alarm, active = watched.alarm, judge(value)
            if self._active.set(f"{self._asset}/{alarm.alarm}", active=active):
                events.append(StreamReading(reading.stream, reading.t_ms, [alarm.alarm, active, alarm.en, alarm.it], {}))
        return events


def _judge(watched: Watched, convert: Converter) -> Callable[[Value], bool]:
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
