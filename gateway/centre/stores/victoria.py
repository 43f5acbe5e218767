"""Looks into VictoriaMetrics, by its export of samples and by MetricsQL.

It makes a metric of each field (`measurement_field`), whose labels are the tags, and keeps numbers alone: of a truth 0 or 1, of a text 0.
Queries answer for the last half minute with what was before it (`-search.latencyOffset`); the export tells what is there.
Sources: docs.victoriametrics.com, "How to export data in JSON line format", "MetricsQL",
"How to send data from InfluxDB-compatible agents".
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Annotated, TypeVar
from urllib.parse import urlencode

import msgspec

from gateway.centre.stores.influx.http import InfluxConnection
from gateway.centre.stores.port import Series, StoreUnavailable
from gateway.host import clock
from gateway.model.batch import Value
from gateway.model.canonical import HEALTH_PROFILE, MEASUREMENTS, FieldType
from gateway.model.site import InfluxSettings
from gateway.model.topics import GatewayId

_SETTLED_MS = 60_000
"""What is older than this, queries tell as it is: twice the default of `-search.latencyOffset`."""

_DAY_MS = 86_400_000

T = TypeVar("T")
Labels = dict[str, str]


class _Exported(msgspec.Struct):
    """One line of an export."""

    metric: Labels
    values: list[float | None]
    timestamps: list[int]


class _Sampled(msgspec.Struct):
    """One series of an answer to a query: its samples are pairs of seconds and the number's text."""

    metric: Labels
    values: list[tuple[float, str]] = []
    value: tuple[float, str] | None = None


class _Result(msgspec.Struct):
    result: list[_Sampled]


class _Answer(msgspec.Struct):
    status: Annotated[str, msgspec.Meta(pattern="^success$")]
    data: _Result


class VictoriaReader:
    """One connection to one server."""

    shows_within_s = 12.0
    """Samples within a second, new series when what its index remembers of queries is forgotten, every ten (lib/mergeset, table.go)."""

    def __init__(self, settings: InfluxSettings) -> None:
        self._http = InfluxConnection(settings)

    def points(self, asset: str, measurement: str, field: str, device: str, from_ms: int, to_ms: int, most: int) -> list[tuple[int, Value]]:
        """Give the points of a series in a span: means where there are more than `most`, but for the last minute."""
        canonical = MEASUREMENTS.get(measurement, {}).get(field)
        if canonical is None or canonical.type is FieldType.STRING:
            return []
        chosen, part_ms = _selector(f"{measurement}_{field}", {"asset": asset, "device": device}), max(1, (to_ms - from_ms) // most)
        points: list[tuple[int, Value]] = []
        if canonical.type is not FieldType.BOOL and part_ms >= 1000:
            settled_ms = min(to_ms, clock.now_ms() - _SETTLED_MS)
            for one in self._parts(f"avg_over_time({chosen}[{part_ms}ms])", from_ms, settled_ms, part_ms):
                points += [(round(1000 * end_s), float(text)) for end_s, text in one.values]
            from_ms = max((t_ms for t_ms, _ in points), default=from_ms - 1) + 1
        for exported in self._export(chosen, from_ms, to_ms):
            points += [(t_ms, _in_type(canonical.type, value)) for t_ms, value in zip(exported.timestamps, exported.values, strict=True)]
        return sorted(points, key=lambda point: point[0])

    def counts(self, of: GatewayId, measurement: str, from_ms: int, part_ms: int) -> Iterator[tuple[Series, int, int]]:
        """Count values by series and part, but for the parts that are not a minute old."""
        chosen = _of_measurement(measurement, {"operator": of.operator, "gateway": of.gateway})
        for one in self._parts(f"count_over_time({chosen}[{part_ms}ms]) keep_metric_names", from_ms, clock.now_ms() - _SETTLED_MS, part_ms):
            series = _series(measurement, one.metric)
            for end_s, count in one.values:
                yield series, round(1000 * end_s) + 1 - part_ms, int(float(count))

    def times(self, series: Series, from_ms: int, to_ms: int) -> set[int]:
        """Give the times of a series' values."""
        exported = self._export(_selector(f"{series.measurement}_{series.field}", dict(series.tags)), from_ms, to_ms - 1)
        return {t_ms for one in exported if _series(series.measurement, one.metric) == series for t_ms in one.timestamps}

    def batches(self, since_ms: int) -> Iterator[tuple[Labels, int]]:
        """Give the numbers of batches."""
        for one in self._export("uplink_seq", since_ms, clock.now_ms() + _DAY_MS):
            for seq in one.values:
                yield one.metric, int(seq or 0)

    def health(self) -> Iterator[tuple[Labels, int, dict[str, Value]]]:
        """Give the latest health of gateways; the program's version is a text, and not kept."""
        chosen = _of_measurement("gateway", {"profile": HEALTH_PROFILE})
        latest: dict[tuple[str, str], dict[str, Value]] = defaultdict(dict)
        for one in self._now(f"last_over_time({chosen}[1d]) keep_metric_names"):
            field = one.metric["__name__"].removeprefix("gateway_")
            canonical = MEASUREMENTS["gateway"].get(field)
            if canonical is not None and canonical.type is not FieldType.STRING and one.value is not None:
                latest[one.metric["operator"], one.metric["gateway"]][field] = _in_type(canonical.type, float(one.value[1]))
        uptime = _selector("gateway_uptime", {"profile": HEALTH_PROFILE})
        for one in self._now(f"tlast_over_time({uptime}[1d])"):
            if one.value is not None:
                yield one.metric, round(1000 * float(one.value[1])), latest[one.metric["operator"], one.metric["gateway"]]

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _export(self, chosen: str, from_ms: int, to_ms: int) -> Iterator[_Exported]:
        """Give samples of a span, both ends included."""
        span = {"match[]": chosen, "start": f"{from_ms / 1000:.3f}", "end": f"{to_ms / 1000:.3f}"}
        for line in self._http.ask("/api/v1/export?" + urlencode(span)).splitlines():
            yield _read(line, _Exported)

    def _parts(self, asked: str, from_ms: int, to_ms: int, part_ms: int) -> list[_Sampled]:
        """Ask something of every whole part of a span. A part holds its beginning and not its end; a query's looks back and holds both."""
        first_ms, last_ms = from_ms + part_ms - 1, to_ms - 1
        if first_ms > last_ms:
            return []
        span = {"start": f"{first_ms / 1000:.3f}", "end": f"{last_ms / 1000:.3f}", "step": f"{part_ms}ms", "nocache": 1}
        return _read(self._http.ask("/api/v1/query_range?" + urlencode({"query": asked} | span)), _Answer).data.result

    def _now(self, asked: str) -> list[_Sampled]:
        now = {"query": asked, "time": clock.now_ms() / 1000, "nocache": 1}
        return _read(self._http.ask("/api/v1/query?" + urlencode(now)), _Answer).data.result


def _read(answer: bytes, type_: type[T]) -> T:
    try:
        return msgspec.json.decode(answer, type=type_)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise StoreUnavailable(f"an answer that can't be read: {error}; is it VictoriaMetrics?") from error


def _selector(name: str, labels: Labels) -> str:
    """Write a selector of series; its quotes are those of JSON (MetricsQL takes Go's strings)."""
    chosen = [f"{key}={_quoted(value)}" for key, value in labels.items()]
    return f"{{__name__={_quoted(name)},{','.join(chosen)}}}"


def _of_measurement(measurement: str, labels: Labels) -> str:
    chosen = [f"{key}={_quoted(value)}" for key, value in labels.items()]
    return f"{{__name__=~{_quoted(re.escape(measurement) + '_.+')},{','.join(chosen)}}}"


def _quoted(text: str) -> str:
    return msgspec.json.encode(text).decode()


def _series(measurement: str, labels: Labels) -> Series:
    """Give the series of a metric; `db` is what VictoriaMetrics itself adds to what came by way of `/write`."""
    tags = tuple(sorted((key, value) for key, value in labels.items() if key not in ("__name__", "db")))
    return Series(measurement, tags, labels["__name__"].removeprefix(f"{measurement}_"))


def _in_type(type_: FieldType, value: float | None) -> Value:
    if value is None:
        return None
    return bool(value) if type_ is FieldType.BOOL else int(value) if type_ is FieldType.INT else value
