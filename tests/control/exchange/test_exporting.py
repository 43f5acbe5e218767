"""Programs and calendars for other systems."""

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.analytics.holidays import MonthDay
from gateway.control.exchange.exporting import exported
from gateway.control.exchange.importing import imported
from gateway.control.programs.calendars import NightCalendar, NightRule
from gateway.control.settings import calendar_of
from gateway.control.talq.objects import DateRange
from gateway.model.site.lighting import LightingCalendarSettings
from tests.control.streets import RULES
from tests.control.talq.schemas import errors
from tests.model.site.parts import read

PATRON = MonthDay(12, 26)
YEARS = range(2027, 2031)


def calendar_after(calendar: NightCalendar) -> NightCalendar:
    """Return a calendar that was exported, checked against the published schema, imported, and read as part of a site file."""
    document = exported(RULES._replace(calendars={calendar.name: calendar}), "prato", YEARS)
    assert [errors(one, "Calendar") for one in document.calendars] == [[]]
    assert [errors(one, "ControlProgramOne") for one in document.programs] == [[]] * len(RULES.programs)
    written = imported(msgspec.json.encode(document)).calendars[calendar.name]
    # YAML reads JSON.
    return calendar_of(calendar.name, read(msgspec.json.encode(written).decode(), LightingCalendarSettings))


RULE = st.builds(
    NightRule,
    st.sampled_from([*RULES.programs]),
    st.sampled_from([None, "--01-01", "--10-01", "2028-03-01"]),
    st.sampled_from([None, "--03-31", "--12-31", "2029-07-07"]),
    st.frozensets(st.integers(1, 7), max_size=3),
    st.frozensets(st.sampled_from(["1", "3", "5", "L"]), max_size=2),
    st.lists(
        st.sampled_from([DateRange(start="---15"), DateRange(start="--12-24", end="--12-31"), DateRange(start="--02-29")]), max_size=2
    ).map(tuple),
    st.booleans(),
).filter(lambda rule: bool(rule.weekdays) or not rule.occurrences)


@settings(max_examples=20, deadline=None)
@given(st.lists(RULE, max_size=4), st.sampled_from([None, "dimmed"]))
def test_a_calendar_of_another_system_has_the_same_nights(rules: list[NightRule], default: str | None) -> None:
    calendar = NightCalendar("c", tuple(rules), default)
    other = calendar_after(calendar)
    day = date(2027, 1, 1)
    while day.year < 2029:
        assert other.program_on(day, PATRON) == calendar.program_on(day, PATRON), day
        day += timedelta(days=1)


@pytest.mark.parametrize("day", ["2027-03-29", "2030-04-22", "2028-12-26", "2029-08-15"])
def test_holidays_are_written_as_days(day: str) -> None:
    found = calendar_after(NightCalendar("c", (NightRule("all-night", holidays=True),), "dimmed"))
    assert found.program_on(date.fromisoformat(day), None) == "all-night"
    assert not any(rule.holidays for rule in found.rules)
