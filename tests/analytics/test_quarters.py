"""The quarter hours of a panel."""

import pytest

from gateway.analytics.baseline import learn
from gateway.analytics.calendar import LightingCalendar
from gateway.analytics.quarters import lit_quarters, mean, minutes_share, quarters_of, steady_level
from gateway.model.canonical import MEASUREMENTS
from tests.analytics.panels import DAY, HOUR_MS, LIGHTING, PANEL, ROME, minutes
from tests.analytics.test_baseline import nights

CALENDAR = LightingCalendar(LIGHTING, PANEL.place, ROME, DAY)
BASELINE = learn(PANEL, nights([4010.0] * 3))


def test_a_quarter_compares_what_is_drawn_with_what_is_expected() -> None:
    found = quarters_of(PANEL, CALENDAR, BASELINE, minutes((8, 8.25, 3810.0)), {DAY.from_ms + 8 * HOUR_MS: 952.5}, DAY)
    assert len(found) == 96
    one = found[32]
    assert (one.level, one.scheduled_level, one.power_w, one.energy_wh, one.burning_s, one.scheduled_s) == (
        100,
        100,
        3810.0,
        952.5,
        900,
        900,
    )
    assert one.lamps_out == pytest.approx(2)
    assert one.expected_energy_wh == pytest.approx(1002.5)
    assert found[33].power_w is None
    assert found[33].lamps_out is None
    assert one.fields().keys() == MEASUREMENTS["lighting_quarter"].keys()


def test_in_a_dark_quarter_all_lamps_are_out_and_by_day_none_is_counted() -> None:
    found = quarters_of(PANEL, CALENDAR, BASELINE, minutes((2, 2.25, 10.0), (8, 8.25, 10.0)), {}, DAY)
    assert found[8].lamps_out is None
    assert found[32].lamps_out == 40


def test_around_a_step_of_the_calendar_the_level_is_not_steady() -> None:
    near = [steady_level(CALENDAR, DAY.from_ms + round(at * HOUR_MS)) for at in (10.0, 10.5, 11.0, 11.5)]
    assert near == [100, None, None, 50]


def test_a_baseline_is_learned_from_lit_quarters_at_one_level() -> None:
    found = quarters_of(PANEL, CALENDAR, BASELINE, minutes((2, 2.25, 10.0), (8, 8.25, 3810.0), (9, 9.25, 10.0)), {}, DAY)
    assert [(one.level, one.power_w) for one in lit_quarters(found, PANEL)] == [(100, 3810.0)]


def test_means_leave_out_what_is_absent() -> None:
    assert mean([1.0, None, 3.0]) == 2.0
    assert mean([None]) is None


def test_the_share_of_minutes_is_that_with_a_power() -> None:
    assert minutes_share([*minutes((0, 12, 10.0)), *minutes((12, 18, None))], DAY) == 50.0
