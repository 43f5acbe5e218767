"""Completeness of readings: how many were due and what became of them, counted for each device and reported once an hour. Pure."""

from collections.abc import Sequence

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.model.batch import Value
from gateway.model.quality import Quality, is_bad
from gateway.model.reading import Reading
from gateway.model.stream import Stream, canonical_fields

HOUR_S = 3600
_ROUNDING = 1e-6
_FIELDS = canonical_fields("completeness")
_SILENT = frozenset({Quality.BadTimeout, Quality.BadNoCommunication, Quality.BadNotConnected})
_OFF = frozenset({Quality.GoodNoData})


class Completeness:
    """Counts the readings of one device in the current hour."""

    def __init__(self, gateway: str, line: str, device: BoundDevice, since_ms: int = 0) -> None:
        self.since_ms = since_ms
        """Since when the device is read."""
        self._intervals_s = [
            bound.stream.every_s for bound in device.streams if bound.stream.every_s > 0 and bound.stream.measurement != "event"
        ]
        self._events = frozenset(number for number, bound in enumerate(device.streams) if bound.stream.measurement == "event")
        self.stream = Stream(gateway, device.id, device.profile.profile, "completeness", _FIELDS, float(HOUR_S), {"line": line})
        self._due = 0.0
        self._read = self._partly = self._silent = self._off = self._bad = 0

    def count(self, readings: Sequence[Reading]) -> None:
        """Count the readings of one poll."""
        for reading in readings:
            if reading.stream in self._events:
                continue
            if not reading.quality:
                self._read += 1
            else:
                self._count_qualified(reading)

    def _count_qualified(self, reading: Reading) -> None:
        if any(value is not None for value in reading.values):
            self._read += 1
            self._partly += any(map(is_bad, reading.quality.values()))
            return
        why = next(iter(reading.quality.values()))
        self._silent += why in _SILENT
        self._off += why in _OFF
        self._bad += why not in _SILENT and why not in _OFF

    def report(self, seconds: float) -> list[Value]:
        """Return the counts of the last `seconds` and reset them: expected, read, partly read, silent, off, bad, missed."""
        counted = self._read + self._silent + self._off + self._bad
        self._due += sum(seconds / every_s for every_s in self._intervals_s)
        # Due are a fraction more or less than a whole number: what is counted first is due first, and the rest is due in the next report.
        expected = max(counted, int(self._due + _ROUNDING))
        self._due = max(self._due - expected, -float(len(self._intervals_s)))
        values: list[Value] = [expected, self._read, self._partly, self._silent, self._off, self._bad, max(0, expected - counted)]
        self._read = self._partly = self._silent = self._off = self._bad = 0
        return values
