"""When records of DATEX II happen."""

from typing import Any

import pytest

from gateway.situation.imports.datex_times import read_times
from gateway.situation.imports.drafts import ImportDraft
from gateway.situation.imports.xml_reading import read_xml
from tests.situation.examples import ROME

HOURS = (
    "<recurringTimePeriodOfDay><startTimeOfPeriod>{}</startTimeOfPeriod><endTimeOfPeriod>{}</endTimeOfPeriod></recurringTimePeriodOfDay>"
)


def times(inner: str) -> tuple[dict[str, Any], list[str]]:
    draft = ImportDraft("fonte-1")
    read_times(
        draft, read_xml(f"<r><validity><validityTimeSpecification>{inner}</validityTimeSpecification></validity></r>".encode()), ROME
    )
    return draft.properties["timing"], [one.en for one in draft.refuse().deviations]


def start(text: str) -> str:
    return f"<overallStartTime>{text}</overallStartTime>"


def test_instants_keep_their_offset() -> None:
    said, deviations = times(start("2026-07-24T08:04:50.000+02:00") + "<overallEndTime>2026-07-31T20:59:59.999Z</overallEndTime>")
    assert said == {"planned_start": "2026-07-24T08:04:50+02:00", "planned_end": "2026-07-31T20:59:59.999000+00:00", "recurrence": []}
    assert deviations == []


@pytest.mark.parametrize(
    ("text", "expected", "deviation"),
    [
        ("2026-07-24T08:00:00", "2026-07-24T08:00:00+02:00", "overallStartTime has no offset: read in local time"),
        ("24/07/2026", None, "overallStartTime is no instant: '24/07/2026'"),
        ("2026-02-30T08:00:00Z", None, "overallStartTime is no instant: '2026-02-30T08:00:00Z'"),
        ("2026-W30", None, "overallStartTime is no instant: '2026-W30'"),
    ],
)
def test_times_that_are_odd_are_named(text: str, expected: str | None, deviation: str) -> None:
    said, deviations = times(start(text))
    assert (said.get("planned_start"), deviations) == (expected, [deviation])


def test_hours_on_days_are_a_recurrence() -> None:
    days = "<recurringDayWeekMonthPeriod><applicableDay>friday</applicableDay><applicableDay>monday</applicableDay></recurringDayWeekMonthPeriod>"
    said, deviations = times(f"<validPeriod>{HOURS.format('21:00:00', '24:00:00')}{days}</validPeriod>")
    assert (said["recurrence"], deviations) == ([{"begin": "21:00", "end": "00:00", "days": [1, 5]}], [])


@pytest.mark.parametrize(
    "period",
    [
        "<startOfPeriod>2026-07-24T08:00:00Z</startOfPeriod>",
        HOURS.format("08:00:30", "09:00:00"),
        HOURS.format("08:00", "09:00")
        + "<recurringDayWeekMonthPeriod><applicableDay>someday</applicableDay></recurringDayWeekMonthPeriod>",
        HOURS.format("08:00", "09:00")
        + "<recurringDayWeekMonthPeriod><applicableMonth>may</applicableMonth></recurringDayWeekMonthPeriod>",
    ],
)
def test_other_periods_are_named(period: str) -> None:
    assert times(f"<validPeriod>{period}</validPeriod>") == (
        {"recurrence": []},
        ["a valid period that is not hours on days of the week is not read"],
    )


NIGHT = (
    f"<validPeriod>{HOURS.format('21:00:00', '24:00:00')}</validPeriod><validPeriod>{HOURS.format('00:00:00', '05:00:00')}</validPeriod>"
)
NOT_WHOLE = "a period of exception that is not whole hours of a recurrence is not read"


def excepted(begin: str, end: str) -> str:
    return f"<exceptionPeriod><startOfPeriod>{begin}</startOfPeriod><endOfPeriod>{end}</endOfPeriod></exceptionPeriod>"


def test_an_exception_of_whole_hours_is_one_of_each_recurrence_that_it_takes_out() -> None:
    said, deviations = times(NIGHT + excepted("2026-12-08T21:00:00+01:00", "2026-12-09T05:00:00+01:00"))
    assert ([rule["exceptions"] for rule in said["recurrence"]], deviations) == ([["2026-12-08"], ["2026-12-09"]], [])


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("2026-12-08T22:00:00+01:00", "2026-12-09T05:00:00+01:00"),
        ("2026-12-08T10:00:00+01:00", "2026-12-08T11:00:00+01:00"),
        ("2026-12-08T21:00:00", "2026-12-09T05:00:00"),
        ("2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z"),
        ("2026-02-30T00:00:00Z", "2026-12-31T00:00:00Z"),
        ("", ""),
    ],
)
def test_other_exceptions_are_named(begin: str, end: str) -> None:
    assert times(NIGHT + excepted(begin, end))[1] == [NOT_WHOLE]
    assert times("<exceptionPeriod/>") == ({"recurrence": []}, [NOT_WHOLE])


WHOLE = start("2026-12-01T00:00:00+01:00") + "<overallEndTime>2026-12-11T00:00:00+01:00</overallEndTime>"


def within(*bounds: str) -> str:
    return f"{WHOLE}<validPeriod>{''.join(bounds)}{HOURS.format('08:00', '09:00')}</validPeriod>"


def test_hours_outside_of_a_valid_period_are_exceptions() -> None:
    said, deviations = times(
        within("<startOfPeriod>2026-12-03T00:00:00+01:00</startOfPeriod>", "<endOfPeriod>2026-12-10T00:00:00+01:00</endOfPeriod>")
    )
    assert ([rule["exceptions"] for rule in said["recurrence"]], deviations) == ([["2026-12-01", "2026-12-02", "2026-12-10"]], [])
    said, deviations = times(within("<startOfPeriod>2026-11-01T00:00:00+01:00</startOfPeriod>"))
    assert (said["recurrence"], deviations) == ([{"begin": "08:00", "end": "09:00"}], [])


@pytest.mark.parametrize("bound", ["<startOfPeriod>2026-12-03T08:30:00+01:00</startOfPeriod>", "<endOfPeriod>2026-12-10</endOfPeriod>"])
def test_bounds_that_cut_hours_in_two_are_named(bound: str) -> None:
    assert times(within(bound))[1] == ["begin and end of a valid period are not read"]
