"""GeoJSON geometries (RFC 7946): longitude first, WGS 84, without heights; with bounds on how much there is of them."""

from collections.abc import Iterator
from typing import Annotated

import msgspec

Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Position = tuple[Longitude, Latitude]
"""Longitude and latitude in degrees."""

MOST_POSITIONS = 500
"""Of one geometry: a street of five kilometres, drawn every ten metres. Distances between two geometries take this number squared."""

_Positions = Annotated[list[Position], msgspec.Meta(min_length=1, max_length=MOST_POSITIONS)]
_Path = Annotated[list[Position], msgspec.Meta(min_length=2, max_length=MOST_POSITIONS)]
_Ring = Annotated[list[Position], msgspec.Meta(min_length=4, max_length=MOST_POSITIONS)]
_Rings = Annotated[list[_Ring], msgspec.Meta(min_length=1, max_length=50)]


class PointGeometry(msgspec.Struct, tag="Point", frozen=True):
    """One position."""

    coordinates: Position


class MultiPointGeometry(msgspec.Struct, tag="MultiPoint", frozen=True):
    """Several positions."""

    coordinates: _Positions


class LineGeometry(msgspec.Struct, tag="LineString", frozen=True):
    """A path."""

    coordinates: _Path


class MultiLineGeometry(msgspec.Struct, tag="MultiLineString", frozen=True):
    """Several paths."""

    coordinates: Annotated[list[_Path], msgspec.Meta(min_length=1, max_length=50)]


class PolygonGeometry(msgspec.Struct, tag="Polygon", frozen=True):
    """An area: its outer ring, then its holes, each closed."""

    coordinates: _Rings


class MultiPolygonGeometry(msgspec.Struct, tag="MultiPolygon", frozen=True):
    """Several areas."""

    coordinates: Annotated[list[_Rings], msgspec.Meta(min_length=1, max_length=50)]


Lines = LineGeometry | MultiLineGeometry
Geometry = PointGeometry | MultiPointGeometry | LineGeometry | MultiLineGeometry | PolygonGeometry | MultiPolygonGeometry


def paths_of(geometry: Geometry) -> list[list[Position]]:
    """Return the paths of a geometry: those of lines, the rings of areas; a point is a path of one position."""
    match geometry:
        case PointGeometry(coordinates=position):
            return [[position]]
        case MultiPointGeometry(coordinates=positions):
            return [[one] for one in positions]
        case LineGeometry(coordinates=path):
            return [path]
        case MultiPolygonGeometry(coordinates=areas):
            return [ring for rings in areas for ring in rings]
        case _:
            return geometry.coordinates


def areas_of(geometry: Geometry) -> list[list[list[Position]]]:
    """Return the areas of a geometry, each as its rings; none if it has no area."""
    match geometry:
        case PolygonGeometry(coordinates=rings):
            return [rings]
        case MultiPolygonGeometry(coordinates=areas):
            return areas
        case _:
            return []


def geometry_errors(geometry: Geometry) -> Iterator[str]:
    """Yield what is wrong with a geometry whose parts are all within their bounds."""
    if sum(map(len, paths_of(geometry))) > MOST_POSITIONS:
        yield f"the geometry has more than {MOST_POSITIONS} positions"
    if any(ring[0] != ring[-1] for rings in areas_of(geometry) for ring in rings):
        yield "a ring of the geometry is not closed: its last position must be its first"
