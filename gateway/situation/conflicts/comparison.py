"""Whether two situations are in each other's way, and on what grounds."""

import math
from collections.abc import Iterator
from typing import Literal, NamedTuple

from gateway.situation.conflicts.footprint import Footprint, Route
from gateway.situation.conflicts.shape import Shape, distance_m

Ground = Literal["street", "geometry", "junction", "detour", "no_dig"]
"""The same street, near each other, the same junction, a detour over the other's works, digging where the surface is protected."""

DAY_MS = 86_400_000


class ConflictRules(NamedTuple):
    """What counts as near, in metres and in days between the end of one and the start of the other; how long resurfacing protects."""

    near_m: float = 30.0
    detour_near_m: float = 15.0
    tail_days: float = 30.0
    together_days: float = 90.0
    no_dig_years: int = 5


class Conflict(NamedTuple):
    """Two situations that are in each other's way.

    `gap_ms` is the time between them, 0 if they overlap; `distance_m` is None if they are not near.
    """

    one: str
    other: str
    grounds: tuple[Ground, ...]
    gap_ms: int
    distance_m: float | None


def conflict_of(one: Footprint, other: Footprint, rules: ConflictRules) -> Conflict | None:
    """Return the conflict of two situations; None if there is none, or they are sites of the same works, or one is an exercise."""
    if not _independent(one, other):
        return None
    gap_ms = gap_of(one, other)
    protected = _digs_up(one, other) or _digs_up(other, one)
    if gap_ms > rules.tail_days * DAY_MS and not protected:
        return None
    near_m = None if one.shape is None or other.shape is None else distance_m(one.shape, other.shape, rules.near_m)
    grounds = tuple(_grounds(one, other, gap_ms, near_m, rules, protected=protected))
    return Conflict(one.id, other.id, grounds, gap_ms, None if near_m in (None, math.inf) else near_m) if grounds else None


def gap_of(one: Footprint, other: Footprint) -> int:
    """Return the milliseconds between two situations; 0 if they overlap."""
    return max(0, one.span.from_ms - other.span.to_ms, other.span.from_ms - one.span.to_ms)


def same_place(one: Footprint, other: Footprint, near_m: float | None) -> bool:
    """Return whether two situations are in the same place: near each other if both are drawn, else in the same street."""
    return near_m != math.inf if near_m is not None else bool(one.streets & other.streets)


def _independent(one: Footprint, other: Footprint) -> bool:
    same_works = one.umbrella is not None and (one.owner, one.umbrella) == (other.owner, other.umbrella)
    return one.id != other.id and one.exercise == other.exercise and not same_works


def _grounds(
    one: Footprint, other: Footprint, gap_ms: int, near_m: float | None, rules: ConflictRules, *, protected: bool
) -> Iterator[Ground]:
    if gap_ms <= rules.tail_days * DAY_MS:
        if one.streets & other.streets:
            yield "street"
        if near_m is not None and near_m != math.inf:
            yield "geometry"
        if one.junctions & other.junctions:
            yield "junction"
    if gap_ms == 0 and (_leads_over(one.detour, other, rules) or _leads_over(other.detour, one, rules)):
        yield "detour"
    if protected and same_place(one, other, near_m):
        yield "no_dig"


def _leads_over(detour: Route | None, other: Footprint, rules: ConflictRules) -> bool:
    if detour is None:
        return False
    return bool(detour.streets & other.streets) or _near(detour.shape, other.shape, rules.detour_near_m)


def _near(one: Shape | None, other: Shape | None, within_m: float) -> bool:
    return one is not None and other is not None and distance_m(one, other, within_m) != math.inf


def _digs_up(one: Footprint, other: Footprint) -> bool:
    """Return whether one digs after the other has restored the surface, while it is protected."""
    until_ms = other.protected_until_ms
    return one.excavation is not None and until_ms is not None and other.span.to_ms <= one.span.from_ms < until_ms
