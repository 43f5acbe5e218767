"""Panels of the inventory."""

import pytest

from gateway.analytics.panel import PanelMinute, panels_of
from gateway.model.site.assets import AssetSettings
from tests.analytics.panels import LIGHTING, PANEL, ROME


def test_panels_are_the_assets_with_lighting_and_a_place() -> None:
    lit = AssetSettings(name="Quadro 41", lat=43.8777, lon=11.1022, lighting=LIGHTING)
    assets = {"qe-041": lit, "pl-1": AssetSettings(lat=1, lon=2), "qe-2": AssetSettings(lighting=LIGHTING)}
    assert panels_of(assets, ROME) == [PANEL]


def test_power_follows_the_light_output_in_the_inventory() -> None:
    assert PANEL.nominal_power_w == 4000
    assert (PANEL.nominal_at(100), PANEL.nominal_at(50), PANEL.nominal_at(0)) == (4010, 2010, 10)
    assert PANEL.threshold_w == 210


@pytest.mark.parametrize(("volts", "mean"), [((230.0, 231.0, 232.0), 231.0), ((230.0, None, None), 230.0), ((None, None, None), None)])
def test_the_voltage_is_the_mean_of_the_phases_that_were_read(
    volts: tuple[float | None, float | None, float | None], mean: float | None
) -> None:
    assert PanelMinute(0, voltages_v=volts).voltage_v == mean
