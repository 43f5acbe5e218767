"""The overrides of one output, and which of them is in effect.

The result depends on the commands and the time alone, not on the order in which they arrive: duplicated, late and early ones end in the
same state, and so does a gateway that was killed, and one whose clock was corrected.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

from gateway.control.commands.override import EndedOverride, LightOverride, Precedence

_DAY_MS = 86_400_000
_FUTURE_MS = 60_000
"""How far ahead the clock of who commands may be."""

_MOST = 64
"""Overrides of an output that are kept, those that will start later among them. Releases may be more: they must be possible."""

OrderVerdict = Literal[
    "accepted",
    "expired",
    "superseded",
    "duplicate",
    "stale",
    "clockUntrusted",
    "parameterMissing",
    "parameterValueNotValid",
    "serviceConstraintExceeded",
]
"""What becomes of a command: it is in effect or will be, or why not."""


class StandingOrders(msgspec.Struct, frozen=True):
    """The overrides of one output, the newest last. Replaced ones are kept for a day, in case that the clock is set back."""

    overrides: tuple[LightOverride, ...] = ()

    def received(self, override: LightOverride, now_ms: int | None) -> "tuple[StandingOrders, OrderVerdict]":
        """Return the orders after a command, and what becomes of it; `now_ms` is None if the clock is not trusted."""
        refusal = self._refusal(override, now_ms)
        if refusal is not None:
            return self, refusal
        kept = StandingOrders(tuple(sorted((*self.overrides, override), key=_order)))
        if now_ms is None:
            return kept, "accepted"
        kept = kept._without_replaced(now_ms)
        if override.expires_ms is not None and override.expires_ms <= now_ms:
            return kept, "expired"
        return kept, "superseded" if kept.supersedes(override, now_ms) else "accepted"

    def supersedes(self, override: LightOverride, now_ms: int) -> bool:
        """Return whether a newer override of its precedence has begun."""
        newest = self._newest(override.precedence, now_ms)
        return newest is not None and newest.order > override.order

    def in_effect(self, precedence: Precedence, now_ms: int | None) -> LightOverride | None:
        """Return the override of a precedence that is in effect: the newest that has begun, unless it has expired or is a release.

        Without a trusted clock (None) only what needs no clock is in effect.
        """
        newest = self._newest(precedence, now_ms)
        if newest is None or newest.level is None:
            return None
        if now_ms is None:
            return None if newest.is_timed else newest
        return None if newest.expires_ms is not None and newest.expires_ms <= now_ms else newest

    def ended(self, now_ms: int) -> EndedOverride | None:
        """Return the latest end of an override: its expiry, or its release."""
        found = [one for precedence in Precedence if (one := self._end_of(self._newest(precedence, now_ms), now_ms)) is not None]
        return max(found, default=None)

    def _end_of(self, newest: LightOverride | None, now_ms: int) -> EndedOverride | None:
        if newest is None:
            return None
        if newest.level is None:
            return EndedOverride(newest.begins_ms, newest.ramp_s)
        if newest.expires_ms is not None and newest.expires_ms <= now_ms:
            return EndedOverride(newest.expires_ms, newest.ramp_from_s)
        return None

    def _newest(self, precedence: Precedence, now_ms: int | None) -> LightOverride | None:
        for one in reversed(self.overrides):
            if one.precedence == precedence and (one.start_ms is None if now_ms is None else one.begins_ms <= now_ms):
                return one
        return None

    def _refusal(self, override: LightOverride, now_ms: int | None) -> OrderVerdict | None:
        known = next((one for one in self.overrides if one.id == override.id), None)
        checks: Iterable[tuple[bool, OrderVerdict]] = (
            (known is not None, "duplicate"),
            (override.level is not None and not 0 <= override.level <= 100, "parameterValueNotValid"),
            (override.precedence in {Precedence.DEFAULT, Precedence.CALENDAR, Precedence.HAND_SWITCH}, "parameterValueNotValid"),
            (override.expires_ms is not None and override.expires_ms <= override.begins_ms, "parameterValueNotValid"),
            (override.level is not None and override.expires_ms is None and override.review_ms is None, "parameterMissing"),
            (now_ms is None and override.is_timed, "clockUntrusted"),
            (now_ms is not None and override.issued_ms < now_ms - _DAY_MS, "stale"),
            (now_ms is not None and override.issued_ms > now_ms + _FUTURE_MS, "parameterValueNotValid"),
            (len(self.overrides) >= (_MOST if override.level is not None else 2 * _MOST), "serviceConstraintExceeded"),
        )
        return next((verdict for broken, verdict in checks if broken), None)

    def _without_replaced(self, now_ms: int) -> "StandingOrders":
        """Return the orders without those that a newer one replaced more than a day ago."""
        kept = self.overrides
        for precedence in Precedence:
            newest = self._newest(precedence, now_ms - _DAY_MS)
            if newest is not None:
                kept = tuple(one for one in kept if one.precedence != precedence or one.order >= newest.order)
        return StandingOrders(kept)


def _order(override: LightOverride) -> tuple[int, str]:
    return override.order
