"""Fields that a gateway computes from others, and modes that suspend a stream. Pure."""

from collections.abc import Callable, Sequence

from gateway.fieldbus.binding.bound_device import BoundDevice, BoundStream, Derivation, StreamRules
from gateway.model.batch import Value
from gateway.model.canonical import FieldType
from gateway.model.quality import Quality
from gateway.model.reading import Reading
from gateway.model.units import Number

NumberConverter = Callable[[Number], Number]


def number(value: Value, convert: NumberConverter) -> Number | None:
    """Return a value as a number in its unit; None if it is not a number."""
    return convert(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


class ComputedFields:
    """The computed fields of one stream, and the modes of the device in which it applies."""

    def __init__(self, bound: BoundStream, rules: StreamRules, converters: Sequence[NumberConverter], device: BoundDevice) -> None:
        self._rules, self._converters = rules, converters
        self._types = [field.type for field in bound.stream.fields[rules.shown :]]
        points = [slot.point for slot in device.slots[bound.first : bound.last]]
        self._wraps = [point.wraps_at for point in points]
        self._last: dict[int, Number] = {}

    def __call__(self, reading: Reading) -> Sequence[Reading]:
        """Return the reading with its computed fields; nothing while the mode suspends the stream."""
        rules, values = self._rules, reading.values
        if not all(values[gate.place] in gate.allowed for gate in rules.gates):
            return ()
        shown = list(values[: rules.shown])
        quality = {place: code for place, code in reading.quality.items() if place < rules.shown}
        for derivation, type_ in zip(rules.derived, self._types, strict=True):
            value, why = self._computed(derivation, reading)
            if value is None:
                quality[len(shown)] = int(why)
            shown.append(round(value) if type_ is FieldType.INT and value is not None else value)  # type: ignore[arg-type]  # a number
        return (Reading(reading.stream, reading.t_ms, shown, quality),)

    def _computed(self, derivation: Derivation, reading: Reading) -> tuple[Value, Quality]:
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
        """Return what a counter has counted since its last reading; nothing at the first, or if it was reset."""
        new = raw if isinstance(raw, int | float) else 0
        last, self._last[place] = self._last.get(place), new
        wraps_at = self._wraps[place]
        if last is None or (new < last and wraps_at is None):
            return None, Quality.GoodNoData
        counted = new - last if wraps_at is None else (new - last) % wraps_at
        return self._converters[place](counted), Quality.Good


_DECIMALS = 6
