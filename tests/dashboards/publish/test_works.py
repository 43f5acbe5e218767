"""Works as intervals of days."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dashboards.publish.works import time_intervals

WHEN = st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2027-03-01")).map(
    lambda t: t.replace(second=0, microsecond=0)
)


def is_muted(intervals: list[dict[str, list[str]]], when: datetime) -> bool:
    """Return whether an instant is in one of the intervals, as Grafana's documentation says."""

    def within(texts: list[str], number: int) -> bool:
        return any(int(text.split(":")[0]) <= number <= int(text.split(":")[-1]) for text in texts)

    return any(
        within(one["years"], when.year)
        and within(one["months"], when.month)
        and within(one["days_of_month"], when.day)
        and any(part["start_time"] <= f"{when:%H:%M}" < part["end_time"] for part in one["times"])  # type: ignore[index]
        for one in intervals
    )


def test_a_day_is_one_interval() -> None:
    assert time_intervals("2026-12-01T08:00", "2026-12-01T18:00", "Europe/Rome") == [
        {"times": [{"start_time": "08:00", "end_time": "18:00"}], "days_of_month": ["1"], "months": ["12"], "years": ["2026"],
         "location": "Europe/Rome"}]  # fmt: skip


def test_whole_days_of_a_month_are_one_interval_and_midnight_is_no_day() -> None:
    found = time_intervals("2026-12-29T20:00", "2027-01-03T00:00", "UTC")
    assert [(one["days_of_month"], one["months"], one["times"][0]["start_time"]) for one in found] == [
        (["29"], ["12"], "20:00"), (["30:31"], ["12"], "00:00"), (["1:2"], ["1"], "00:00")]  # fmt: skip


@given(WHEN, st.integers(1, 90 * 24 * 60), st.lists(st.integers(-3000, 200_000), min_size=1, max_size=20))
def test_exactly_the_minutes_of_the_works_are_muted(begins: datetime, minutes: int, others: list[int]) -> None:
    ends = begins + timedelta(minutes=minutes)
    intervals = time_intervals(f"{begins:%Y-%m-%dT%H:%M}", f"{ends:%Y-%m-%dT%H:%M}", "UTC")
    for offset in [*others, -1, 0, minutes - 1, minutes]:
        when = begins + timedelta(minutes=offset)
        assert is_muted(intervals, when) is (begins <= when < ends)
