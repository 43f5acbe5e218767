"""What all assets of a simulated town share: the sun, the programme of the lamps, and repeatable noise. Pure."""

import math
import random

LAT, LON = 43.8777, 11.1022
_DAY_S = 86_400.0
_ON_BELOW_DEG = -0.833
_NOISES = 1 << 13


def elevation_deg(t_s: float) -> float:
    """Return the elevation of the sun over Prato to about a degree, enough for a simulation.

    Declination by Cooper's formula, hour angle without the equation of time (Duffie and Beckman, "Solar Engineering of Thermal Processes").
    """
    day = t_s / _DAY_S
    declination = math.radians(23.45) * math.sin(2 * math.pi * (284 + day % 365.2425) / 365)
    hour_angle = 2 * math.pi * (day % 1 - 0.5) + math.radians(LON)
    lat = math.radians(LAT)
    height = math.sin(lat) * math.sin(declination) + math.cos(lat) * math.cos(declination) * math.cos(hour_angle)
    return math.degrees(math.asin(height))


def local_hour(t_s: float) -> float:
    """Return the hour of the day in Central European Time."""
    return (t_s / 3600 + 1) % 24


def is_weekend(t_s: float) -> bool:
    """Return whether it is Saturday or Sunday in Central European Time; 1970 began on a Thursday."""
    return int((t_s + 3600) // _DAY_S) % 7 in (2, 3)


def programmed_level(t_s: float) -> int:
    """Return the level in percent that the lighting programme commands: 60 from 23:00 to 5:00, 0 while the sun is up."""
    if elevation_deg(t_s) > _ON_BELOW_DEG:
        return 0
    hour = local_hour(t_s)
    return 60 if hour >= 23 or hour < 5 else 100


class NoiseTable:
    """Repeatable noise of unit variance: the same seed, series and number give the same value."""

    def __init__(self, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 — a simulation
        self._values = [chance.gauss(0, 1) for _ in range(_NOISES)]

    def at(self, series: int, number: int) -> float:
        """Return a value of a series."""
        return self._values[(series * 2654435761 + number * 40503) % _NOISES]
