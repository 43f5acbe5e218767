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
    assert said == {"planned_start": "2026-07-24T08:04:50+02:00", "planned_end": "2026-07-31T20:59:59.999000+00:00"}
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
    assert times(f"<validPeriod>{period}</validPeriod>") == ({}, ["a valid period that is not hours on days of the week is not read"])


def test_exceptions_are_named() -> None:
    assert times("<exceptionPeriod/>") == ({}, ["periods of exception are not read: it may not happen then"])
