"""Finds the conflicts of one situation among thousands: an index by street, junction and place leaves few to compare."""

import math
from collections import defaultdict
from collections.abc import Hashable, Iterator

from gateway.situation.conflicts.comparison import Conflict, ConflictRules, conflict_of
from gateway.situation.conflicts.footprint import Footprint
from gateway.situation.conflicts.savings import Opportunity, opportunity_of
from gateway.situation.conflicts.shape import Shape

CELL_DEG = 0.004
"""The cells of the index: about 300 by 450 metres in Italy, so that a site is in one to four."""

MOST_CELLS = 400
"""Of one shape; what is larger is compared with everything."""

_WIDE = "wide"


class ConflictFinder:
    """The situations of a city, each under the streets, junctions and cells that it touches, with its detour."""

    def __init__(self, rules: ConflictRules = ConflictRules()) -> None:  # noqa: B008 — a constant
        self.rules = rules
        self._footprints: dict[str, Footprint] = {}
        self._places: defaultdict[Hashable, set[str]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._footprints)

    def put(self, footprint: Footprint) -> None:
        """Add a situation, or replace it."""
        self.remove(footprint.id)
        self._footprints[footprint.id] = footprint
        for place in _places(footprint, 0.0):
            self._places[place].add(footprint.id)

    def remove(self, situation: str) -> None:
        """Remove a situation, if it is there."""
        footprint = self._footprints.pop(situation, None)
        if footprint is None:
            return
        for place in _places(footprint, 0.0):
            self._places[place].discard(situation)
            if not self._places[place]:
                del self._places[place]

    def conflicts_of(self, footprint: Footprint) -> list[Conflict]:
        """Return the conflicts of a situation with all others, in the order of their names."""
        found = (conflict_of(footprint, other, self.rules) for other in self._candidates(footprint))
        return [one for one in found if one is not None]

    def opportunities_of(self, footprint: Footprint) -> list[Opportunity]:
        """Return with whom the owner of a situation could dig together, in the order of their names."""
        found = (opportunity_of(footprint, other, self.rules) for other in self._candidates(footprint))
        return [one for one in found if one is not None]

    def _candidates(self, footprint: Footprint) -> Iterator[Footprint]:
        margin_m = max(self.rules.near_m, self.rules.detour_near_m)
        places = set(_places(footprint, margin_m))
        near = self._footprints if _WIDE in places else {name for place in (*places, _WIDE) for name in self._places.get(place, ())}
        return (self._footprints[name] for name in sorted(near) if name != footprint.id)


def _places(footprint: Footprint, margin_m: float) -> Iterator[Hashable]:
    """Yield everything under which a situation is found."""
    yield from footprint.streets
    yield from (("junction", one) for one in footprint.junctions)
    if footprint.shape is not None:
        yield from cells_of(footprint.shape, margin_m)
    if footprint.detour is not None:
        yield from footprint.detour.streets
        if footprint.detour.shape is not None:
            yield from cells_of(footprint.detour.shape, margin_m)


def cells_of(shape: Shape, margin_m: float) -> Iterator[Hashable]:
    """Yield the cells that a shape with a margin touches; one that stands for all if there are too many."""
    box = shape.box.grown(margin_m)
    columns = range(math.floor(box.west / CELL_DEG), math.floor(box.east / CELL_DEG) + 1)
    rows = range(math.floor(box.south / CELL_DEG), math.floor(box.north / CELL_DEG) + 1)
    if len(columns) * len(rows) > MOST_CELLS:
        yield _WIDE
        return
    yield from ((column, row) for column in columns for row in rows)
