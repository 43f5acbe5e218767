"""Sunrise and sunset."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.analytics.sun import BRIGHT_CIVIL_DEG, CIVIL_DEG, SUNSET_DEG, Coordinates, Interval, elevation_deg, nights, sun_day

PRATO = Coordinates(43.8777, 11.1022)


def ms(*at: int) -> int:
    return round(1000 * datetime(*at, tzinfo=UTC).timestamp())  # type: ignore[misc,arg-type]  # year, month, day, hour, minute


@pytest.mark.parametrize(("elevation", "hours"), [(SUNSET_DEG, 4299), (BRIGHT_CIVIL_DEG, 4139), (CIVIL_DEG, 3915)])
def test_the_dark_hours_of_a_year_in_prato_are_the_published_ones(elevation: float, hours: int) -> None:
    dark_ms = sum(end - begin for begin, end in nights(Interval(ms(2026, 1, 1), ms(2027, 1, 1)), PRATO, elevation))
    assert dark_ms / 3_600_000 == pytest.approx(hours, abs=1)


def test_the_sun_of_greenwich_rises_and_sets_when_the_nautical_almanac_says() -> None:
    # Greenwich, 20 March 2026 (equinox): sunrise 06:03, sunset 18:13 UTC.
    rise_ms, noon_ms, set_ms = sun_day(date(2026, 3, 20), Coordinates(51.4769, 0.0))
    assert rise_ms == pytest.approx(ms(2026, 3, 20, 6, 3), abs=90_000)
    assert noon_ms == pytest.approx(ms(2026, 3, 20, 12, 7), abs=90_000)
    assert set_ms == pytest.approx(ms(2026, 3, 20, 18, 13), abs=90_000)


def test_beyond_the_polar_circle_the_sun_may_not_rise_or_not_set() -> None:
    tromso = Coordinates(69.65, 18.96)
    assert sun_day(date(2026, 12, 21), tromso).rise_ms is None
    assert sun_day(date(2026, 6, 21), tromso).set_ms is None
    assert list(nights(Interval(ms(2026, 6, 10), ms(2026, 6, 20)), tromso)) == []
    december = Interval(ms(2026, 12, 10), ms(2026, 12, 20))
    assert list(nights(december, tromso)) == [december]


@settings(max_examples=30, deadline=None)
@given(
    st.floats(-80, 80), st.floats(-180, 180), st.floats(-12, 2), st.integers(ms(2020, 1, 1), ms(2035, 1, 1)), st.integers(0, 259_000_000)
)
def test_nights_are_when_the_sun_is_below_the_elevation(lat: float, lon: float, elevation: float, begin_ms: int, at_ms: int) -> None:
    place, span = Coordinates(lat, lon), Interval(begin_ms, begin_ms + 3 * 86_400_000)
    found = list(nights(span, place, elevation))
    assert all(one.from_ms < one.to_ms for one in found)
    assert all(one.to_ms <= other.from_ms for one, other in pairwise(found))
    height = elevation_deg(begin_ms + at_ms, place)
    if abs(height - elevation) > 0.1:
        assert any(one.from_ms <= begin_ms + at_ms < one.to_ms for one in found) == (height < elevation)


def test_the_first_and_the_last_short_night_of_a_polar_summer_are_found() -> None:
    # Tromsø 2027, by VSOP87 (PyEphem): 17 May 22:19 to 23:01 UTC, and 26 July 22:17 to 23:24 UTC.
    tromso = Coordinates(69.6492, 18.9553)
    bright = list(nights(Interval(ms(2027, 5, 17, 12), ms(2027, 7, 27, 12)), tromso))
    assert bright[0].from_ms == pytest.approx(ms(2027, 5, 17, 22, 19), abs=60_000)
    assert bright[0].to_ms == pytest.approx(ms(2027, 5, 17, 23, 1), abs=60_000)
    assert bright[1].from_ms == pytest.approx(ms(2027, 7, 26, 22, 17), abs=60_000)
    assert bright[1].to_ms == pytest.approx(ms(2027, 7, 26, 23, 25), abs=60_000)
    assert len(bright) == 2
