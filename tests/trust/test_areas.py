"""Which assets are in an area."""

from gateway.model.site.access import CornerSettings
from gateway.model.site.assets import AssetSettings
from gateway.trust.areas import assets_in, contains

# A square with a notch that reaches its middle from the north.
NOTCHED = [CornerSettings(lat=lat, lon=lon) for lat, lon in ((0, 0), (0, 4), (4, 4), (4, 3), (2, 2), (4, 1), (4, 0))]


def test_a_position_is_inside_or_outside_of_an_area_that_is_not_convex() -> None:
    inside, outside = [(1, 2), (3.5, 0.5), (3.5, 3.5), (0.1, 3.9)], [(3.5, 2), (-1, 2), (5, 2), (1, 5), (1, -1)]
    assert all(contains(NOTCHED, *one) for one in inside)
    assert not any(contains(NOTCHED, *one) for one in outside)
    assert all(contains(NOTCHED[::-1], *one) for one in inside)


def test_areas_that_share_a_border_share_no_asset() -> None:
    west = [CornerSettings(lat=lat, lon=lon) for lat, lon in ((0, 0), (0, 1), (1, 1), (1, 0))]
    east = [CornerSettings(lat=lat, lon=lon) for lat, lon in ((0, 1), (0, 2), (1, 2), (1, 1))]
    assert contains(west, 0.5, 1) + contains(east, 0.5, 1) == 1


def test_the_assets_of_an_area_are_those_with_a_position_in_it() -> None:
    assets = {
        "b": AssetSettings(lat=1, lon=2),
        "a": AssetSettings(lat=1, lon=1),
        "out": AssetSettings(lat=9, lon=9),
        "unplaced": AssetSettings(),
    }
    assert assets_in(NOTCHED, assets) == ["a", "b"]
