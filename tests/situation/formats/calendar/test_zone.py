"""Time zones in iCalendar."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Timezone

from gateway.model.instants import ms_of_iso
from gateway.situation.formats.calendar.zone import zone_lines

NOW_MS = ms_of_iso("2026-11-20T12:00:00Z")


def test_italy_has_the_rules_of_the_european_union() -> None:
    assert zone_lines(ZoneInfo("Europe/Rome"), NOW_MS) == [
        "BEGIN:VTIMEZONE", "TZID:Europe/Rome",
        "BEGIN:DAYLIGHT", "DTSTART:20250330T020000", "TZOFFSETFROM:+0100", "TZOFFSETTO:+0200", "TZNAME:CEST", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "END:DAYLIGHT",
        "BEGIN:STANDARD", "DTSTART:20251026T030000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0100", "TZNAME:CET", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "END:STANDARD",
        "END:VTIMEZONE",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Europe/Rome", "America/New_York", "Asia/Kolkata", "UTC", "Africa/Casablanca", "Australia/Lord_Howe"])
def test_a_reader_finds_the_same_offsets(name: str) -> None:
    zone = ZoneInfo(name)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *zone_lines(zone, NOW_MS), "END:VCALENDAR"]
    (component,) = Calendar.from_ical("\r\n".join(lines) + "\r\n").walk("VTIMEZONE")
    assert isinstance(component, Timezone)
    read = component.to_tz(lookup_tzid=False)
    for days in range(0, 900, 7):
        noon = datetime.fromisoformat("2026-01-01T12:00") + timedelta(days=days)
        assert noon.replace(tzinfo=read).utcoffset() == noon.replace(tzinfo=zone).utcoffset(), noon
