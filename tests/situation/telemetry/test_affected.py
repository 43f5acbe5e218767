"""The assets that works affect."""

from msgspec.structs import replace

from gateway.model.site.assets import AssetSettings
from gateway.situation.conflicts.shape import shape_of
from gateway.situation.event.impact import TransitStop
from gateway.situation.telemetry.affected import AffectedParts, AssetMap, affected_parts
from tests.situation.examples import VIA_ROMA
from tests.situation.telemetry.examples import BESIDE_THE_WORKS, IN_THE_WORKS, digging

DUG = shape_of(VIA_ROMA)


def at(position: tuple[float, ...], panel: str | None = None) -> AssetSettings:
    return AssetSettings(lon=position[0], lat=position[1], panel=panel)


def test_a_panel_near_which_works_dig_is_affected_with_all_that_it_feeds() -> None:
    assets = AssetMap(
        {"qe-1": at(IN_THE_WORKS), "pl-1": at(BESIDE_THE_WORKS, "qe-1"), "pl-2": AssetSettings(panel="qe-1"), "qe-2": at(BESIDE_THE_WORKS)}
    )
    assert assets.affected([], DUG) == {"qe-1", "pl-1", "pl-2"}
    assert assets.affected([], None) == set()


def test_of_a_pole_near_which_works_dig_the_panel_is_affected_and_its_other_poles_are_not() -> None:
    assets = AssetMap({"qe-1": at(BESIDE_THE_WORKS), "pl-1": at(IN_THE_WORKS, "qe-1"), "pl-2": at(BESIDE_THE_WORKS, "qe-1")})
    assert assets.affected([], DUG) == {"qe-1", "pl-1"}


def test_what_works_name_is_affected_wherever_it_is_with_all_that_it_feeds() -> None:
    assets = AssetMap({"qe-1": at(BESIDE_THE_WORKS), "pl-1": at(BESIDE_THE_WORKS, "qe-1")})
    assert assets.affected(["qe-1"], None) == {"qe-1", "pl-1"}
    assert assets.affected(["tc-9"], None) == {"tc-9"}


def test_an_asset_without_a_position_is_not_near() -> None:
    assert AssetMap({"qe-1": AssetSettings()}).affected([], DUG) == set()


def test_a_situation_affects_assets_at_its_place_and_lines_and_stops_that_it_names() -> None:
    assets = AssetMap({"qe-1": at(IN_THE_WORKS), "pl-1": at(BESIDE_THE_WORKS, "qe-1"), "qe-2": at(BESIDE_THE_WORKS)})
    assert affected_parts(digging(), assets) == AffectedParts(["pl-1", "qe-1"], [], [])
    impact = {"assets": ["qe-2"], "lines": ["LAM 1"], "stops": [{"id": "4411", "replaced_by": "4412"}]}
    found = affected_parts(replace(digging(impact=impact), geometry=None), assets)
    assert found == AffectedParts(["qe-2"], ["LAM 1"], [TransitStop("4411", replaced_by="4412")])
