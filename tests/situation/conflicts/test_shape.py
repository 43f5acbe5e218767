"""Distances of geometries."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.situation.conflicts.shape import METRES_PER_DEGREE, Shape, distance_m, shape_of
from gateway.situation.event.geometry import LineGeometry, MultiPolygonGeometry, PointGeometry, PolygonGeometry, Position

LAT, LON = 43.88, 11.09
PER_DEGREE = METRES_PER_DEGREE * math.cos(math.radians(LAT))
FAR = 1e6


def at(x_m: float, y_m: float) -> Position:
    return LON + x_m / PER_DEGREE, LAT + y_m / METRES_PER_DEGREE


def point(x_m: float, y_m: float) -> Shape:
    return shape_of(PointGeometry(at(x_m, y_m)))


def line(*points: tuple[float, float]) -> Shape:
    return shape_of(LineGeometry([at(*one) for one in points]))


def ring(west: float, south: float, east: float, north: float) -> list[Position]:
    return [at(west, south), at(east, south), at(east, north), at(west, north), at(west, south)]


SQUARE = shape_of(PolygonGeometry([ring(0, 0, 100, 100)]))
COURT = shape_of(PolygonGeometry([ring(0, 0, 100, 100), ring(20, 20, 80, 80)]))


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        (point(0, 0), point(30, 40), 50),
        (point(50, 10), line((0, 0), (100, 0)), 10),
        (point(130, 40), line((0, 0), (100, 0)), 50),
        (line((0, 0), (100, 0)), line((50, -50), (50, 50)), 0),
        (line((0, 0), (100, 0)), line((0, 20), (100, 20)), 20),
        (line((0, 0), (100, 0)), line((100, 0), (100, 100)), 0),
        (line((0, 0), (100, 0)), line((110, 0), (200, 0)), 10),
        (line((0, 0), (40, 30), (80, 0)), point(40, 50), 20),
        (point(50, 50), SQUARE, 0),
        (point(110, 50), SQUARE, 10),
        (line((40, 40), (60, 60)), SQUARE, 0),
        (line((-50, 50), (150, 50)), SQUARE, 0),
        (point(50, 50), COURT, 30),
        (point(10, 50), COURT, 0),
        (shape_of(MultiPolygonGeometry([[ring(0, 0, 10, 10)], [ring(200, 0, 210, 10)]])), point(220, 5), 10),
    ],
)
def test_distances_in_metres(one: Shape, other: Shape, metres: float) -> None:
    for shapes in ((one, other), (other, one)):
        assert distance_m(*shapes, within_m=1000) == pytest.approx(metres, abs=0.01)


def test_what_is_farther_than_asked_is_infinitely_far() -> None:
    assert distance_m(point(0, 0), point(0, 31), 30) == math.inf
    assert distance_m(line((0, 0), (100, 100)), point(100, 50), 30) == math.inf, "its rectangle is near, it is not"


_metres = st.floats(-500, 500)
_paths = st.lists(st.tuples(_metres, _metres), min_size=2, max_size=6)


@given(_paths, _paths, st.floats(1, 300))
def test_the_limit_leaves_nothing_out(one: list[tuple[float, float]], other: list[tuple[float, float]], within_m: float) -> None:
    shapes = line(*one), line(*other)
    whole = distance_m(*shapes, within_m=FAR)
    assert distance_m(*shapes, within_m=within_m) == (whole if whole <= within_m else math.inf)
    assert distance_m(shapes[1], shapes[0], FAR) == pytest.approx(whole, abs=1e-3)


def _dense(path: list[tuple[float, float]]) -> list[tuple[float, float]]:
    return [(a[0] + t / 40 * (b[0] - a[0]), a[1] + t / 40 * (b[1] - a[1])) for a, b in pairwise(path) for t in range(41)]


@given(st.lists(st.tuples(_metres, _metres), min_size=2, max_size=3), st.lists(st.tuples(_metres, _metres), min_size=2, max_size=3))
def test_a_distance_is_that_of_the_nearest_of_many_points(one: list[tuple[float, float]], other: list[tuple[float, float]]) -> None:
    sampled = min(math.dist(a, b) for a in _dense(one) for b in _dense(other))
    found = distance_m(line(*one), line(*other), FAR)
    assert found <= sampled + 0.5
    assert sampled <= found + 40, "points are at most 35 m apart on each path"
