"""Reads from the store what devices were like before their updates, and writes what happens. Blocks; runs in a thread of its own."""

import logging
from collections.abc import Iterable, Sequence
from typing import Any

from firmware_tools.rollout.device import DeviceName
from firmware_tools.rollout.health import FieldName
from gateway.centre.series_rows import StoredRow
from gateway.centre.stores.factory import open_reader, open_store
from gateway.centre.stores.port import SeriesStore, Span, StoreReader, StoreUnavailable
from gateway.model.site.centre import CentreSettings

log = logging.getLogger(__name__)

_BEFORE_MS, _STEP_MS = 7 * 86_400_000, 3_600_000
"""A week: lamps and traffic differ between days of work and others."""

_VERSIONS_MS = 90 * 86_400_000

_MOST_ROWS = 50_000
"""Rows that wait for a store that does not answer; then the oldest are dropped, which are in the file of roll-outs, too."""

FieldRanges = dict[FieldName, tuple[float, float]]


class RolloutStore:
    """The store of the centre, opened when it is needed."""

    def __init__(self, settings: CentreSettings) -> None:
        self._settings = settings
        self._reader: StoreReader | None = None
        self._store: SeriesStore[Any] | None = None
        self._waiting: list[StoredRow] = []
        self.failing = False

    def ranges(self, device: DeviceName, fields: Iterable[FieldName], now_ms: int) -> FieldRanges:
        """Return between which values the fields of a device were in the hours of the last week; nothing if the store does not answer."""
        found: FieldRanges = {}
        by_measurement: dict[str, list[str]] = {}
        for one in fields:
            by_measurement.setdefault(one.measurement, []).append(one.field)
        where = {"operator": device.operator, "gateway": device.gateway, "device": device.device}
        try:
            for measurement, names in by_measurement.items():
                wanted = sorted(set(names))
                span = Span(now_ms - _BEFORE_MS, now_ms)
                for tags, points in self._opened().select(measurement, wanted, where, span, _STEP_MS):
                    asset = dict(tags).get("asset", "")
                    found |= _extremes(asset, measurement, wanted, [one.values for one in points])
        except StoreUnavailable as error:
            self._failed(error)
        return found

    def versions(self, now_ms: int) -> dict[DeviceName, str]:
        """Return the versions that devices have reported in their readings; nothing if the store does not answer."""
        found = {}
        try:
            for tags, points in self._opened().latest("device", ("firmware_version",), {}, now_ms - _VERSIONS_MS):
                named, version = dict(tags), points[-1].values[0]
                if isinstance(version, str) and version:
                    found[DeviceName(named["operator"], named["gateway"], named["device"])] = version
        except StoreUnavailable as error:
            self._failed(error)
        return found

    def write(self, rows: Sequence[StoredRow]) -> None:
        """Write rows; those that the store does not accept now are written with the next."""
        self._waiting = [*self._waiting, *rows][-_MOST_ROWS:]
        if not self._waiting:
            return
        try:
            if self._store is None:
                self._store = open_store(self._settings)
            store = self._store
            refused = store.write([store.prepare_row(row) for row in self._waiting])
        except StoreUnavailable as error:
            self._failed(error)
            return
        for one in refused:
            log.warning("the store refused a row about a roll-out: %s", one.reason)
        self._waiting, self.failing = [], False

    def close(self) -> None:
        """Close the store."""
        for one in (self._reader, self._store):
            if one is not None:
                one.close()

    def _opened(self) -> StoreReader:
        if self._reader is None:
            self._reader = open_reader(self._settings.store)
        return self._reader

    def _failed(self, error: StoreUnavailable) -> None:
        if not self.failing:
            log.warning("the store does not answer: %s; what happens to roll-outs is stored later", error)
        self.failing = True


def _extremes(asset: str, measurement: str, fields: Sequence[str], rows: Sequence[Sequence[object]]) -> FieldRanges:
    found: FieldRanges = {}
    for number, field in enumerate(fields):
        values = [float(row[number]) for row in rows if isinstance(row[number], int | float) and not isinstance(row[number], bool)]  # type: ignore[arg-type]
        if values:
            found[FieldName(asset, measurement, field)] = min(values), max(values)
    return found
