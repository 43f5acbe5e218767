"""When the sun rises and sets. Pure.

The equations are those of the NOAA Solar Calculator (gml.noaa.gov/grad/solcalc/calcdetails.html), after J. Meeus, "Astronomical
Algorithms". NOAA states an accuracy of a minute for sunrise and sunset up to 72° of latitude, and of ten minutes beyond.
"""

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

SUNSET_DEG, CIVIL_DEG, BRIGHT_CIVIL_DEG = -0.833, -6.0, -3.0
"""Elevations of the sun's centre: at sunset, with refraction and half of its disc (NOAA); at the end of civil twilight; halfway."""

_DAY_MS = 86_400_000
_STEPS = 8
"""Four are enough but where the sun hardly crosses the elevation."""

_J2000_MS = 946_728_000_000
"""1 January 2000, 12:00 UTC, from which Meeus counts."""


class Coordinates(NamedTuple):
    """A place on earth in degrees (WGS 84); east and north are positive."""

    lat: float
    lon: float


class Interval(NamedTuple):
    """A span of time in milliseconds since 1970, its end excluded."""

    from_ms: int
    to_ms: int


class SunDay(NamedTuple):
    """When the sun crosses an elevation around one noon, in milliseconds since 1970; None if it stays above (or below) it all day."""

    rise_ms: int | None
    noon_ms: int
    set_ms: int | None


class _Position(NamedTuple):
    declination_rad: float
    equation_of_time_min: float


def _position(t_ms: float) -> _Position:
    centuries = (t_ms - _J2000_MS) / (36_525 * _DAY_MS)
    mean_longitude = math.radians((280.46646 + centuries * (36_000.76983 + centuries * 0.0003032)) % 360)
    mean_anomaly = math.radians(357.52911 + centuries * (35_999.05029 - 0.0001537 * centuries))
    eccentricity = 0.016708634 - centuries * (0.000042037 + 0.0000001267 * centuries)
    centre = (
        math.sin(mean_anomaly) * (1.914602 - centuries * (0.004817 + 0.000014 * centuries))
        + math.sin(2 * mean_anomaly) * (0.019993 - 0.000101 * centuries)
        + math.sin(3 * mean_anomaly) * 0.000289
    )
    node = math.radians(125.04 - 1934.136 * centuries)
    longitude = mean_longitude + math.radians(centre - 0.00569 - 0.00478 * math.sin(node))
    obliquity_seconds = 21.448 - centuries * (46.815 + centuries * (0.00059 - centuries * 0.001813))
    obliquity = math.radians(23 + (26 + obliquity_seconds / 60) / 60 + 0.00256 * math.cos(node))
    y = math.tan(obliquity / 2) ** 2
    equation_rad = (
        y * math.sin(2 * mean_longitude)
        - 2 * eccentricity * math.sin(mean_anomaly)
        + 4 * eccentricity * y * math.sin(mean_anomaly) * math.cos(2 * mean_longitude)
        - 0.5 * y * y * math.sin(4 * mean_longitude)
        - 1.25 * eccentricity * eccentricity * math.sin(2 * mean_anomaly)
    )
    return _Position(math.asin(math.sin(obliquity) * math.sin(longitude)), 4 * math.degrees(equation_rad))


def elevation_deg(t_ms: int, place: Coordinates) -> float:
    """Return how high the sun's centre stands above the horizon, in degrees, without refraction."""
    declination, equation_min = _position(t_ms)
    solar_minutes = t_ms % _DAY_MS / 60_000 + equation_min + 4 * place.lon
    hour_angle = math.radians(solar_minutes / 4 - 180)
    lat = math.radians(place.lat)
    sine = math.sin(lat) * math.sin(declination) + math.cos(lat) * math.cos(declination) * math.cos(hour_angle)
    return math.degrees(math.asin(max(-1.0, min(1.0, sine))))


def sun_day(day: date, place: Coordinates, elevation: float = SUNSET_DEG) -> SunDay:
    """Return when the sun crosses an elevation (degrees) before and after the noon of a date at a place's longitude."""
    midnight_ms = round(1000 * datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    noon_ms = midnight_ms + _DAY_MS / 2 - place.lon * 240_000
    for _ in range(2):
        noon_ms = midnight_ms + _DAY_MS / 2 - place.lon * 240_000 - 60_000 * _position(noon_ms).equation_of_time_min
    return SunDay(_crossing(noon_ms, place, elevation, -1), round(noon_ms), _crossing(noon_ms, place, elevation, 1))


def _crossing(noon_ms: float, place: Coordinates, elevation: float, side: int) -> int | None:
    """Return when the sun crosses an elevation before (-1) or after (1) a noon: the position at that time is found in a few steps.

    Where it hardly crosses it, far north in May, it may do so with the declination of midnight alone.
    """
    t_ms, noon_equation_min, cosine = noon_ms, _position(noon_ms).equation_of_time_min, math.inf
    lat = math.radians(place.lat)
    for _ in range(_STEPS):
        found = _position(t_ms)
        divisor = math.cos(lat) * math.cos(found.declination_rad)
        cosine = (math.sin(math.radians(elevation)) - math.sin(lat) * math.sin(found.declination_rad)) / divisor if divisor else math.inf
        hour_angle_ms = math.degrees(math.acos(max(-1.0, min(1.0, cosine)))) * 240_000
        before_ms, t_ms = t_ms, noon_ms + side * hour_angle_ms - 60_000 * (found.equation_of_time_min - noon_equation_min)
        if abs(t_ms - before_ms) < 1:
            break
    return round(t_ms) if -1 <= cosine <= 1 else None


def nights(span: Interval, place: Coordinates, elevation: float = SUNSET_DEG) -> Iterator[Interval]:
    """Yield the parts of a span in which the sun is below an elevation (degrees), in order."""
    day = datetime.fromtimestamp(span.from_ms / 1000, UTC).date() - timedelta(days=2)
    begin_ms: int | None = None
    while True:
        rise_ms, noon_ms, set_ms = sun_day(day, place, elevation)
        midnight_ms = noon_ms - _DAY_MS // 2
        if elevation_deg(noon_ms, place) < elevation:
            # The whole day is dark: the night around it goes on.
            begin_ms = midnight_ms if begin_ms is None else begin_ms
        else:
            yield from _within(
                span, midnight_ms if begin_ms is None and rise_ms is not None else begin_ms, midnight_ms if rise_ms is None else rise_ms
            )
            begin_ms = set_ms
        if noon_ms - _DAY_MS >= span.to_ms:
            yield from _within(span, begin_ms, noon_ms)
            return
        day += timedelta(days=1)


def _within(span: Interval, begin_ms: int | None, end_ms: int) -> Iterator[Interval]:
    if begin_ms is not None and max(begin_ms, span.from_ms) < min(end_ms, span.to_ms):
        yield Interval(max(begin_ms, span.from_ms), min(end_ms, span.to_ms))
