"""Who could dig together, and what that would save."""

from typing import NamedTuple

from gateway.situation.conflicts.comparison import DAY_MS, ConflictRules, gap_of, same_place
from gateway.situation.conflicts.footprint import Footprint
from gateway.situation.conflicts.shape import distance_m
from gateway.situation.times.instants import NEVER_MS


class Opportunity(NamedTuple):
    """Two organisations that dig in the same place within a short time.

    The savings are the most that is possible: the shorter works go into the longer ones, and the surface is opened once.
    """

    one: str
    other: str
    gap_ms: int
    saved_days: float
    saved_area_m2: float | None
    saved_length_m: float | None


def opportunity_of(one: Footprint, other: Footprint, rules: ConflictRules) -> Opportunity | None:
    """Return what two organisations would save together; None if they don't both dig there, or one has begun."""
    if one.owner == other.owner or one.exercise != other.exercise or one.begun or other.begun:
        return None
    gap_ms = gap_of(one, other)
    if one.excavation is None or other.excavation is None or gap_ms > rules.together_days * DAY_MS:
        return None
    near_m = None if one.shape is None or other.shape is None else distance_m(one.shape, other.shape, rules.near_m)
    if not same_place(one, other, near_m) or NEVER_MS in (one.span.to_ms, other.span.to_ms):
        return None
    return Opportunity(
        one.id,
        other.id,
        gap_ms,
        saved_days=min(part.span.to_ms - part.span.from_ms for part in (one, other)) / DAY_MS,
        saved_area_m2=_lesser(one.excavation.area_m2, other.excavation.area_m2),
        saved_length_m=_lesser(one.excavation.length_m, other.excavation.length_m),
    )


def _lesser(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else min(one, other)
