"""Contactors: how often they may switch. Discharge lamps must cool before they start again, and contacts wear."""

from typing import NamedTuple

_HOUR_S = 3600.0


class ContactorLimits(NamedTuple):
    """The least times on and off, and the most starts within an hour."""

    least_on_s: float = 60.0
    least_off_s: float = 300.0
    most_starts_per_hour: int = 6


class Contactor(NamedTuple):
    """A contactor that is on or off since a time, and its starts of the last hour, in seconds of a clock that never steps."""

    is_on: bool
    since_s: float
    starts_s: tuple[float, ...] = ()

    def wanted(self, on: bool, at_s: float, limits: ContactorLimits) -> "Contactor":  # noqa: FBT001 — what is wanted of it
        """Return the contactor after it was wanted on or off: it switches if its limits allow it.

        It does not switch off if its starts of this hour are used up: a lamp that burns too long is safe, a dark street is not.
        """
        starts_s = tuple(one for one in self.starts_s if at_s - one < _HOUR_S)
        for_s = at_s - self.since_s
        if on == self.is_on:
            return self._replace(starts_s=starts_s)
        if on:
            may = for_s >= limits.least_off_s and len(starts_s) < limits.most_starts_per_hour
            return Contactor(True, at_s, (*starts_s, at_s)) if may else self._replace(starts_s=starts_s)  # noqa: FBT003
        may = for_s >= limits.least_on_s and len(starts_s) < limits.most_starts_per_hour
        return Contactor(False, at_s, starts_s) if may else self._replace(starts_s=starts_s)  # noqa: FBT003
