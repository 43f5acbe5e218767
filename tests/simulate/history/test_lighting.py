"""Panels and lamps of the simulated town: their readings tell what is wrong, and agree with each other."""

from datetime import UTC, datetime

import pytest

from gateway.model.batch import Value
from gateway.simulate.history.lighting import BASE_W, LampSeries, LightingPanel, lamp_power
from gateway.simulate.history.sky import NoiseTable
from gateway.simulate.history.town import Period, TownPanel, Troubles, town, troubles

NIGHT, NOON = (datetime(2026, 11, 30, hour, tzinfo=UTC).timestamp() for hour in (19, 11))
PANEL = town(100).panels[0]
WELL = troubles(town(100), Period(0, 1))._replace(dark={}, burning={}, phase_lost={}, failed={})
ALWAYS = Period(0, 1e10)


def meter(what: Troubles, t_s: float) -> dict[str, Value]:
    made = LightingPanel(0, PANEL, what, NoiseTable(1))
    return dict(zip([field.name for field in made.meter.fields], made.meter_values(t_s), strict=True))


def cabinet(what: Troubles, t_s: float) -> dict[str, Value]:
    made = LightingPanel(0, PANEL, what, NoiseTable(1))
    return dict(zip([field.name for field in made.cabinet.fields], made.cabinet_values(t_s), strict=True))


def lamp(what: Troubles, t_s: float, of: TownPanel = PANEL) -> dict[str, Value] | None:
    panel = LightingPanel(0, of, what, NoiseTable(1))
    made = LampSeries(0, of.lamps[0], panel, of, what, NoiseTable(1))
    values = made.values(t_s)
    return None if values is None else dict(zip([field.name for field in made.stream.fields], values, strict=True))


def test_a_panel_draws_what_its_lamps_draw() -> None:
    expected = BASE_W + len(PANEL.lamps) * lamp_power(100)
    assert meter(WELL, NIGHT)["active_power"] == pytest.approx(expected, rel=0.03)
    assert meter(WELL, NOON)["active_power"] == pytest.approx(BASE_W + len(PANEL.lamps) * lamp_power(0), rel=0.1)


def test_a_dark_panel_has_voltage_but_no_load_and_its_lamps_do_not_respond() -> None:
    dark = WELL._replace(dark={PANEL.asset: ALWAYS})
    found = meter(dark, NIGHT)
    assert found["active_power"] == pytest.approx(BASE_W, rel=0.05)
    assert found["voltage_l1"] == pytest.approx(231, abs=8)
    assert (cabinet(dark, NIGHT)["switching_error_on"], cabinet(dark, NIGHT)["relay_state"]) == (True, False)
    assert lamp(dark, NIGHT) is None
    assert cabinet(dark, NOON)["switching_error_on"] is False


def test_a_panel_that_does_not_switch_off_burns_at_noon_and_so_do_its_lamps() -> None:
    burning = WELL._replace(burning={PANEL.asset: ALWAYS})
    assert (cabinet(burning, NOON)["switching_error_off"], cabinet(burning, NOON)["relay_state"]) == (True, True)
    found = lamp(burning, NOON)
    assert found is not None
    assert (found["dim_level"], found["dim_level_target"], found["lamp_unexpected_on"]) == (100, 0, True)


def test_a_lost_phase_has_no_voltage_and_no_power() -> None:
    found = meter(WELL._replace(phase_lost={PANEL.asset: ALWAYS}), NIGHT)
    assert (found["voltage_l2"], found["active_power_l2"], found["current_l2"]) == (0.0, 0.0, 0.0)
    assert found["voltage_l1"] != 0.0


def test_a_failed_lamp_is_dark_although_it_is_commanded() -> None:
    found = lamp(WELL._replace(failed={PANEL.lamps[0]: ALWAYS}), NIGHT)
    assert found is not None
    assert (found["dim_level"], found["dim_level_target"], found["lamp_failure"]) == (0, 100, True)


def test_the_energy_counter_and_the_quarter_hours_count_the_same() -> None:
    panel = LightingPanel(0, PANEL, WELL, NoiseTable(1))
    first = panel.meter_values(NIGHT)[-1]
    quarters, last = 0.0, first
    for number in range(1, 13):
        last = panel.meter_values(NIGHT + 300 * number)[-1]
        if number % 3 == 0:
            (energy,) = panel.quarter_values()
            assert isinstance(energy, float)
            quarters += energy
    assert isinstance(first, float)
    assert isinstance(last, float)
    assert quarters == pytest.approx(last - first, abs=1e-6)
