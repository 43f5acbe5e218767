"""What a situation occupies: where, when, and what it does to the surface. This is what conflicts are found from."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.analytics.sun import Interval
from gateway.situation.conflicts.shape import Shape, shape_of
from gateway.situation.event.kinds import SituationKind, SituationState
from gateway.situation.event.place import StreetRef
from gateway.situation.event.works import Excavation, Roadworks
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.times.instants import NEVER_MS, day_of, end_ms, span_of

OCCUPYING_KINDS = frozenset({SituationKind.ROADWORKS, SituationKind.CLOSURE, SituationKind.PUBLIC_EVENT})
"""What occupies a street for a time that is planned."""


class Route(NamedTuple):
    """A detour: the keys of its streets, and its shape if it is drawn."""

    streets: frozenset[str]
    shape: Shape | None


class Footprint(NamedTuple):
    """What a situation occupies. `excavation` is None if nothing is dug, `protected_until_ms` if the surface may be dug up again."""

    id: str
    owner: str
    exercise: bool
    begun: bool
    span: Interval
    streets: frozenset[str] = frozenset()
    junctions: frozenset[str] = frozenset()
    shape: Shape | None = None
    detour: Route | None = None
    excavation: Excavation | None = None
    protected_until_ms: int | None = None
    umbrella: str | None = None


def footprint_of(situation: Situation, zone: ZoneInfo, no_dig_years: int) -> Footprint | None:
    """Return what a situation occupies; None if it occupies nothing, or is cancelled.

    What overruns lasts for ever, until its owner says otherwise. After resurfacing, the surface is protected for `no_dig_years`,
    unless the owner names another day.
    """
    content = situation.content
    if content.kind not in OCCUPYING_KINDS or situation.state is SituationState.CANCELLED:
        return None
    span = span_of(content.timing, zone)
    if situation.overrunning:
        span = Interval(span.from_ms, NEVER_MS)
    works = content.roadworks
    return Footprint(
        id=situation.id,
        owner=situation.owner,
        exercise=content.exercise,
        begun=content.timing.actual_start is not None,
        span=span,
        streets=street_keys(content.location.street_refs),
        junctions=frozenset(content.location.junctions),
        shape=None if situation.geometry is None else shape_of(situation.geometry),
        detour=_detour(situation),
        excavation=None if works is None else works.excavation,
        protected_until_ms=None if works is None else _protected_until(works, span, zone, no_dig_years),
        umbrella=None if works is None or works.umbrella is None else works.umbrella.id,
    )


def street_keys(refs: Iterable[StreetRef]) -> frozenset[str]:
    """Return the keys of streets, with their register; streets without a key are left out: their names prove nothing."""
    return frozenset(f"{one.scheme}:{one.key.strip()}" for one in refs if one.key is not None and one.key.strip())


def _detour(situation: Situation) -> Route | None:
    impact = situation.content.impact
    if impact is None or impact.detour is None:
        return None
    drawn = impact.detour.geometry
    return Route(street_keys(impact.detour.street_refs), None if drawn is None else shape_of(drawn))


def _protected_until(works: Roadworks, span: Interval, zone: ZoneInfo, years: int) -> int | None:
    if works.no_dig_until is not None:
        return end_ms(works.no_dig_until, zone)
    if works.reinstatement is None or not works.reinstatement.resurfaced or span.to_ms >= NEVER_MS:
        return None
    return end_ms(_years_later(day_of(span.to_ms, zone), years).isoformat(), zone)


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
