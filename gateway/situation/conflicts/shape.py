"""Distances between geometries in metres.

Both are projected onto a plane at their common latitude (equirectangular): over the extent of a city the error is far below the width of
a street. docs/decisions/ says why no geometry library is used.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from gateway.situation.event.geometry import Geometry, Position, areas_of, paths_of

METRES_PER_DEGREE = 111_195.0
"""Of latitude, on a sphere with the mean radius of the earth, 6371.0088 km (IUGG)."""

_LEAST_COSINE = 1e-6


class Box(NamedTuple):
    """A rectangle in degrees."""

    west: float
    south: float
    east: float
    north: float

    def grown(self, by_m: float) -> "Box":
        """Return the rectangle with a margin on each side."""
        north = by_m / METRES_PER_DEGREE
        farthest = min(90.0, max(abs(self.south), abs(self.north)) + north)
        east = north / max(_LEAST_COSINE, math.cos(math.radians(farthest)))
        return Box(self.west - east, self.south - north, self.east + east, self.north + north)

    def meets(self, other: "Box") -> bool:
        """Return whether two rectangles have a point in common."""
        return self.west <= other.east and other.west <= self.east and self.south <= other.north and other.south <= self.north


class Shape(NamedTuple):
    """A geometry for distances: its paths, those of them that enclose an area, and the rectangle around it."""

    paths: Sequence[Sequence[Position]]
    areas: Sequence[Sequence[Sequence[Position]]]
    box: Box


_Point = tuple[float, float]
_Segment = tuple[_Point, _Point]


def shape_of(geometry: Geometry) -> Shape:
    """Return the shape of a geometry."""
    paths = paths_of(geometry)
    return Shape(paths, areas_of(geometry), _box(position for path in paths for position in path))


def _box(positions: Iterable[Position]) -> Box:
    found = list(positions)
    east, north = [one[0] for one in found], [one[1] for one in found]
    return Box(min(east), min(north), max(east), max(north))


def distance_m(one: Shape, other: Shape, within_m: float) -> float:
    """Return the least distance of two shapes; infinity if it is more than `within_m`. Shapes that touch or overlap have 0."""
    near_one, near_other = one.box.grown(within_m), other.box.grown(within_m)
    if not near_one.meets(other.box):
        return math.inf
    plane = _Plane(one.box, other.box)
    if _overlap(plane, one, other) or _overlap(plane, other, one):
        return 0.0
    mine, others = list(_segments(plane, one, near_other)), list(_segments(plane, other, near_one))
    least = min((_segment_distance(a, b) for a in mine for b in others), default=math.inf)
    return least if least <= within_m else math.inf


class _Plane:
    """The plane at the common latitude of two rectangles, in metres from the corner of the first."""

    def __init__(self, one: Box, other: Box) -> None:
        self._west, self._south = one.west, one.south
        latitude = (one.south + one.north + other.south + other.north) / 4
        self._per_degree = METRES_PER_DEGREE * math.cos(math.radians(latitude))

    def point(self, position: Position) -> _Point:
        return (position[0] - self._west) * self._per_degree, (position[1] - self._south) * METRES_PER_DEGREE


def _segments(plane: _Plane, shape: Shape, near: Box) -> Iterator[_Segment]:
    """Yield the segments of a shape that may be near; a single position is a segment without length."""
    for path in shape.paths:
        for begin, end in pairwise(path if len(path) > 1 else (path[0], path[0])):
            if _box((begin, end)).meets(near):
                yield plane.point(begin), plane.point(end)


def _overlap(plane: _Plane, area: Shape, other: Shape) -> bool:
    """Return whether a path of a shape begins inside an area of another; where their borders cross, segments meet."""
    starts = [plane.point(path[0]) for path in other.paths] if area.areas else []
    areas = [[[plane.point(one) for one in ring] for ring in rings] for rings in area.areas]
    return any(_inside(start, rings) for rings in areas for start in starts)


def _inside(point: _Point, rings: Sequence[Sequence[_Point]]) -> bool:
    """Return whether a point is in an area: a ray to the east crosses its rings an odd number of times."""
    x, y = point
    crossings = 0
    for ring in rings:
        for (ax, ay), (bx, by) in pairwise(ring):
            if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
                crossings += 1
    return crossings % 2 == 1


def _segment_distance(one: _Segment, other: _Segment) -> float:
    """Return the distance of two segments: 0 if they cross, else that of an end of one from the other."""
    (a, b), (c, d) = one, other
    if _side(c, d, a) * _side(c, d, b) < 0 and _side(a, b, c) * _side(a, b, d) < 0:
        return 0.0
    return min(_point_distance(a, c, d), _point_distance(b, c, d), _point_distance(c, a, b), _point_distance(d, a, b))


def _side(a: _Point, b: _Point, c: _Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _point_distance(point: _Point, a: _Point, b: _Point) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    along = 0.0 if length == 0 else max(0.0, min(1.0, ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / length))
    return math.hypot(point[0] - a[0] - along * dx, point[1] - a[1] - along * dy)
