"""What a device has sent for one slot since its last reading."""

import math

from gateway.fieldbus.binding.bound_device import Slot
from gateway.fieldbus.codec.value_rules import Raw, value_rule
from gateway.model.batch import Value
from gateway.model.quality import Quality

_MEAN_DECIMALS = 3


class Collector:
    """What one slot has been told since its last reading."""

    def __init__(self, slot: Slot) -> None:
        self._point = slot.point
        self._shape = value_rule(slot)
        self._told: list[Raw] = []
        self._bad: Quality | None = None

    @property
    def mean(self) -> bool:
        """Whether the value is a mean over an interval, in which nothing may have happened."""
        return self._point.collect == "mean"

    @property
    def empty(self) -> bool:
        """Whether nothing has been told."""
        return not self._told and self._bad is None

    def tell(self, raw: Raw) -> None:
        """Take a raw value; of those that are only wanted last, the former is forgotten."""
        if self._point.type in ("number", "hex") and (isinstance(raw, bool) or not isinstance(raw, int | float)):
            return
        if not self.mean:
            self.forget()
        self._told.append(raw)

    def tell_bad(self, why: Quality) -> None:
        """Take the word that there is no value."""
        self.forget()
        self._bad = why

    def forget(self) -> None:
        """Forget what was told."""
        self._told.clear()
        self._bad = None

    def take(self, otherwise: Quality) -> tuple[Value, Quality]:
        """Give the value of what was told, and forget it; `otherwise` is what it is worth when nothing was."""
        told, self._told = self._told, []
        bad, self._bad = self._bad, None
        if bad is not None:
            return None, bad
        made = []
        for raw in told:
            value = self._made(raw)
            if value is None:
                return None, self._shape.explain(raw)
            made.append(value)
        if not made:
            return None, Quality.GoodNoData if self.mean else otherwise
        if not self.mean:
            return made[-1], Quality.Good
        return round(math.fsum(float(value) for value in made) / len(made), _MEAN_DECIMALS), Quality.Good

    def _made(self, raw: Raw) -> Value:
        low, high, make, _ = self._shape
        if isinstance(raw, str) or low <= raw <= high:  # type: ignore[operator]  # bytes have limits of bytes
            return make(raw) if make is not None else raw  # type: ignore[return-value]  # bytes are always made into something
        return None
