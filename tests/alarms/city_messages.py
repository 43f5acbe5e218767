"""Messages of the city plane for tests, at Prato."""

from collections.abc import Mapping

from gateway.model.instants import iso_utc
from gateway.model.messages import CityMessage, CityPoint, CityReading, CityValue

PRATO = (11.0944, 43.8843)
NIGHT_MS = 1_795_820_400_000
"""27 November 2026, 23:00 UTC: it is dark in Prato."""

NOON_MS = NIGHT_MS - 12 * 3_600_000
MINUTE_MS = 60_000

Shown = Mapping[str, CityValue | float | bool | str]


def message(measurement: str, t_ms: int, values: Shown, *, asset: str = "qe-1", device: str = "d-1", every_s: float = 60.0) -> CityMessage:
    """Return the message of one reading; a value that is a CityValue has the quality that it says, another one is good."""
    shown = {name: value if isinstance(value, CityValue) else CityValue("Good", value) for name, value in values.items()}
    reading = CityReading(device, iso_utc(t_ms), every_s, shown)
    return CityMessage(1, asset, measurement, "citelum", "gw-1", [reading], iso_utc(t_ms), location=CityPoint(PRATO), said_every_s=60.0)


def meter(watts: tuple[float, ...], volts: tuple[float, ...] = (230.0, 231.0, 229.0)) -> dict[str, float]:
    """Return the values of a meter by phase."""
    found = {f"active_power_l{n}": value for n, value in enumerate(watts, 1)}
    return found | {f"voltage_l{n}": value for n, value in enumerate(volts, 1)}
