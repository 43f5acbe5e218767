"""What the store knows of gateways and workers, for the alarms: their newest health, and how complete the last hour is."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import NamedTuple

from gateway.alarms.city import CENTRE
from gateway.alarms.observation import Subject
from gateway.centre.stores.port import Span, StoreReader, StoreUnavailable
from gateway.host.threads import OneThread
from gateway.model.canonical import HEALTH_PROFILE

_HEALTH = ("backlog_batches", "certificate_days", "disk_free")
_WORKER = ("dead_letters", "lost_parts")
_FRESH_MS, _HOUR_MS, _SETTLED_MS = 900_000, 3_600_000, 120_000


class HealthRow(NamedTuple):
    """A row of the store about a gateway or a worker."""

    measurement: str
    subject: Subject
    values: Mapping[str, float]


class StoredHealth:
    """Reads it in a thread of its own, from a store that is opened when it is needed.

    Args:
        open_store: Opens the store for reading.
    """

    def __init__(self, open_store: Callable[[], StoreReader]) -> None:
        self._open = open_store
        self._reader: StoreReader | None = None
        self._thread = OneThread("alarms-health")

    async def read(self, now_ms: int) -> list[HealthRow] | None:
        """Return the newest rows; None if the store does not answer."""
        return await self._thread.run(self._read, now_ms)

    def _read(self, now_ms: int) -> list[HealthRow] | None:
        try:
            if self._reader is None:
                self._reader = self._open()
            return [*self._latest(self._reader, now_ms), *self._complete(self._reader, now_ms)]
        except StoreUnavailable:
            return None

    def _latest(self, reader: StoreReader, now_ms: int) -> list[HealthRow]:
        rows = []
        for measurement, fields, where in (("gateway", _HEALTH, {"profile": HEALTH_PROFILE}), ("worker", _WORKER, {})):
            for tags, points in reader.latest(measurement, fields, where, now_ms - _FRESH_MS):
                named = dict(tags)
                values = {field: float(one) for field, one in zip(fields, points[-1].values, strict=True) if isinstance(one, int | float)}
                rows.append(HealthRow(measurement, _subject(measurement, named), values))
        return rows

    def _complete(self, reader: StoreReader, now_ms: int) -> list[HealthRow]:
        """Return the sums of the readings that were due and that came in the last hour, by gateway."""
        sums: dict[Subject, dict[str, float]] = defaultdict(lambda: {"expected": 0.0, "read": 0.0})
        span = Span(now_ms - _HOUR_MS - _SETTLED_MS, now_ms - _SETTLED_MS)
        for tags, points in reader.select("completeness", ("expected", "read"), {}, span):
            mine = sums[_subject("completeness", dict(tags))]
            for point in points:
                for field, value in zip(("expected", "read"), point.values, strict=True):
                    mine[field] += float(value) if isinstance(value, int | float) else 0.0
        return [HealthRow("completeness", subject, values) for subject, values in sums.items()]

    async def close(self) -> None:
        """Close the store."""
        if self._reader is not None:
            await self._thread.run(self._reader.close)
        self._thread.close()


def _subject(measurement: str, tags: dict[str, str]) -> Subject:
    if measurement == "worker":
        return Subject(CENTRE, tags.get("asset", ""), "")
    return Subject(tags.get("operator", ""), tags.get("gateway", ""), tags.get("gateway", ""))
