"""Reads back everything that a store contains, for the comparison: all rows by asset and measurement."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from gateway.centre.stores.influx.http import InfluxConnection, query
from gateway.centre.stores.sqlite import HistoryReader
from gateway.model.batch import Value
from gateway.model.site.store import InfluxSettings
from gateway.simulate.verify.verdict import Key, StoredReading, StoredValue

MEASUREMENTS = ("lighting_meter", "lamp", "traffic", "weather", "device", "event")
"""The measurements of the simulated street."""


def from_history(path: Path) -> dict[Key, list[StoredReading]]:
    """Read everything from the embedded history.

    Raises:
        StoreUnavailable: There is no history at this path.
    """
    reader = HistoryReader(path)
    try:
        return _grouped((Key(asset, name), t_ms, field, value) for name in MEASUREMENTS for asset, t_ms, field, value in reader.rows(name))
    finally:
        reader.close()


def from_influx(settings: InfluxSettings, since_ms: int = 0) -> dict[Key, list[StoredReading]]:
    """Read everything since a time from an InfluxDB; it may contain rows of earlier runs.

    Raises:
        StoreUnavailable: InfluxDB does not respond.
    """
    connection = InfluxConnection(settings.reading())
    found: dict[Key, list[StoredReading]] = {}
    for name in MEASUREMENTS:
        for series in query(
            connection,
            settings.database,
            f'SELECT * FROM "{name}" WHERE time >= {since_ms}ms GROUP BY "asset", "device", "gateway", "operator", "profile"',  # noqa: S608 — ours
        ):
            rows = [StoredReading(t_ms, _present(series["columns"][1:], values)) for t_ms, *values in series["values"]]
            found.setdefault(Key(series["tags"]["asset"], name), []).extend(rows)
    connection.close()
    return found


def _present(names: Iterable[str], values: Iterable[StoredValue | None]) -> dict[str, StoredValue]:
    return {name: value for name, value in zip(names, values, strict=True) if value is not None}


def _grouped(values: Iterable[tuple[Key, int, str, Value]]) -> dict[Key, list[StoredReading]]:
    rows: dict[tuple[Key, int], dict[str, StoredValue]] = defaultdict(dict)
    for key, t_ms, field, value in values:
        if value is not None:
            rows[key, t_ms][field] = value
    found: dict[Key, list[StoredReading]] = defaultdict(list)
    for (key, t_ms), fields in rows.items():
        found[key].append(StoredReading(t_ms, fields))
    return found
