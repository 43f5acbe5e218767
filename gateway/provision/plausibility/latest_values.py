"""The newest values of a gateway's devices, as the rules of plausibility look at them. Pure."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from gateway.model.batch import Value


class DeviceReading(NamedTuple):
    """The newest reading of one device about one asset: its good values in their canonical units, and when they were read."""

    device: str
    asset: str
    measurement: str
    t_ms: int
    fields: Mapping[str, Value]

    def number(self, field: str) -> float | None:
        """Return the value of a field if it is a number."""
        value = self.fields.get(field)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


TOGETHER_MS = 90_000
"""Readings that are further apart are not compared: a street's load changes meanwhile."""


def together(readings: Iterable[DeviceReading]) -> list[DeviceReading]:
    """Return the readings that were made at about the time of the newest."""
    found = list(readings)
    newest_ms = max((one.t_ms for one in found), default=0)
    return [one for one in found if newest_ms - one.t_ms <= TOGETHER_MS]
