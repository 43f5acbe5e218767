"""The simulated town and its troubles."""

import pytest

from gateway.simulate.history.town import LIGHTING, TOWN, Period, town, troubles

WHOLE = Period(1_795_000_000.0, 1_796_000_000.0)


@pytest.mark.parametrize("assets", [10, 30, 500, 3500])
def test_a_town_has_as_many_assets_as_asked_for_each_with_a_name_of_its_own(assets: int) -> None:
    made = town(assets)
    assert made.assets == assets
    names = [panel.asset for panel in made.panels] + [lamp for panel in made.panels for lamp in panel.lamps]
    names += [sensor.asset for sensor in made.sensors]
    assert len(set(names)) == assets
    assert {sensor.kind for sensor in made.sensors} == {"traffic", "air_quality", "noise", "weather"}


def test_every_asset_is_read_by_a_gateway_of_its_operator() -> None:
    made = town(500)
    assert {panel.gateway.operator for panel in made.panels} == {LIGHTING}
    assert {sensor.gateway.operator for sensor in made.sensors} == {TOWN}
    used = {panel.gateway for panel in made.panels} | {sensor.gateway for sensor in made.sensors}
    assert used == set(made.gateways)


def test_one_trouble_of_each_kind_lasts_until_the_end() -> None:
    made = town(500)
    found = troubles(made, WHOLE)
    for name, periods in found._asdict().items():
        if name != "offline":  # a gateway that is offline at the end has sent nothing of it
            assert any(period.to_s == WHOLE.to_s for period in periods.values()), name


def test_troubles_name_what_the_town_has() -> None:
    made = town(200)
    found = troubles(made, WHOLE)
    panels, gateways = {panel.asset for panel in made.panels}, {one.gateway for one in made.gateways}
    assert found.dark.keys() | found.burning.keys() | found.phase_lost.keys() <= panels
    assert found.dead.keys() | found.offline.keys() | found.unsynchronised.keys() | found.noisy.keys() <= gateways
    assert found.failed.keys() <= {lamp for panel in made.panels for lamp in panel.lamps}


def test_a_period_excludes_its_end() -> None:
    assert 1.0 in Period(1.0, 2.0)
    assert 2.0 not in Period(1.0, 2.0)
