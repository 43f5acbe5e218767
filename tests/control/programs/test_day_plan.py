"""A program on a day: windows, levels, sun, sensors."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.control.programs.day_plan import DayPlan, plan_of
from gateway.control.sensors.sensed import Sensed
from tests.control.streets import DIMMED, PRATO, PROGRAMS, ROME, TROMSO, WITH_CELL, at, program
from tests.control.sun_oracle import crossings

DAY = date(2027, 3, 20)
MINUTE = 60_000


def plan(text: str = DIMMED, day: date = DAY) -> DayPlan:
    return plan_of(program(text), None, day, PRATO)


def levels(found: DayPlan, *times: str, sensors: dict[str, Sensed] | None = None) -> list[int]:
    return [found.at(at(one), sensors or {}).level for one in times]


def test_lamps_burn_between_sunset_and_sunrise_and_are_dimmed_by_the_clock() -> None:
    found = levels(
        plan(), "2027-03-20T18:00", "2027-03-20T18:45", "2027-03-20T23:00", "2027-03-21T04:59:59", "2027-03-21T05:00", "2027-03-21T06:45"
    )
    assert found == [0, 100, 60, 60, 100, 0]


def test_an_offset_moves_sunset_and_sunrise() -> None:
    (set_ms,), (rise_ms,) = crossings(PRATO, at("2027-03-20T12:00"), at("2027-03-21T12:00"))
    window = plan("periods: [{sunset_offset: -20min, sunrise_offset: 45min}]").windows[0]
    assert window.from_ms == pytest.approx(set_ms - 20 * MINUTE, abs=20_000)
    assert window.to_ms == pytest.approx(rise_ms + 45 * MINUTE, abs=20_000)


def test_periods_by_the_clock_may_leave_a_gap_and_go_over_midnight() -> None:
    found = plan('periods: [{begin: "18:00", end: "01:00"}, {begin: "05:00", end: "07:00"}]')
    assert levels(found, "2027-03-20T17:59", "2027-03-20T18:00", "2027-03-21T00:59", "2027-03-21T01:00", "2027-03-21T05:00", "2027-03-21T07:00") == [
        0, 100, 100, 0, 100, 0,
    ]  # fmt: skip


def test_a_period_over_noon_touches_a_day_at_both_ends() -> None:
    found = plan('periods: [{begin: "11:00", end: "13:00"}]')
    assert levels(found, "2027-03-20T12:59", "2027-03-20T13:00", "2027-03-21T10:59", "2027-03-21T11:00") == [100, 0, 0, 100]


def test_a_period_that_the_clock_skips_is_empty_in_that_night_and_not_a_day_long() -> None:
    text = 'periods: [{begin: "02:15", end: "02:45"}]'
    found = plan(text, date(2027, 3, 27))
    assert {found.at(t_ms, {}).level for t_ms in range(*found.span, 5 * MINUTE)} == {0}
    assert levels(plan(text, date(2027, 3, 26)), "2027-03-27T02:20", "2027-03-27T02:50") == [100, 0]


def test_a_period_that_begins_when_it_ends_is_the_whole_day() -> None:
    assert levels(plan('periods: [{begin: "08:00", end: "08:00"}]'), "2027-03-20T12:00", "2027-03-21T11:59") == [100, 100]
    assert levels(plan("periods: []"), "2027-03-20T12:00", "2027-03-21T11:59") == [100, 100]


def test_until_the_first_time_the_last_level_of_the_day_before_counts() -> None:
    evening = program('levels: [{at: "22:00", level: 40}]', "evening")
    found = plan_of(program('levels: [{at: "20:00", level: 90}]', "today"), evening, DAY, PRATO)
    assert levels(found, "2027-03-20T19:59", "2027-03-20T20:00") == [40, 90]
    assert levels(plan('levels: [{at: "20:00", level: 90}, {at: "02:00", level: 30}]'), "2027-03-20T19:59") == [30]


def test_the_last_of_the_times_that_the_clock_skips_counts() -> None:
    found = plan('levels: [{at: "02:15", level: 20}, {at: "02:45", level: 70}, {at: "12:00", level: 100}]', date(2027, 3, 27))
    assert levels(found, "2027-03-28T01:59:59", "2027-03-28T03:00") == [100, 70]


def test_a_change_of_the_sun_works_on_the_level_of_the_clock_until_the_next_one() -> None:
    found = plan(
        DIMMED + "sun_levels: [{event: sunset, offset: 60min, operation: multiply, level: 50}, {event: sunrise, offset: -60min, level: 33}]"
    )
    assert levels(found, "2027-03-20T19:00", "2027-03-20T20:00", "2027-03-21T00:00", "2027-03-21T05:30") == [33, 50, 30, 33]


def test_a_photocell_begins_and_ends_the_night_earlier_within_its_limits() -> None:
    dark, bright = {"cell": Sensed(active=True, for_s=60)}, {"cell": Sensed(active=False, for_s=60)}
    early, inside, late = "2027-03-20T17:50", "2027-03-20T19:00", "2027-03-21T05:40"
    assert [levels(plan(WITH_CELL), early, inside, late, sensors=one) for one in (dark, bright)] == [[80, 80, 80], [0, 80, 0]]
    # Noon stays dark or bright, whatever the cell says.
    assert levels(plan(WITH_CELL), "2027-03-20T12:30", "2027-03-21T06:30", sensors=dark) == [0, 0]


def test_without_a_photocell_that_can_be_believed_the_sun_decides() -> None:
    for sensors in ({}, {"cell": Sensed(None)}):
        assert levels(plan(WITH_CELL), "2027-03-20T17:50", "2027-03-20T19:00", "2027-03-21T05:40", sensors=sensors) == [0, 80, 80]


def test_an_effect_lasts_while_the_sensor_is_active_and_its_hold_time() -> None:
    night = "2027-03-20T22:00"
    for sensed, level in (
        (Sensed(active=True), 100),
        (Sensed(active=False, for_s=119), 100),
        (Sensed(active=False, for_s=121), 80),
        (Sensed(None), 80),
    ):
        found = plan(WITH_CELL).at(at(night), {"presence": sensed})
        assert (found.level, found.sensor) == (level, "presence" if level == 100 else None)


def test_no_effect_lights_lamps_by_day() -> None:
    assert levels(plan(WITH_CELL), "2027-03-20T14:00", sensors={"presence": Sensed(active=True)}) == [0]


def test_of_two_effects_the_first_counts_most() -> None:
    text = "periods: []\neffects: [{sensor: a, operation: set, level: 10}, {sensor: b, operation: set, level: 90}]"
    both = {"a": Sensed(active=True), "b": Sensed(active=True)}
    assert levels(plan(text), "2027-03-20T22:00", sensors=both) == [10]
    assert levels(plan(text), "2027-03-20T22:00", sensors={"b": both["b"]}) == [90]


def test_an_effect_without_a_level_has_that_of_the_sensor() -> None:
    text = 'periods: []\neffects: [{sensor: cms, operation: min, begin: "20:00", end: "22:00"}]'
    asked = {"cms": Sensed(active=True, level=35)}
    assert levels(plan(text), "2027-03-20T19:59", "2027-03-20T20:00", "2027-03-20T22:00", sensors=asked) == [100, 35, 100]
    assert levels(plan(text), "2027-03-20T21:00", sensors={"cms": Sensed(active=True)}) == [100]


def test_ramps_begin_when_the_level_changes() -> None:
    found = plan()
    dimmed = found.at(at("2027-03-20T23:01"), {})
    assert (dimmed.begun_ms, dimmed.ramp_s) == (at("2027-03-20T23:00"), 300)
    raised = plan(WITH_CELL).at(at("2027-03-20T22:00"), {"presence": Sensed(active=True, for_s=1)})
    assert (raised.begun_ms, raised.ramp_s) == (at("2027-03-20T21:59:59"), 2)
    lowered = plan(WITH_CELL).at(at("2027-03-20T22:00"), {"presence": Sensed(active=False, for_s=130)})
    assert (lowered.begun_ms, lowered.ramp_s) == (at("2027-03-20T21:59:50"), 30)


def test_in_the_polar_night_lamps_burn_all_day_and_in_the_polar_day_never() -> None:
    winter, summer = (plan_of(PROGRAMS["all-night"], None, day, TROMSO) for day in (date(2027, 12, 21), date(2027, 6, 21)))
    for found, level in ((winter, 100), (summer, 0)):
        assert {found.at(t_ms, {}).level for t_ms in range(found.span.from_ms, found.span.to_ms, 10 * MINUTE)} == {level}


@settings(max_examples=40, deadline=None)
@given(st.dates(date(2026, 1, 1), date(2032, 1, 1)), st.sampled_from([DIMMED, WITH_CELL, 'periods: [{begin: "11:00", end: "13:00"}, {}]']))
def test_levels_change_at_the_instants_of_the_plan_alone(day: date, text: str) -> None:
    found = plan(text, day)
    instants = sorted(one for one in found.instants() if found.span.from_ms <= one < found.span.to_ms)
    last, known = None, set()
    for t_ms in range(found.span.from_ms, found.span.to_ms, 10 * MINUTE):
        level, passed = found.at(t_ms, {}).level, {one for one in instants if one <= t_ms}
        assert last is None or level == last or passed != known
        last, known = level, passed


def test_consecutive_days_join_without_a_gap() -> None:
    for number in range(0, 366, 3):
        earlier, later = (plan_of(PROGRAMS["dimmed"], None, DAY + timedelta(days=one), PRATO) for one in (number, number + 1))
        assert earlier.span.to_ms == later.span.from_ms
        assert earlier.at(earlier.span.to_ms - 1, {}).level == later.at(later.span.from_ms, {}).level
    assert ROME.key == "Europe/Rome"
