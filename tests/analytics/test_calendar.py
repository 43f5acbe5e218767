"""The astronomical calendar with its dimming."""

from datetime import datetime
from itertools import pairwise

import msgspec
import pytest

from gateway.analytics.calendar import LightingCalendar, lighting_day, month_span, noon_before
from gateway.analytics.sun import Interval
from gateway.model.site.assets import DimmingSettings
from tests.analytics.panels import DAY, HOUR_MS, LIGHTING, PANEL, ROME


def calendar(span: Interval = DAY, dimming: tuple[DimmingSettings, ...] = tuple(LIGHTING.dimming)) -> LightingCalendar:
    return LightingCalendar(msgspec.structs.replace(LIGHTING, dimming=list(dimming)), PANEL.place, ROME, span)


def clock(t_ms: int) -> str:
    return datetime.fromtimestamp(t_ms / 1000, ROME).strftime("%H:%M")


def test_lamps_burn_from_sunset_to_sunrise_and_are_dimmed_at_night() -> None:
    found = [(clock(step.from_ms), step.level) for step in calendar().steps]
    assert found == [("12:00", 0), ("18:33", 100), ("23:00", 50), ("05:00", 100), ("07:29", 0)]


def test_steps_cover_the_span_without_gaps() -> None:
    steps = calendar(month_span(2026, 10, ROME)).steps
    assert steps[0].from_ms == month_span(2026, 10, ROME).from_ms
    assert steps[-1].to_ms == month_span(2026, 10, ROME).to_ms
    assert all(one.to_ms == other.from_ms and one.level != other.level for one, other in pairwise(steps))


def test_of_two_dimmings_that_overlap_the_later_one_counts() -> None:
    both = (DimmingSettings(begin=22 * 60, end=6 * 60, level=70), DimmingSettings(begin=0, end=120, level=30))
    assert [step.level for step in calendar(dimming=both).steps] == [0, 100, 70, 30, 70, 100, 0]


@pytest.mark.parametrize(("hours", "level"), [(0, 0), (7, 100), (12, 50), (18, 100), (23, 0), (-5, 0), (40, 0)])
def test_the_step_at_a_time_is_known_and_outside_of_the_span_the_nearest(hours: int, level: int) -> None:
    assert calendar().at(DAY.from_ms + hours * HOUR_MS).level == level


def test_steps_within_a_part_are_cut_to_it() -> None:
    part = Interval(DAY.from_ms + 6 * HOUR_MS, DAY.from_ms + 12 * HOUR_MS)
    found = list(calendar().within(part))
    assert (found[0].from_ms, found[-1].to_ms) == part
    assert [step.level for step in found] == [0, 100, 50]


def test_a_night_is_one_span_whatever_its_dimming() -> None:
    assert [(clock(begin), clock(end)) for begin, end in calendar().nights()] == [("18:33", "07:29")]
    dark = Interval(DAY.from_ms + 8 * HOUR_MS, DAY.from_ms + 10 * HOUR_MS)
    assert list(calendar(dark).nights()) == [dark]


def test_a_lighting_day_lasts_from_noon_to_noon_also_when_the_clock_changes() -> None:
    change = round(datetime(2026, 10, 25, 1, tzinfo=ROME).timestamp() * 1000)
    day = lighting_day(change, ROME)
    assert (clock(day.from_ms), clock(day.to_ms), (day.to_ms - day.from_ms) / HOUR_MS) == ("12:00", "12:00", 25)
    assert noon_before(day.from_ms, ROME) == day.from_ms
    assert noon_before(day.from_ms - 1, ROME) == day.from_ms - 24 * HOUR_MS


@pytest.mark.parametrize(("month", "hours"), [((2026, 3), 743), ((2026, 10), 745), ((2026, 12), 744), ((2028, 2), 696)])
def test_a_month_has_the_hours_of_its_time_zone(month: tuple[int, int], hours: int) -> None:
    begin, end = month_span(*month, ROME)
    assert (end - begin) / HOUR_MS == hours
