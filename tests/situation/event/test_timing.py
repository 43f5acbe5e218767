"""The times of an event."""

from typing import Any

import pytest

from gateway.situation.event.timing import Recurrence, Timing, timing_errors


def errors(**times: Any) -> list[str]:
    return list(timing_errors(Timing(**{"planned_start": "2026-12-01", **times})))


@pytest.mark.parametrize(
    "times",
    [
        {},
        {"planned_end": "2026-12-01"},
        {"planned_start": "2026-12-01T08:00+01:00", "planned_end": "2026-12-01"},
        {"planned_start": "2026-12-01T08:00:00Z", "planned_end": "2026-12-01T09:30:00+01:00"},
        {"actual_start": "2026-12-01T08:00:00Z", "actual_end": "2026-12-01T08:00:00Z", "start_verified": True, "end_verified": True},
        {"recurrence": [Recurrence("22:00", "05:00", [1, 2], ["2026-12-08"])]},
    ],
)
def test_times_that_make_sense_have_no_errors(times: dict[str, Any]) -> None:
    assert errors(**times) == []


@pytest.mark.parametrize(
    ("times", "reason"),
    [
        ({"planned_start": "2026-02-30"}, "'2026-02-30' of planned_start is no date that exists"),
        ({"next_update": "2026-12-01T25:00:00Z"}, "'2026-12-01T25:00:00Z' of next_update is no date that exists"),
        ({"planned_start": "0001-01-01"}, "'0001-01-01' of planned_start is no date that exists"),
        ({"recurrence": [Recurrence("08:00", "17:00", [], ["2026-11-31"])]}, "the exception '2026-11-31' is no date that exists"),
        ({"planned_end": "2026-11-30"}, "planned_end is before planned_start"),
        ({"planned_start": "2026-12-01T08:00:00Z", "planned_end": "2026-12-01T08:30:00+01:00"}, "planned_end is before planned_start"),
        ({"actual_end": "2026-12-01T08:00:00Z"}, "actual_end needs actual_start"),
        ({"start_verified": True}, "what is verified must have happened: actual_start or actual_end is missing"),
    ],
)
def test_times_that_make_no_sense_have_a_reason(times: dict[str, Any], reason: str) -> None:
    assert errors(**times) == [reason]
