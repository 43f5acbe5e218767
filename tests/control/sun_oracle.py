"""Sunrises and sunsets from another source: PyEphem, whose positions are those of VSOP87, not of NOAA's equations."""

import math
from datetime import UTC, datetime

import ephem

from gateway.control.programs.day_plan import LampPlace

_HORIZON = "-0:50"
"""The sun's centre at sunrise and sunset: refraction and half of its disc, as almanacs count."""


def crossings(place: LampPlace, from_ms: int, to_ms: int) -> tuple[list[int], list[int]]:
    """Return the sunsets and the sunrises within a span, in milliseconds since 1970."""
    return _events(place, from_ms, to_ms, setting=True), _events(place, from_ms, to_ms, setting=False)


def elevation_deg(place: LampPlace, t_ms: int) -> float:
    """Return how high the sun's centre stands, without refraction."""
    observer, sun = _observer(place, t_ms), ephem.Sun()
    sun.compute(observer)
    return math.degrees(float(sun.alt))


def _observer(place: LampPlace, t_ms: int) -> ephem.Observer:
    observer = ephem.Observer()
    observer.lat, observer.lon = str(place.position.lat), str(place.position.lon)
    observer.pressure, observer.horizon = 0, _HORIZON
    observer.date = ephem.Date(datetime.fromtimestamp(t_ms / 1000, UTC).replace(tzinfo=None))
    return observer


def _events(place: LampPlace, from_ms: int, to_ms: int, *, setting: bool) -> list[int]:
    found: list[int] = []
    t_ms = from_ms
    while t_ms < to_ms:
        observer = _observer(place, t_ms)
        try:
            event = observer.next_setting(ephem.Sun(), use_center=True) if setting else observer.next_rising(ephem.Sun(), use_center=True)
        except ephem.CircumpolarError:  # up or down for the whole day
            t_ms += 6 * 3_600_000
            continue
        at_ms = round(1000 * event.datetime().replace(tzinfo=UTC).timestamp())
        if at_ms < to_ms and (not found or at_ms > found[-1] + 3_600_000):
            found.append(at_ms)
        t_ms = max(at_ms, t_ms) + 3_600_000
    return found
