"""Several sensors of one quantity at one asset. Pure.

The tolerances are the sum of what the data sheets of street-level sensors allow and of what a place in the sun or behind a wall adds.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gateway.provision.diagnosis.cause import Cause, CauseKind
from gateway.provision.diagnosis.cause_texts import cause
from gateway.provision.plausibility.latest_values import DeviceReading


class Tolerance(NamedTuple):
    """By how much two good sensors of a quantity may differ: in its canonical unit, or as a share of the greater value."""

    least: float
    share: float = 0.0


TOLERANCES: Mapping[str, Tolerance] = {
    "air_temperature": Tolerance(4.0),
    "relative_humidity": Tolerance(15.0),
    "station_pressure": Tolerance(4.0),
    "sea_level_pressure": Tolerance(4.0),
    "dew_point": Tolerance(4.0),
    "wind_speed": Tolerance(3.0, 0.5),
    "illuminance": Tolerance(50.0, 0.7),
    "laeq": Tolerance(6.0),
    "frequency": Tolerance(0.2),
    "pm1": Tolerance(10.0, 0.5),
    "pm25": Tolerance(10.0, 0.5),
    "pm10": Tolerance(15.0, 0.5),
    "co2": Tolerance(100.0, 0.2),
    "no2": Tolerance(20.0, 0.5),
    "o3": Tolerance(20.0, 0.5),
}


def judge_sensors(readings: Sequence[DeviceReading], asset: str) -> Iterator[Cause]:
    """Yield the quantities about which two devices of an asset disagree."""
    known: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
    for one in readings:
        for field in TOLERANCES:
            value = one.number(field)
            if value is not None:
                known[field].append((value, one.device))
    for field, values in known.items():
        (least, low), (greatest, high) = min(values), max(values)
        allowed = TOLERANCES[field]
        if low != high and greatest - least > max(allowed.least, allowed.share * max(abs(least), abs(greatest))):
            yield cause(CauseKind.SENSORS_DISAGREE, "possible", asset, [], f"{field}, {low} {least:g}, {high} {greatest:g}")
