"""Times of events as instants."""

from gateway.analytics.sun import Interval
from gateway.model.instants import iso_utc, ms_of_iso
from gateway.situation.event.timing import Recurrence, Timing
from gateway.situation.times.instants import NEVER_MS, begin_ms, day_of, end_ms, occurrences, planned_span, span_of
from tests.situation.examples import ROME

EVER = Interval(0, NEVER_MS // 2)


def shown(spans: list[Interval]) -> list[tuple[str, str]]:
    return [(iso_utc(one.from_ms, "seconds"), iso_utc(one.to_ms, "seconds")) for one in spans]


def test_the_last_day_belongs_to_what_ends_on_it() -> None:
    assert iso_utc(end_ms("2026-12-04", ROME), "seconds") == "2026-12-04T23:00:00Z"
    assert iso_utc(begin_ms("2026-12-04", ROME), "seconds") == "2026-12-03T23:00:00Z"
    assert day_of(end_ms("2026-12-04", ROME) - 1, ROME).isoformat() == "2026-12-04"


def test_a_day_on_which_the_clock_changes_has_its_own_length() -> None:
    hours = [(end_ms(day, ROME) - begin_ms(day, ROME)) / 3_600_000 for day in ("2026-03-29", "2026-10-25", "2026-10-26")]
    assert hours == [23, 25, 24]


def test_an_instant_counts_with_its_offset() -> None:
    assert begin_ms("2026-12-01T08:00+01:00", ROME) == end_ms("2026-12-01T07:00:00Z", ROME) == ms_of_iso("2026-12-01T07:00:00Z")


def test_what_was_reported_counts_more_than_what_is_planned() -> None:
    timing = Timing(
        planned_start="2026-12-01", planned_end="2026-12-04", actual_start="2026-12-02T08:00:00Z", actual_end="2026-12-02T17:00:00Z"
    )
    assert shown([span_of(timing, ROME), planned_span(timing, ROME)]) == [
        ("2026-12-02T08:00:00Z", "2026-12-02T17:00:00Z"),
        ("2026-11-30T23:00:00Z", "2026-12-04T23:00:00Z"),
    ]


def test_without_an_end_it_lasts_for_ever() -> None:
    assert planned_span(Timing(planned_start="2026-12-01"), ROME).to_ms == NEVER_MS


def test_night_works_are_on_the_nights_that_are_named_without_the_exceptions() -> None:
    nights = Recurrence("21:00", "05:00", [1, 2, 3, 4, 5], ["2026-12-08"])
    timing = Timing(planned_start="2026-12-04", planned_end="2026-12-09", recurrence=[nights])
    assert shown(list(occurrences(timing, ROME, EVER))) == [
        ("2026-12-04T20:00:00Z", "2026-12-05T04:00:00Z"),
        ("2026-12-07T20:00:00Z", "2026-12-08T04:00:00Z"),
        ("2026-12-09T20:00:00Z", "2026-12-09T23:00:00Z"),
    ]


def test_hours_stay_the_same_on_the_clock_when_it_changes() -> None:
    timing = Timing(planned_start="2026-10-24", planned_end="2026-10-26", recurrence=[Recurrence("08:00", "17:00")])
    assert [begin for begin, _ in shown(list(occurrences(timing, ROME, EVER)))] == [
        "2026-10-24T06:00:00Z", "2026-10-25T07:00:00Z", "2026-10-26T07:00:00Z",
    ]  # fmt: skip


def test_occurrences_are_cut_to_the_span_that_is_asked_for() -> None:
    timing = Timing(planned_start="2026-12-01", planned_end="2026-12-04")
    span = Interval(ms_of_iso("2026-12-02T00:00:00Z"), ms_of_iso("2026-12-03T00:00:00Z"))
    assert list(occurrences(timing, ROME, span)) == [span]
    assert list(occurrences(timing, ROME, Interval(0, 1))) == []
