"""Compares what a fleet read with what the store contains: every series, every time, every value. Pure, but for reading."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.centre.stores.influx.http import InfluxConnection, query
from gateway.model.site.store import InfluxSettings
from gateway.simulate.fleet.plan import ServedBatch

Rows = dict[tuple[str, str, int], dict[str, float]]
"""Values by the names of their fields, by gateway, asset and time (Unix milliseconds)."""


class Difference(NamedTuple):
    """Values that were read; of them those that the store lacks, and those that it has otherwise; values that nobody read."""

    values: int
    missing: int
    wrong: int
    unknown: int

    @property
    def is_exact(self) -> bool:
        """Whether the store contains exactly what was read."""
        return not (self.missing or self.wrong or self.unknown)


def compare(served: Rows, stored: Rows) -> Difference:
    """Compare value by value."""
    values = missing = wrong = 0
    for key, row in served.items():
        found = stored.get(key, {})
        values += len(row)
        missing += sum(name not in found for name in row)
        wrong += sum(name in found and found[name] != value for name, value in row.items())
    unknown = sum(name not in served.get(key, {}) for key, row in stored.items() for name in row)
    return Difference(values, missing, wrong, unknown)


def served_rows(files: Iterable[Path]) -> Rows:
    """Return what fleets logged."""
    found: Rows = {}
    decode = msgspec.json.Decoder(ServedBatch).decode
    for file in files:
        for line in file.read_bytes().splitlines():
            batch = decode(line)
            for meter, t_ms, values in batch.rows:
                found[batch.gateway, batch.assets[meter], t_ms] = dict(zip(batch.fields[meter], values, strict=True))
    return found


def stored_rows(influx: InfluxSettings, gateways: Iterable[str]) -> Rows:
    """Return what an InfluxDB contains of some gateways.

    Raises:
        StoreUnavailable: It does not answer.
    """
    connection = InfluxConnection(influx)
    try:
        return dict(row for gateway in gateways for row in _rows_of(connection, influx.database, gateway))
    finally:
        connection.close()


def _rows_of(connection: InfluxConnection, database: str, gateway: str) -> Iterator[tuple[tuple[str, str, int], dict[str, float]]]:
    statement = f"""SELECT * FROM "lighting_meter" WHERE "gateway" = '{gateway}' GROUP BY "asset", "device", "operator", "profile" """
    for series in query(connection, database, statement):
        names = series["columns"][1:]
        for t_ms, *values in series["values"]:
            present = {name: value for name, value in zip(names, values, strict=True) if isinstance(value, int | float)}
            yield (gateway, series["tags"]["asset"], t_ms), present
