"""The true state of a street over a day: sun, lamps, traffic and weather. Pure: the same seed and time give the same state."""

import math
import random
from typing import NamedTuple

DAY_S = 86400.0
LAMP_W = 62.0
_STANDBY_W = 0.6


class Weather(NamedTuple):
    """Air at one station: degrees Celsius, percent."""

    temperature: float
    humidity: float


class Lamp(NamedTuple):
    """One lamp: its level in percent, whether it has failed, its power in watts."""

    level: int
    failed: bool
    power: float


class Phase(NamedTuple):
    """One phase of a panel's supply: volts, amperes, watts, vars."""

    voltage: float
    current: float
    active: float
    reactive: float


def _noise(*key: object) -> float:
    """Return a number from -1 to 1 that depends on the key alone."""
    return random.Random(repr(key)).uniform(-1, 1)  # noqa: S311 — a simulation


class Street:
    """A street at any time, in seconds since the midnight of its first day."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def elevation(self, t_s: float) -> float:
        """Return the sun's height as a share of its highest, in winter; negative at night."""
        return math.sin(2 * math.pi * (t_s / DAY_S - 0.25)) - 0.25

    def schedule(self, t_s: float) -> int:
        """Return the level in percent that the lighting programme demands: dimmed between 23:00 and 5:00."""
        if self.elevation(t_s) > 0:
            return 0
        hour = t_s % DAY_S / 3600
        return 60 if hour >= 23 or hour < 5 else 100

    def lamp(self, name: str, t_s: float, failed: bool) -> Lamp:  # noqa: FBT001 — a state, not a switch
        """Return the state of a lamp; a failed one is dark whatever the programme demands."""
        level = 0 if failed else self.schedule(t_s)
        power = _STANDBY_W if level == 0 else LAMP_W * (0.12 + 0.88 * level / 100) * (1 + 0.02 * _noise(self._seed, name))
        return Lamp(level, failed, power)

    def phases(self, panel: str, t_s: float, loads: tuple[float, float, float]) -> tuple[Phase, Phase, Phase]:
        """Return the three phases of a panel from the load of each, in watts."""
        step = int(t_s / 2)
        found = []
        for number, load in enumerate(loads):
            voltage = 231 + 3 * math.sin(t_s / 1700 + number) + 0.8 * _noise(self._seed, panel, number, step)
            active = load + 14 + 2 * _noise(self._seed, panel, "w", number, step)
            reactive = 0.21 * active + 3
            found.append(Phase(voltage, math.hypot(active, reactive) / voltage, active, reactive))
        return found[0], found[1], found[2]

    def weather(self, station: str, t_s: float) -> Weather:
        """Return the air at a station: warmest in the afternoon, damp at night, with slow changes."""
        step = int(t_s / 5)
        warm = 9 + 6 * math.sin(2 * math.pi * (t_s / DAY_S - 0.37)) + 1.5 * math.sin(t_s / 9000)
        temperature = warm + 0.6 * _noise(self._seed, station) + 0.15 * _noise(self._seed, station, step)
        humidity = 72 - 3.1 * (warm - 9) + 2 * _noise(self._seed, station, "h", step)
        return Weather(temperature, min(99.0, max(15.0, humidity)))

    def vehicles_per_second(self, t_s: float) -> float:
        """Return how many vehicles pass a point of the road each second: two rush hours, quiet nights."""
        hour = t_s % DAY_S / 3600
        rush = math.exp(-(((hour - 8) / 1.3) ** 2)) + math.exp(-(((hour - 18) / 1.6) ** 2))
        return 0.04 + 0.5 * rush + (0.2 if 7 < hour < 21 else 0.0)

    def speed(self, number: int, t_s: float) -> float:
        """Return the speed of the next vehicle in km/h: the more traffic, the slower."""
        spread = random.Random(f"{self._seed}/{number}/{t_s:.3f}").gauss(0, 6)  # noqa: S311 — a simulation
        return max(5.0, 56 - 22 * min(1.0, self.vehicles_per_second(t_s)) + spread)
