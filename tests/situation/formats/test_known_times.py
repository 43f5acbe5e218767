"""When a situation happens, as far as is known."""

from gateway.model.instants import iso_utc, ms_of_iso
from gateway.situation.event.fields import OwnText
from gateway.situation.formats.known_times import MOST_OCCURRENCES, KnownSpan, coming_hours, joined, known_span, local_text
from tests.situation.examples import ROME
from tests.situation.formats.exports import MADE_MS, seen


def text(span: KnownSpan) -> tuple[str, str | None]:
    return iso_utc(span.from_ms, "seconds"), None if span.to_ms is None else iso_utc(span.to_ms, "seconds")


def times(made_ms: int = MADE_MS, *, overrunning: bool = False, **timing: object) -> tuple[str, str | None]:
    return text(known_span(seen(timing={"planned_start": "2026-11-01"} | timing, overrunning=overrunning), ROME, made_ms))


def test_what_was_reported_counts_more_than_what_is_planned() -> None:
    assert times(planned_end="2026-11-10") == ("2026-10-31T23:00:00Z", "2026-11-10T23:00:00Z")
    assert times(planned_end="2026-11-10", actual_start="2026-11-02T07:00:00Z") == ("2026-11-02T07:00:00Z", "2026-11-10T23:00:00Z")
    assert times() == ("2026-10-31T23:00:00Z", None)


def test_what_is_overrunning_ends_at_the_next_update_or_with_the_day() -> None:
    assert times(planned_end="2026-11-10", overrunning=True)[1] == "2026-11-20T23:00:00Z"
    assert times(planned_end="2026-11-10", overrunning=True, next_update="2026-11-22T09:00:00+01:00")[1] == "2026-11-22T08:00:00Z"
    assert times(planned_end="2026-11-10", overrunning=True, next_update="2026-11-12T09:00:00+01:00")[1] == "2026-11-20T23:00:00Z"


def test_hours_that_are_over_are_left_out_and_those_that_go_on_keep_their_begin() -> None:
    nights = seen(timing={"planned_start": "2026-11-01", "planned_end": "2026-11-22", "recurrence": [{"begin": "21:00", "end": "05:00"}]})
    at_night = ms_of_iso("2026-11-21T01:00:00+01:00")
    assert [text(one) for one in coming_hours(nights, ROME, at_night)] == [
        ("2026-11-20T20:00:00Z", "2026-11-21T04:00:00Z"),
        ("2026-11-21T20:00:00Z", "2026-11-22T04:00:00Z"),
        ("2026-11-22T20:00:00Z", "2026-11-22T23:00:00Z"),
    ]
    endless = seen(timing={"planned_start": "2026-11-01", "recurrence": [{"begin": "21:00", "end": "05:00"}]})
    assert len(coming_hours(endless, ROME, at_night)) == MOST_OCCURRENCES
    never = seen(
        timing={"planned_start": "2026-11-23", "planned_end": "2026-11-23", "recurrence": [{"begin": "08:00", "end": "09:00", "days": [7]}]}
    )
    assert coming_hours(never, ROME, at_night) == []


def test_local_times_have_their_offset_and_no_fraction() -> None:
    assert local_text(ms_of_iso("2026-07-01T10:00:00.999Z"), ROME) == "2026-07-01T12:00:00+02:00"


def test_a_text_in_two_languages_becomes_one() -> None:
    assert [joined(one) for one in (None, OwnText("a"), OwnText("a", "b"))] == [None, "a", "a\n\nb"]
