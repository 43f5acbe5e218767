"""Points for charts: one field of one device over time, at most about as many as a chart can show. Pure."""

from gateway.centre.stores.port import Span, StoreReader, is_number
from gateway.model.batch import Value
from gateway.model.canonical import MEASUREMENTS

_SHORTEST_WINDOW_MS = 1000
"""Shorter windows would hold at most one reading each."""


class Charts:
    """Reads the points of charts from a store."""

    def __init__(self, reader: StoreReader) -> None:
        self._reader = reader

    def points(self, asset: str, measurement: str, field: str, device: str, from_ms: int, to_ms: int, most: int) -> list[tuple[int, Value]]:
        """Return the points of a canonical field, oldest first.

        Numbers are those of at most about `most` equal windows: a counter's last value in each, the mean of others.

        Raises:
            StoreUnavailable: The store does not answer.
        """
        if field not in MEASUREMENTS.get(measurement, {}):
            return []
        window_ms = (to_ms - from_ms) // most
        step_ms = window_ms if window_ms >= _SHORTEST_WINDOW_MS and is_number(measurement, field) else None
        selected = self._reader.select(measurement, [field], {"asset": asset, "device": device}, Span(from_ms, to_ms + 1), step_ms)
        points = [(t_ms, value) for one in selected for t_ms, (value,) in one.points if value is not None]
        return sorted(points, key=lambda point: point[0])
