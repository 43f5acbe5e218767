"""The conditions of a lighting panel: each is met, just missed, over, and not known."""

import pytest

from gateway.alarms.panel import WatchedPanel, panel_reading
from gateway.analytics.sun import Coordinates
from tests.alarms.city_messages import MINUTE_MS, NIGHT_MS, NOON_MS, meter

HERE = Coordinates(43.8843, 11.0944)
LIT = (3000.0, 3000.0, 3000.0)


def found(
    panel: WatchedPanel, t_ms: int, watts: tuple[float, ...], volts: tuple[float, ...] = (230.0, 231.0, 229.0)
) -> dict[str, bool | None]:
    return {one.kind: one.met for one in panel.hear(panel_reading(t_ms, meter(watts, volts)), HERE)}


@pytest.fixture
def panel() -> WatchedPanel:
    """A panel that draws 9 kW at night."""
    return WatchedPanel(9000.0)


@pytest.mark.parametrize(
    ("watts", "met"), [((0.0, 0.0, 0.0), True), ((149.0, 150.0, 150.0), True), ((200.0, 200.0, 200.0), None), (LIT, False)], ids=str
)
def test_a_panel_is_dark_at_night_below_a_twentieth_of_its_full_load(
    panel: WatchedPanel, watts: tuple[float, ...], met: bool | None
) -> None:
    assert found(panel, NIGHT_MS, watts)["panel_outage"] is met


def test_by_day_nothing_is_known_of_an_outage(panel: WatchedPanel) -> None:
    assert "panel_outage" not in found(panel, NOON_MS, (0.0, 0.0, 0.0))


def test_a_panel_that_was_never_seen_lit_is_not_dark_and_one_that_was_is() -> None:
    new = WatchedPanel()
    assert "panel_outage" not in found(new, NIGHT_MS, (0.0, 0.0, 0.0))
    found(new, NIGHT_MS + MINUTE_MS, LIT)
    assert new.full_w == 9000.0
    assert found(new, NIGHT_MS + 2 * MINUTE_MS, (0.0, 0.0, 0.0))["panel_outage"] is True


def test_the_full_load_is_forgotten_slowly(panel: WatchedPanel) -> None:
    for day in range(100):
        found(panel, NIGHT_MS + day * 86_400_000, (1500.0, 1500.0, 1500.0))
    assert 5000 < panel.full_w < 6000


@pytest.mark.parametrize(("watts", "met"), [(LIT, True), ((200.0, 200.0, 200.0), None), ((10.0, 0.0, 0.0), False)], ids=str)
def test_a_panel_burns_by_day(panel: WatchedPanel, watts: tuple[float, ...], met: bool | None) -> None:
    assert found(panel, NOON_MS, watts)["day_burner"] is met
    assert "day_burner" not in found(panel, NIGHT_MS, watts)


def test_without_a_place_nothing_is_known_that_depends_on_the_sun(panel: WatchedPanel) -> None:
    reading = panel_reading(NIGHT_MS, meter((0.0, 0.0, 0.0)))
    assert {one.kind for one in panel.hear(reading, None)} == {"supply_outage", "phase_loss"}


@pytest.mark.parametrize(
    ("volts", "phase", "supply"),
    [
        ((230.0, 230.0, 230.0), False, False),
        ((230.0, 0.0, 230.0), True, False),
        ((230.0, 110.0, 230.0), None, False),
        ((60.0, 0.0, 230.0), True, False),
        ((0.0, 5.0, 0.0), False, True),
        ((150.0, 150.0, 150.0), None, None),
    ],
    ids=str,
)
def test_phases_without_voltage(panel: WatchedPanel, volts: tuple[float, ...], phase: bool | None, supply: bool | None) -> None:
    by_kind = found(panel, NIGHT_MS, (0.0, 0.0, 0.0), volts)
    assert (by_kind["phase_loss"], by_kind["supply_outage"]) == (phase, supply)
    assert by_kind["panel_outage"] is not True or not supply, "a panel without supply has one alarm, not two"


def test_a_meter_without_voltages_says_nothing_of_them_and_one_phase_is_never_lost(panel: WatchedPanel) -> None:
    assert "supply_outage" not in found(panel, NIGHT_MS, LIT, ())
    assert "phase_loss" not in found(panel, NIGHT_MS, (3000.0,), (230.0,))


def test_a_meter_that_knows_only_the_sum_is_enough() -> None:
    assert panel_reading(0, {"active_power": 7.0}).total_w == 7.0
    assert panel_reading(0, {"voltage_l1": 7.0}).total_w is None


def stolen(panel: WatchedPanel, after: tuple[float, ...], before: tuple[float, ...] = LIT, *, minutes: int = 10) -> list[bool | None]:
    """Return what is said of a theft after a step of the load, minute by minute."""
    for minute in range(15):
        assert found(panel, NIGHT_MS + minute * MINUTE_MS, before)["cable_theft"] is not True
    return [found(panel, NIGHT_MS + (15 + minute) * MINUTE_MS, after)["cable_theft"] for minute in range(minutes)]


def test_a_line_that_is_cut_is_a_theft_until_it_is_back(panel: WatchedPanel) -> None:
    assert True in stolen(panel, (600.0, 3000.0, 3000.0))
    later = [found(panel, NIGHT_MS + (25 + minute) * MINUTE_MS, (600.0, 3000.0, 3000.0))["cable_theft"] for minute in range(60)]
    assert set(later) == {True}, "it does not get used to it"
    back = [found(panel, NIGHT_MS + (85 + minute) * MINUTE_MS, LIT)["cable_theft"] for minute in range(6)]
    assert back[-1] is False


@pytest.mark.parametrize(
    "after", [(2100.0, 2100.0, 2100.0), (1500.0, 1500.0, 1600.0), (2900.0, 2600.0, 3000.0)], ids=["dimmed", "dimmed to half", "some lamps"]
)
def test_dimming_and_a_few_lamps_are_no_theft(panel: WatchedPanel, after: tuple[float, ...]) -> None:
    assert True not in stolen(panel, after)


def test_a_panel_of_one_phase_says_nothing_of_a_theft_that_could_be_dimming(panel: WatchedPanel) -> None:
    assert True not in stolen(panel, (1500.0,), (3000.0,))


def test_the_evening_is_no_step(panel: WatchedPanel) -> None:
    for minute in range(15):
        found(panel, NOON_MS + minute * MINUTE_MS, LIT)
    assert found(panel, NIGHT_MS, (600.0, 3000.0, 3000.0))["cable_theft"] is None
