"""The assets of a site file."""

import pytest

from gateway.model.site.assets import AssetSettings, LightingSettings
from gateway.model.stream import Place
from tests.model.site.parts import problems_of, read


def test_the_place_of_an_asset_is_part_of_its_streams() -> None:
    assert AssetSettings(name="Quadro 41", lat=43.88, lon=11.1).place() == Place("Quadro 41", 43.88, 11.1)
    assert AssetSettings().place() == Place()


def test_a_panel_switches_at_sunset_unless_it_names_another_elevation_of_the_sun() -> None:
    assert read("{lamps: 40, lamp_power: 60}", LightingSettings).elevation == -0.833


@pytest.mark.parametrize("position", ["{lat: 91}", "{lat: -91}", "{lon: 181}", "{lon: -181}"])
def test_an_asset_is_on_the_globe(position: str) -> None:
    assert "write a number from" in problems_of(position, AssetSettings)
