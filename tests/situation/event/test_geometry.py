"""GeoJSON geometries."""

import msgspec
import pytest

from gateway.situation.event.geometry import (
    MOST_POSITIONS,
    Geometry,
    LineGeometry,
    MultiLineGeometry,
    MultiPointGeometry,
    MultiPolygonGeometry,
    PointGeometry,
    PolygonGeometry,
    areas_of,
    geometry_errors,
    paths_of,
)

A, B, C = (11.0, 43.0), (11.1, 43.0), (11.1, 43.1)
RING = [A, B, C, A]
EVERY: list[tuple[Geometry, int, int]] = [
    (PointGeometry(A), 1, 0),
    (MultiPointGeometry([A, B]), 2, 0),
    (LineGeometry([A, B]), 1, 0),
    (MultiLineGeometry([[A, B], [B, C]]), 2, 0),
    (PolygonGeometry([RING, RING]), 2, 1),
    (MultiPolygonGeometry([[RING], [RING]]), 2, 2),
]


@pytest.mark.parametrize(("geometry", "paths", "areas"), EVERY, ids=lambda one: type(one).__name__)
def test_every_geometry_has_paths_and_areas(geometry: Geometry, paths: int, areas: int) -> None:
    assert (len(paths_of(geometry)), len(areas_of(geometry))) == (paths, areas)
    assert list(geometry_errors(geometry)) == []
    assert msgspec.json.decode(msgspec.json.encode(geometry), type=Geometry) == geometry


def test_a_ring_must_be_closed() -> None:
    assert list(geometry_errors(PolygonGeometry([[A, B, C, B]]))) == [
        "a ring of the geometry is not closed: its last position must be its first"
    ]


def test_the_positions_of_all_paths_together_are_bounded() -> None:
    path = [A, B] * (MOST_POSITIONS // 4)
    assert list(geometry_errors(MultiLineGeometry([path, path]))) == []
    assert list(geometry_errors(MultiLineGeometry([path, path, path]))) == [f"the geometry has more than {MOST_POSITIONS} positions"]
