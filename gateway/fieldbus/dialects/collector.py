"""Collects the raw values that a device sends for one slot between two readings. Pure."""

import math

from gateway.fieldbus.binding.bound_device import Slot
from gateway.fieldbus.codec.value_rules import Raw, value_rule
from gateway.model.batch import Value
from gateway.model.quality import Quality

_MEAN_DECIMALS = 3


class Collector:
    """Collects one slot's raw values until they are consumed as one value: the last, or the mean."""

    def __init__(self, slot: Slot) -> None:
        self._point = slot.point
        self._rule = value_rule(slot)
        self._raw: list[Raw] = []
        self._bad: Quality | None = None

    @property
    def is_mean(self) -> bool:
        """Whether the value is a mean over an interval, in which the device may have nothing to send."""
        return self._point.collect == "mean"

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been received."""
        return not self._raw and self._bad is None

    def accept(self, raw: Raw) -> None:
        """Add a raw value; unless the value is a mean, it replaces the one before. Texts are ignored where a number is expected."""
        if self._point.type in ("number", "hex") and (isinstance(raw, bool) or not isinstance(raw, int | float)):
            return
        if not self.is_mean:
            self.clear()
        self._raw.append(raw)

    def accept_bad(self, why: Quality) -> None:
        """Record that the device has no value, and why."""
        self.clear()
        self._bad = why

    def clear(self) -> None:
        """Discard what was received."""
        self._raw.clear()
        self._bad = None

    def consume(self, if_empty: Quality, if_no_mean: Quality = Quality.GoodNoData) -> tuple[Value, Quality]:
        """Return the value of what was received and its quality, and start over; the other two are the qualities if nothing was."""
        received, self._raw = self._raw, []
        bad, self._bad = self._bad, None
        if bad is not None:
            return None, bad
        values = []
        for raw in received:
            value = self._value(raw)
            if value is None:
                return None, self._rule.explain(raw)
            values.append(value)
        if not values:
            return None, if_no_mean if self.is_mean else if_empty
        if not self.is_mean:
            return values[-1], Quality.Good
        return round(math.fsum(float(value) for value in values) / len(values), _MEAN_DECIMALS), Quality.Good

    def _value(self, raw: Raw) -> Value:
        low, high, make, _ = self._rule
        if isinstance(raw, str) or low <= raw <= high:  # type: ignore[operator]  # the limits of bytes are bytes
            return make(raw) if make is not None else raw  # type: ignore[return-value]  # bytes always have a `make`
        return None
