"""What an event does to traffic, as formats for navigation need it."""

from gateway.situation.event.datex_names import RoadManagement
from gateway.situation.event.document import SituationProperties
from gateway.situation.event.kinds import SituationKind, TrafficControl

_CLOSURES = frozenset({RoadManagement.ROAD_CLOSED, RoadManagement.CARRIAGEWAY_CLOSURES})


def both_ways_closed(said: SituationProperties) -> bool:
    """Return whether nobody can drive there, in either direction.

    A closure of which nothing else is said is one. Closures for some vehicles, or for minutes, are not.
    """
    impact = said.impact
    if impact is None or not (impact.management or impact.control or impact.lanes_open or impact.lanes_closed):
        return said.kind == SituationKind.CLOSURE
    return RoadManagement.ROAD_CLOSED in impact.management or impact.control == TrafficControl.ROAD_CLOSURE


def closed(said: SituationProperties) -> bool:
    """Return whether nobody can drive there, in at least one direction."""
    return both_ways_closed(said) or (said.impact is not None and not _CLOSURES.isdisjoint(said.impact.management))


def lanes_closed(said: SituationProperties) -> bool:
    """Return whether some lanes are closed."""
    impact = said.impact
    return impact is not None and (
        bool(impact.lanes_closed) or impact.control == TrafficControl.LANE_CLOSURE or RoadManagement.LANE_CLOSURES in impact.management
    )
