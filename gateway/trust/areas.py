"""Which assets are in an area of the city. Pure."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from gateway.model.site.access import CornerSettings
from gateway.model.site.assets import AssetSettings


def contains(corners: Sequence[CornerSettings], lat: float, lon: float) -> bool:
    """Return whether a position is in the polygon of these corners.

    It is if a line from there to the east crosses the border an odd number of times. A city is small enough to be a plane.
    """
    inside = False
    for one, other in pairwise((*corners, corners[0])):
        if (one.lat > lat) != (other.lat > lat) and lon < one.lon + (lat - one.lat) * (other.lon - one.lon) / (other.lat - one.lat):
            inside = not inside
    return inside


def assets_in(corners: Sequence[CornerSettings], assets: Mapping[str, AssetSettings]) -> list[str]:
    """Return the names of the assets whose positions are in an area, sorted. An asset without a position is in none."""
    return sorted(
        name for name, one in assets.items() if one.lat is not None and one.lon is not None and contains(corners, one.lat, one.lon)
    )
