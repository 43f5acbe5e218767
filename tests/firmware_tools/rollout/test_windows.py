"""The nights of a roll-out, held against the clocks of the time zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_tools.rollout.windows import NightWindow
from gateway.model.instants import ms_of_iso
from tests.firmware_tools.rollout.rollouts import NIGHT, ROME

ZONES = st.sampled_from([ROME, "Europe/London", "America/New_York", "UTC", "Australia/Lord_Howe"])
CHANGES = [
    ms_of_iso(one) for one in ("2026-03-28T12:00Z", "2026-10-24T12:00Z", "2026-03-07T12:00Z", "2026-10-31T12:00Z", "2026-04-04T06:00Z")
]
INSTANTS = st.one_of(
    st.integers(ms_of_iso("2020-01-01"), ms_of_iso("2035-01-01")),
    st.builds(lambda at, more: at + more, st.sampled_from(CHANGES), st.integers(0, 36 * 3_600_000)),
)


def minutes_at(now_ms: int, zone: str) -> float:
    local = datetime.fromtimestamp(now_ms / 1000, ZoneInfo(zone))
    return 60 * local.hour + local.minute + local.second / 60 + local.microsecond / 6e7


@given(INSTANTS, st.integers(0, 1439), st.integers(0, 1439), ZONES)
def test_whenever_a_window_is_open_the_clocks_show_a_time_in_it(now_ms: int, begin: int, end: int, zone: str) -> None:
    window = NightWindow(begin, end, zone)
    end_ms = window.end_ms(now_ms)
    if end_ms is not None:
        for at_ms in (now_ms, end_ms - 1):
            shown = minutes_at(at_ms, zone)
            assert begin <= shown < end if begin < end else shown >= begin or shown < end


@given(INSTANTS, st.integers(0, 1439), st.integers(0, 1439), ZONES)
def test_the_next_window_is_open_when_it_begins_and_lasts_at_least_as_long_as_the_shortest(
    now_ms: int, begin: int, end: int, zone: str
) -> None:
    window = NightWindow(begin, end, zone)
    begins_ms = window.next_begin_ms(now_ms)
    ends_ms = window.end_ms(begins_ms)
    assert begins_ms >= now_ms
    assert ends_ms is not None
    if begins_ms > now_ms and zone != "Australia/Lord_Howe":  # its clock changes by half an hour
        assert (ends_ms - begins_ms) / 1000 >= window.shortest_s


@pytest.mark.parametrize(
    ("day", "begins", "ends"),
    [
        ("2026-11-26T12:00Z", "2026-11-26T21:00Z", "2026-11-27T04:00Z"),  # seven hours
        ("2026-03-28T12:00Z", "2026-03-28T21:00Z", "2026-03-29T03:00Z"),  # six: the clock is put forward
        ("2026-10-24T12:00Z", "2026-10-24T20:00Z", "2026-10-25T04:00Z"),  # eight: it is put back
    ],
)
def test_a_night_in_which_the_clock_changes_is_shorter_or_longer(day: str, begins: str, ends: str) -> None:
    begins_ms = NIGHT.next_begin_ms(ms_of_iso(day))
    assert (begins_ms, NIGHT.end_ms(begins_ms)) == (ms_of_iso(begins), ms_of_iso(ends))


def test_an_end_that_the_clock_shows_twice_is_the_first_of_them_and_a_begin_the_second() -> None:
    noon = ms_of_iso("2026-10-24T12:00Z")
    early = NightWindow.read("22:00-02:30", ROME)
    assert early.end_ms(early.next_begin_ms(noon)) == ms_of_iso("2026-10-25T00:30Z")
    assert NightWindow.read("02:30-06:00", ROME).next_begin_ms(noon) == ms_of_iso("2026-10-25T01:30Z")


def test_windows_are_read_as_they_are_written() -> None:
    assert str(NightWindow.read("09:05-17:00", ROME)) == "09:05-17:00"
    for text in ("22-5", "24:00-05:00", "22:00-05:00\n", "", "22:00"):
        with pytest.raises(ValueError, match="is not a window"):
            NightWindow.read(text, ROME)


def test_a_window_whose_ends_are_equal_is_open_all_day() -> None:
    now = datetime(2026, 11, 26, 12, tzinfo=UTC)
    assert NightWindow.read("00:00-00:00", ROME).end_ms(round(1000 * now.timestamp())) is not None
