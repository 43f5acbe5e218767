"""The meters of a simulated gateway, whose values wander. Pure: the time is handed in."""

import random
from typing import Any, NamedTuple

from gateway.model.canonical import MEASUREMENTS, FieldType
from gateway.model.stream import Schema, Stream, StreamField, hash_of
from gateway.model.topics import GatewayId

_FIELDS = tuple(
    StreamField(name, field.type, field.unit) for name, field in MEASUREMENTS["lighting_meter"].items() if field.type is FieldType.FLOAT
)


class MeterReadings(NamedTuple):
    """Readings since the last ones: one row a meter and second, as a batch contains them."""

    t0_ms: int
    rows: list[tuple[int, int, list[Any], None]]
    points: int


class WanderingMeters:
    """Meters that have so many values together, one reading a second, from the same seed always the same.

    Args:
        me: The gateway, which the meters' names contain.
        points: Values of all meters together.
        chance: Their randomness.
        now_ms: When the first reading is due.
    """

    def __init__(self, me: GatewayId, points: int, chance: random.Random, now_ms: int) -> None:
        self._chance, self._read_until_ms = chance, now_ms
        streams = meter_streams(me, points)
        self.assets = [stream.asset for stream in streams]
        self.fields = [[field.name for field in stream.fields] for stream in streams]
        self.document = Schema(streams).document()
        self.document_hash = hash_of(self.document)
        self._values = [[chance.uniform(200, 250) for _ in stream.fields] for stream in streams]

    def read(self, until_ms: int) -> MeterReadings | None:
        """Return the readings that have become due; None if there are none."""
        t0_ms = self._read_until_ms
        rows: list[tuple[int, int, list[Any], None]] = []
        for t_ms in range(t0_ms, until_ms, 1000):
            for stream, values in enumerate(self._values):
                place = self._chance.randrange(len(values))
                values[place] = round(values[place] + self._chance.gauss(0, 0.3), 2)
                rows.append((stream, t_ms - t0_ms, list(values), None))
            self._read_until_ms = t_ms + 1000
        return MeterReadings(t0_ms, rows, sum(len(values) for _, _, values, _ in rows)) if rows else None


def meter_streams(me: GatewayId, points: int) -> tuple[Stream, ...]:
    """Return the streams of meters that have so many values together."""
    streams: list[Stream] = []
    while points > 0:
        fields = _FIELDS[: min(points, len(_FIELDS))]
        number = len(streams)
        streams.append(Stream(f"qe-{me.gateway}-{number}", f"meter-{number}", "simulated", "lighting_meter", fields, 1.0))
        points -= len(fields)
    return tuple(streams)
