"""The readings of traffic and environment sensors of a simulated town. Pure."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from gateway.model.batch import Value
from gateway.model.stream import Stream, StreamField, canonical_fields
from gateway.simulate.history.sky import NoiseTable, elevation_deg, is_weekend, local_hour
from gateway.simulate.history.town import Period, TownSensor, Troubles

_TRAFFIC = canonical_fields("traffic", "vehicle_count", "vehicle_count_total", "average_speed", "occupancy", "congested")
_CLASS = canonical_fields("traffic", "vehicle_count")
_CLASS_SHARES = (0.07, 0.8, 0.09, 0.04)
CLASS_EVERY_S = 900.0
_INTERVALS_KEPT = 200
"""More than a part of the history has, whose classes are asked for after all of its vehicles."""
_AIR = canonical_fields("air_quality", "pm1", "pm25", "pm10", "no2", "o3")
_NOISE = canonical_fields("noise", "laeq", "lamax", "la10", "la90")
_WEATHER = canonical_fields(
    "weather", "air_temperature", "relative_humidity", "wind_speed", "wind_direction", "gust_speed", "precipitation", "station_pressure"
)
PROFILES = {
    "traffic": "wavetronix_smartsensor_hd", "air_quality": "sensirion_sps30", "noise": "wirenboard_msw_v4", "weather": "lufft_ws600_umb",
}  # fmt: skip
_FREE_FLOW_KMH, _DAY_S = 54.0, 86_400.0


class SensorSeries(NamedTuple):
    """A stream of a sensor, and the function that returns its reading at a time."""

    stream: Stream
    values: Callable[[float], Sequence[Value]]


def sensor_series(number: int, sensor: TownSensor, every_s: float, troubles: Troubles, noise: NoiseTable) -> list[SensorSeries]:
    """Return the series of one sensor; readings of traffic are asked for in the order of time."""
    if sensor.kind == "traffic":
        return [one for direction in (0, 1) for one in _Lane(number * 2 + direction, direction, every_s, noise).series(sensor)]
    make, fields = {"air_quality": (_air, _AIR), "noise": (_sound, _NOISE), "weather": (_weather, _WEATHER)}[sensor.kind]
    stuck = troubles.stuck.get(sensor.asset, Period(0, 0))

    def values(t_s: float) -> list[Value]:
        return make(number, stuck.from_s if t_s in stuck else t_s, every_s, noise)

    return [SensorSeries(_stream(sensor, fields, every_s, {}), values)]


def _stream(sensor: TownSensor, fields: tuple[StreamField, ...], every_s: float, tags: dict[str, str]) -> Stream:
    profile = PROFILES[sensor.kind]
    return Stream(sensor.asset, f"{sensor.asset}-sensor", profile, sensor.kind, fields, every_s, tags | {"area": sensor.area})


class _Lane:
    """One lane: rush hours on working days, inwards in the morning and outwards in the evening; it counts its vehicles by class."""

    def __init__(self, number: int, direction: int, every_s: float, noise: NoiseTable) -> None:
        self._number, self._direction, self._every_s, self._noise = number, direction, every_s, noise
        self._counted = 10_000 * (1 + number % 9)
        self._class_every_s = max(every_s, CLASS_EVERY_S)
        self._of_interval: dict[int, int] = {}
        self._rests = [0.0] * len(_CLASS_SHARES)

    def series(self, sensor: TownSensor) -> list[SensorSeries]:
        """Return the series of the lane: all vehicles, and each class."""
        tags = {"lane": str(self._direction + 1), "direction": ("in", "out")[self._direction]}
        made = [SensorSeries(_stream(sensor, _TRAFFIC, self._every_s, tags), self.values)]
        for at in range(len(_CLASS_SHARES)):
            stream = _stream(sensor, _CLASS, self._class_every_s, tags | {"vehicle_class": str(at + 1)})
            made.append(SensorSeries(stream, partial(self._class_values, at)))
        return made

    def values(self, t_s: float) -> list[Value]:
        hour = local_hour(t_s)
        morning, evening = math.exp(-(((hour - 8) / 1.3) ** 2)), math.exp(-(((hour - 18) / 1.6) ** 2))
        rush = (morning + 0.7 * evening) if self._direction == 0 else (0.7 * morning + evening)
        a_second = 0.008 + (0.05 if is_weekend(t_s) else 0.16) * rush + (0.06 if 7 < hour < 21 else 0.0)
        random = self._noise.at(self._number, int(t_s // self._every_s))
        count = max(0, round(a_second * self._every_s * (0.8 + 0.05 * (self._number % 9)) + random * math.sqrt(a_second * self._every_s)))
        self._counted += count
        interval = int(t_s // self._class_every_s) + 1
        self._of_interval = {number: so_far for number, so_far in self._of_interval.items() if number >= interval - _INTERVALS_KEPT}
        self._of_interval[interval] = self._of_interval.get(interval, 0) + count
        load = count / self._every_s / 0.25
        speed = _FREE_FLOW_KMH * (1 - 0.55 * min(1.0, load) ** 3) + 1.5 * random
        return [count, self._counted, round(speed, 1) if count else None, round(min(95.0, 34 * load), 1), load > 0.95]

    def _class_values(self, at: int, t_s: float) -> list[Value]:
        """Return how many vehicles of one class there were in the interval that ends at a time."""
        self._rests[at] += _CLASS_SHARES[at] * self._of_interval.get(int(t_s // self._class_every_s), 0)
        whole = int(self._rests[at])
        self._rests[at] -= whole
        return [whole]


def _air(number: int, t_s: float, every_s: float, noise: NoiseTable) -> list[Value]:
    """Return dust and gases: worse in winter rush hours and in still weeks, ozone in the sun."""
    hour = local_hour(t_s)
    still = 1 + 0.55 * math.sin(2 * math.pi * t_s / (9.3 * _DAY_S)) + 0.12 * noise.at(number, int(t_s // _DAY_S))
    rush = math.exp(-(((hour - 8.5) / 2) ** 2)) + math.exp(-(((hour - 19) / 2.5) ** 2))
    random = noise.at(number + 11, int(t_s // every_s))
    pm25 = max(1.5, 15 * still * (0.7 + 0.5 * rush) + 0.8 * random)
    no2 = max(3.0, 22 * still * (0.5 + rush) + 2 * random)
    o3 = max(2.0, 28 + 2.2 * max(0.0, elevation_deg(t_s)) - 0.3 * no2 + 2 * random)
    return [round(0.7 * pm25, 1), round(pm25, 1), round(1.5 * pm25 + random, 1), round(no2, 1), round(o3, 1)]


def _sound(number: int, t_s: float, every_s: float, noise: NoiseTable) -> list[Value]:
    """Return sound levels: loud by day, and until late on weekends."""
    hour = local_hour(t_s)
    day = 1 / (1 + math.exp(-(hour - 6.5) * 1.8)) - 1 / (1 + math.exp(-(hour - (24.5 if is_weekend(t_s) else 22)) * 1.2))
    random = noise.at(number + 23, int(t_s // every_s))
    laeq = 47 + 0.6 * (number % 7) + 16 * max(0.0, day) + 1.3 * random
    return [round(laeq, 1), round(laeq + 11 + 2 * abs(random), 1), round(laeq + 3.2, 1), round(laeq - 6.1, 1)]


def _weather(number: int, t_s: float, every_s: float, noise: NoiseTable) -> list[Value]:
    """Return the weather: warm in the afternoon and in summer, with rain on some days."""
    hour = local_hour(t_s)
    season = math.cos(2 * math.pi * (t_s / _DAY_S - 200) / 365.2425)
    random, day = noise.at(number + 31, int(t_s // every_s)), noise.at(3, int(t_s // _DAY_S))
    warm = 14.5 + 9 * season + 5 * math.sin(2 * math.pi * (hour - 9) / 24) + 1.5 * day + 0.2 * random
    raining = day > 0.9 and noise.at(9, int(t_s // 3600)) > 0
    wind = max(0.2, 2.4 + 1.2 * day + 0.8 * random)
    humidity = min(99.0, max(18.0, 68 - 2.6 * (warm - 14.5 - 9 * season) + (20 if raining else 0)))
    rain_mm = round(every_s / 3600 * (1.4 + abs(random)), 2) if raining else 0.0
    direction = (200 + 60 * day + 15 * random) % 360
    return [
        round(warm, 1), round(humidity, 1), round(wind, 1), round(direction), round(1.7 * wind + abs(random), 1), rain_mm,
        round(1015 + 6 * day + 0.8 * math.sin(4 * math.pi * t_s / _DAY_S) + 0.1 * random, 1),
    ]  # fmt: skip
