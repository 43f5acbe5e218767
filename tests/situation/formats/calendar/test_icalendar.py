"""The calendar, read by another implementation of iCalendar."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from gateway.analytics.sun import Interval
from gateway.model.instants import iso_utc
from gateway.situation.event.document import SituationFeature
from gateway.situation.formats.calendar.icalendar import ICALENDAR
from gateway.situation.times.instants import occurrences, planned_span
from tests.situation.examples import ROME
from tests.situation.formats.document_fields import documents, feature_of_document
from tests.situation.formats.exports import MADE_MS, content_of, export_of, seen
from tests.situation.formats.schemas import check_icalendar


def events(*features: SituationFeature, **request: Any) -> list[Any]:
    content = content_of(ICALENDAR, *features, **request)
    check_icalendar(content)
    return list(Calendar.from_ical(content).walk("VEVENT"))


def ms(instant: datetime) -> int:
    return round(1000 * instant.timestamp())


def hours_of(components: list[Any]) -> list[Interval]:
    """Return the hours of an event as a calendar shows them: its rule, without what is excluded, with what is moved."""
    master, *moved = components
    begin = master["DTSTART"].dt
    rule = rrulestr(master["RRULE"].to_ical().decode(), dtstart=begin)
    excluded = {one.dt for one in master["EXDATE"].dts} if "EXDATE" in master else set()
    found = {one: Interval(ms(one), ms(one) + round(1000 * master["DURATION"].dt.total_seconds())) for one in rule if one not in excluded}
    for one in moved:
        assert one["RECURRENCE-ID"].dt in found
        found[one["RECURRENCE-ID"].dt] = Interval(ms(one["DTSTART"].dt), ms(one["DTEND"].dt))
    return sorted(found.values())


def clocks() -> st.SearchStrategy[str]:
    return st.builds("{:02}:{:02}".format, st.integers(0, 23), st.sampled_from([0, 30]))


@st.composite
def recurring(draw: st.DrawFn) -> dict[str, Any]:
    first = draw(st.dates(date(2027, 3, 20), date(2027, 4, 2)) | st.dates(date(2027, 10, 20), date(2027, 11, 2)))
    last = first + timedelta(days=draw(st.integers(0, 20)))
    begin = draw(clocks())
    days = draw(st.lists(st.integers(1, 7), unique=True, max_size=4))
    exceptions = [(first + timedelta(days=one)).isoformat() for one in draw(st.lists(st.integers(0, 20), max_size=3))]
    rule = {"begin": begin, "end": draw(clocks()), "days": days, "exceptions": exceptions}
    return {"planned_start": first.isoformat(), "planned_end": last.isoformat(), "recurrence": [rule]}


@settings(max_examples=60, deadline=None)
@given(recurring())
def test_a_calendar_shows_the_hours_that_the_situation_room_means(timing: dict[str, Any]) -> None:
    feature = seen(timing=timing)
    said = feature.properties.timing
    expected = list(occurrences(said, ROME, planned_span(said, ROME)))
    export = export_of(ICALENDAR, feature)
    if not expected:
        assert [one.reason.en for one in export.left_out] == ["none of its hours is within its planned time"]
        return
    assert hours_of(list(Calendar.from_ical(export.files[0].content).walk("VEVENT"))) == expected


def test_every_document_has_the_form_of_a_calendar() -> None:
    for document in documents():
        for file in export_of(ICALENDAR, feature_of_document(document)).files:
            check_icalendar(file.content)


def test_days_stay_days_and_the_end_is_the_day_after_the_last() -> None:
    (event,) = events(seen(timing={"planned_start": "2026-12-01", "planned_end": "2026-12-04"}))
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 12, 1), date(2026, 12, 5))


def test_what_was_reported_and_what_is_overrunning_has_instants() -> None:
    reported = {"planned_start": "2026-12-01", "planned_end": "2026-12-04", "actual_start": "2026-12-01T08:12:00+01:00"}
    (event,) = events(seen(timing=reported, state="active"))
    assert [ms(event[name].dt) for name in ("DTSTART", "DTEND")] == [1796109120000, 1796425200000]
    assert iso_utc(1796109120000) == "2026-12-01T07:12:00.000Z"
    (late,) = events(seen(timing={"planned_start": "2026-11-01", "planned_end": "2026-11-10"}, state="active", overrunning=True))
    assert ms(late["DTEND"].dt) == ms(datetime(2026, 11, 21, tzinfo=ROME))
    (open_end,) = events(seen(timing={"planned_start": "2026-12-01T08:00:00+01:00"}))
    assert "DTEND" not in open_end
    assert "Fine non nota (end unknown)" in open_end["DESCRIPTION"]


def test_two_rules_are_two_events_and_a_rule_without_end_has_none() -> None:
    rules = [{"begin": "08:00", "end": "12:00", "days": [1]}, {"begin": "14:00", "end": "14:00"}]
    first, second, *moved = events(seen(timing={"planned_start": "2026-12-01", "recurrence": rules}))
    assert [one["UID"] for one in (first, second)] == ["scavo-1@prato", "scavo-1.1@prato"]
    assert [one["RRULE"].to_ical() for one in (first, second)] == [b"FREQ=WEEKLY;BYDAY=MO", b"FREQ=DAILY"]
    assert second["DURATION"].dt == timedelta(days=1)
    assert {one["UID"] for one in moved} == {"scavo-1.1@prato"}, "days with 23 and 25 hours"
    assert len(moved) == 4


@pytest.mark.parametrize(
    ("state", "status"), [("proposed", "TENTATIVE"), ("planned", "CONFIRMED"), ("active", "CONFIRMED"), ("cancelled", "CANCELLED")]
)
def test_a_proposal_is_tentative(state: str, status: str) -> None:
    (event,) = events(seen(state=state))
    assert event["STATUS"] == status


def test_texts_come_back_however_long_and_strange() -> None:
    headline = "Strada; chiusa, \\ “città” 🚧 " + "è" * 90
    attachments = [{"href": "https://example.org/a;b,c", "title": "Avviso", "public": True}]
    place = {"street_refs": [{"name": "VIA ROMA", "number_from": "1", "number_to": "20"}]}
    (event, _other) = events(
        seen(
            headline={"it": headline},
            description={"it": "uno\ndue", "en": "one"},
            attachments=attachments,
            location=place,
            related=[{"id": "altro", "relation": "part_of"}, {"id": "segreto", "relation": "follows"}],
        ),
        feature_of_document(documents()[0] | {"id": "altro"}),
    )
    assert event["SUMMARY"] == headline
    assert event["DESCRIPTION"].startswith("uno\ndue\n\none\nPubliacqua: pianificato (planned)")
    assert event["ATTACH"] == "https://example.org/a;b,c"
    assert event["LOCATION"] == "VIA ROMA 1-20"
    assert (event["RELATED-TO"], event["RELATED-TO"].params["RELTYPE"]) == ("altro", "PARENT")


def test_the_same_situations_make_the_same_document() -> None:
    one, other = (content_of(ICALENDAR, seen(), made_ms=MADE_MS + step) for step in (0, 3_600_000))
    assert one == other


def test_a_document_says_in_which_version_it_is() -> None:
    (event,) = events(seen(version=7))
    assert (event["SEQUENCE"], iso_utc(ms(event["DTSTAMP"].dt))) == (7, "2026-11-02T08:00:00.000Z")


def test_a_request_without_situations_is_an_empty_calendar() -> None:
    assert events() == []
