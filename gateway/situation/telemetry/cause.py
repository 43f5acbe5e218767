"""The works that have probably caused what telemetry shows: those that were dug at the time and the place where it began."""

import math
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from gateway.analytics.sun import Coordinates, Interval, sun_day
from gateway.situation.conflicts.shape import Shape, distance_m, shape_of
from gateway.situation.event.geometry import MultiPointGeometry, Position
from gateway.situation.event.kinds import SituationKind, SituationState
from gateway.situation.event.timing import Recurrence, Timing
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.telemetry.condition import RaisedCondition
from gateway.situation.times.instants import day_of, occurrences, span_of

NEAR_M = 25.0
"""Cables lie at the side of the street whose poles they feed; works are drawn some metres off."""

AT_NIGHT = frozenset({"panel_outage", "lamp_failures"})
"""The alarms that are raised only while lamps should burn."""

_USUAL_HOURS = Recurrence(begin="07:00", end="18:00", days=[1, 2, 3, 4, 5, 6])
"""When works are dug that name no hours and are not immediate."""

_AROUND_SUNSET_MS = 60 * 60_000
_BEFORE_MS = 10 * 60_000
"""How long before an alarm says so its condition may have begun: intervals of readings, and clocks."""

_AGREED = (SituationState.PLANNED, SituationState.CONFIRMED)

CauseGrounds = Literal["asset", "place"]


class CausingWorks(NamedTuple):
    """Works that can cause outages: when they are dug, the assets that they say they affect, and where they are.

    `begun`: their owner has said so; others are taken to begin as planned.
    """

    id: str
    span: Interval
    hours: Timing
    zone: ZoneInfo
    begun: bool
    assets: frozenset[str]
    shape: Shape | None

    def dug_during(self, span: Interval) -> bool:
        """Return whether they are dug at any time of a span."""
        within = Interval(max(span.from_ms, self.span.from_ms), min(span.to_ms, self.span.to_ms))
        return next(occurrences(self.hours, self.zone, within), None) is not None


class ProbableCause(NamedTuple):
    """The works that probably caused something, and why: they name the asset, or are at its place, so far away."""

    works: str
    grounds: CauseGrounds
    distance_m: float
    begun: bool = True


def causing_works(situation: Situation, zone: ZoneInfo) -> CausingWorks | None:
    """Return works that can cause outages; None for what is no real works, is not agreed, or where nothing is dug."""
    content = situation.content
    works, impact = content.roadworks, content.impact
    assets = frozenset(impact.assets if impact is not None else ())
    begun = content.timing.actual_start is not None
    if content.kind is not SituationKind.ROADWORKS or content.exercise or not (begun or situation.state in _AGREED):
        return None
    if situation.state is SituationState.CANCELLED or not (assets or (works is not None and works.excavation is not None)):
        return None
    timing = replace(content.timing, planned_end=None) if situation.overrunning else content.timing
    span, hours = span_of(timing, zone), timing
    if not timing.recurrence and not situation.category.immediate:
        hours = replace(timing, planned_start=day_of(span.from_ms, zone).isoformat(), recurrence=[_USUAL_HOURS])
    shape = None if situation.geometry is None else shape_of(situation.geometry)
    return CausingWorks(situation.id, span, hours, zone, begun, assets, shape)


class CauseFinder:
    """Finds the works that have probably caused a condition.

    Args:
        works: Works that can cause outages.
        at_night: The alarms that are raised only while lamps should burn: what begins at dusk may have happened during the day.
    """

    def __init__(self, works: Iterable[CausingWorks], at_night: frozenset[str]) -> None:
        self._works, self._at_night = list(works), at_night

    def causes_of(self, condition: RaisedCondition) -> Iterator[ProbableCause]:
        """Yield the works that can have caused a condition."""
        where = points_of(condition.positions) if condition.positions else None
        for one in self._works:
            away_m = math.inf if where is None or one.shape is None else distance_m(one.shape, where, NEAR_M)
            named = condition.asset in one.assets
            if (named or away_m <= NEAR_M) and one.dug_during(self._began_within(condition, one.zone)):
                yield ProbableCause(one.id, "asset" if named else "place", away_m, one.begun)

    def _began_within(self, condition: RaisedCondition, zone: ZoneInfo) -> Interval:
        """Return the span in which a condition can have begun."""
        since_ms = condition.since_ms
        if condition.alarm in self._at_night and condition.positions:
            lon, lat = condition.positions[0]
            today = day_of(since_ms, zone)
            for day in (today, today - timedelta(days=1)):
                rise_ms, _, set_ms = sun_day(day, Coordinates(lat, lon))
                if rise_ms is not None and set_ms is not None and abs(since_ms - set_ms) <= _AROUND_SUNSET_MS:
                    return Interval(rise_ms, since_ms + 1)
        return Interval(since_ms - _BEFORE_MS, since_ms + 1)


def points_of(positions: Iterable[Position]) -> Shape:
    """Return the shape of single positions."""
    return shape_of(MultiPointGeometry(list(positions)))
