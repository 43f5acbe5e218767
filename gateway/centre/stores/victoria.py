"""Reads from VictoriaMetrics, through its export of samples and MetricsQL.

It stores each field as a metric (`measurement_field`) with the tags as labels, and numbers only: a boolean as 0 or 1, a text as 0. For the
last half minute queries repeat older values (`-search.latencyOffset`), while the export returns what is there.
Sources: docs.victoriametrics.com, "How to export data in JSON line format", "MetricsQL",
"How to send data from InfluxDB-compatible agents".
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import Annotated, TypeVar
from urllib.parse import urlencode

import msgspec

from gateway.centre.stores.influx.http import InfluxConnection
from gateway.centre.stores.port import SelectedPoint, SelectedSeries, Series, Span, StoreUnavailable, Tags, is_averaged, whole_windows
from gateway.host import clock
from gateway.model.batch import Value
from gateway.model.canonical import MEASUREMENTS, FieldType
from gateway.model.site.store import InfluxSettings
from gateway.model.topics import GatewayId

_SETTLED_MS = 60_000
"""Queries about older values are exact: twice the default of `-search.latencyOffset`."""

T = TypeVar("T")
Labels = dict[str, str]
_Column = dict[int, Value]
"""The values of one field of one series, by time."""


class _Exported(msgspec.Struct):
    """One line of an export."""

    metric: Labels
    values: list[float | None]
    timestamps: list[int]


class _Sampled(msgspec.Struct):
    """One series of a query's response; samples are pairs of seconds and the number as text."""

    metric: Labels
    values: list[tuple[float, str]] = []
    value: tuple[float, str] | None = None


class _Result(msgspec.Struct):
    result: list[_Sampled]


class _QueryResponse(msgspec.Struct):
    status: Annotated[str, msgspec.Meta(pattern=r"^success\Z")]
    data: _Result


class VictoriaReader:
    """Reads over one connection to one server."""

    shows_within_s = 12.0
    """Samples become visible within a second; new series every ten, when the index drops its cache of queries (lib/mergeset, table.go)."""

    def __init__(self, settings: InfluxSettings) -> None:
        self._http = InfluxConnection(settings.reading())

    def select(
        self, measurement: str, fields: Sequence[str], where: Mapping[str, str], span: Span, step_ms: int | None = None
    ) -> Iterator[SelectedSeries]:
        """Yield series with their points, as the port describes; texts have points without a value."""
        columns: dict[Tags, dict[str, _Column]] = defaultdict(dict)
        for field in fields:
            chosen = _selector(f"{measurement}_{field}", where)
            found = self._raw(chosen, span) if step_ms is None else self._windows(measurement, field, chosen, span, step_ms)
            is_mean = step_ms is not None and is_averaged(measurement, field)
            for tags, column in found.items():
                columns[tags][field] = {t_ms: value if is_mean else _typed(measurement, field, value) for t_ms, value in column.items()}
        for tags, by_field in columns.items():
            times = sorted({t_ms for column in by_field.values() for t_ms in column})
            if times:
                yield SelectedSeries(
                    tags, [SelectedPoint(t_ms, tuple(by_field.get(field, {}).get(t_ms) for field in fields)) for t_ms in times]
                )

    def latest(self, measurement: str, fields: Sequence[str], where: Mapping[str, str], since_ms: int) -> Iterator[SelectedSeries]:
        """Yield the newest point of each series."""
        now_ms = clock.now_ms()
        chosen = f"{_of_measurement(measurement, where)}[{max(1, now_ms - since_ms)}ms]"
        times: dict[Series, int] = {}
        for one in self._instant(f"tlast_over_time({chosen}) keep_metric_names", now_ms):
            if one.value is not None:
                times[_series(measurement, one.metric)] = round(1000 * float(one.value[1]))
        points: dict[Tags, dict[str, tuple[int, Value]]] = defaultdict(dict)
        for one in self._instant(f"last_over_time({chosen}) keep_metric_names", now_ms):
            series = _series(measurement, one.metric)
            if series.field in fields and series in times and one.value is not None:
                points[series.tags][series.field] = times[series], _typed(measurement, series.field, float(one.value[1]))
        for tags, newest in points.items():
            last_ms = max(t_ms for t_ms, _ in newest.values())
            present = {field: value for field, (t_ms, value) in newest.items() if t_ms == last_ms}
            yield SelectedSeries(tags, [SelectedPoint(last_ms, tuple(present.get(field) for field in fields))])

    def counts(
        self, of: GatewayId, measurement: str, from_ms: int, part_ms: int, to_ms: int | None = None
    ) -> Iterator[tuple[Series, int, int]]:
        """Count a gateway's values by series and part of time, without the parts that are less than a minute old."""
        chosen = _of_measurement(measurement, {"operator": of.operator, "gateway": of.gateway})
        query = f"count_over_time({chosen}[{part_ms}ms]) keep_metric_names"
        settled_ms = clock.now_ms() - _SETTLED_MS
        for one in self._range(query, Span(from_ms, settled_ms if to_ms is None else min(to_ms, settled_ms)), part_ms):
            series = _series(measurement, one.metric)
            for end_s, count in one.values:
                yield series, round(1000 * end_s) + 1 - part_ms, int(float(count))

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _raw(self, chosen: str, span: Span) -> dict[Tags, dict[int, float | None]]:
        """Return the samples of one field in a span."""
        parameters = {"match[]": chosen, "start": f"{span.from_ms / 1000:.3f}", "end": f"{(span.to_ms - 1) / 1000:.3f}"}
        found: dict[Tags, dict[int, float | None]] = defaultdict(dict)
        for line in self._http.get("/api/v1/export?" + urlencode(parameters)).splitlines():
            one = _decode(line, _Exported)
            found[_tags(one.metric)] |= dict(zip(one.timestamps, one.values, strict=True))
        return found

    def _windows(self, measurement: str, field: str, chosen: str, span: Span, step_ms: int) -> dict[Tags, dict[int, float | None]]:
        """Return the mean or last value of one field in each window: settled ones by a query, newer ones from their samples."""
        span = whole_windows(span, step_ms)
        settled_ms = max(span.from_ms, min(span.to_ms, (clock.now_ms() - _SETTLED_MS) // step_ms * step_ms))
        averaged = is_averaged(measurement, field)
        found: dict[Tags, dict[int, float | None]] = defaultdict(dict)
        query = f"{'avg' if averaged else 'last'}_over_time({chosen}[{step_ms}ms])"
        for one in self._range(query, Span(span.from_ms, settled_ms), step_ms):
            found[_tags(one.metric)] |= {round(1000 * end_s) + 1 - step_ms: float(text) for end_s, text in one.values}
        if settled_ms < span.to_ms:
            for tags, samples in self._raw(chosen, Span(settled_ms, span.to_ms)).items():
                windows: dict[int, list[float]] = defaultdict(list)
                for t_ms, value in sorted(samples.items()):
                    if value is not None:
                        windows[t_ms // step_ms * step_ms].append(value)
                found[tags] |= {begin_ms: fmean(values) if averaged else values[-1] for begin_ms, values in windows.items()}
        return found

    def _range(self, query: str, span: Span, step_ms: int) -> list[_Sampled]:
        """Query every whole window of a span. Windows here exclude their end; MetricsQL looks back and includes both ends."""
        first_ms, last_ms = span.from_ms + step_ms - 1, span.to_ms - 1
        if first_ms > last_ms:
            return []
        parameters = {
            "query": query,
            "start": f"{first_ms / 1000:.3f}",
            "end": f"{last_ms / 1000:.3f}",
            "step": f"{step_ms}ms",
            "nocache": 1,
        }
        return _decode(self._http.get("/api/v1/query_range?" + urlencode(parameters)), _QueryResponse).data.result

    def _instant(self, query: str, now_ms: int) -> list[_Sampled]:
        parameters = {"query": query, "time": now_ms / 1000, "nocache": 1}
        return _decode(self._http.get("/api/v1/query?" + urlencode(parameters)), _QueryResponse).data.result


def _decode(answer: bytes, type_: type[T]) -> T:
    try:
        return msgspec.json.decode(answer, type=type_)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise StoreUnavailable(f"unexpected response: {error}; is this VictoriaMetrics?") from error


def _selector(name: str, labels: Mapping[str, str]) -> str:
    """Return a selector of series; MetricsQL takes Go's strings, which may be quoted like JSON."""
    return _braces(f"__name__={_quoted(name)}", labels)


def _of_measurement(measurement: str, labels: Mapping[str, str]) -> str:
    return _braces(f"__name__=~{_quoted(re.escape(measurement) + '_.+')}", labels)


def _braces(name: str, labels: Mapping[str, str]) -> str:
    return "{" + ",".join([name, *(f"{key}={_quoted(value)}" for key, value in labels.items())]) + "}"


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()


def _tags(labels: Labels) -> Tags:
    """Return the tags of a metric without `db`, which VictoriaMetrics adds to what comes through `/write`."""
    return tuple(sorted((key, value) for key, value in labels.items() if key not in ("__name__", "db")))


def _series(measurement: str, labels: Labels) -> Series:
    return Series(measurement, _tags(labels), labels["__name__"].removeprefix(f"{measurement}_"))


def _typed(measurement: str, field: str, value: float | None) -> Value:
    """Return a sample in its field's type; None for texts, which are not stored."""
    canonical = MEASUREMENTS.get(measurement, {}).get(field)
    if value is None or canonical is None:
        return value
    if canonical.type is FieldType.STRING:
        return None
    return bool(value) if canonical.type is FieldType.BOOL else int(value) if canonical.type is FieldType.INT else value
