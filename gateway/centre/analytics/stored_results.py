"""Results as rows of the store, and back. Pure, but for the reader that it is given."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from gateway.analytics.baseline import LitQuarter
from gateway.analytics.calendar import LightingCalendar
from gateway.analytics.day import AnalysedDay, PastDay, clock_offset
from gateway.analytics.findings import PanelFinding
from gateway.analytics.history import BACK_MS, DayContext, context_of
from gateway.analytics.lasting import StateRun
from gateway.analytics.panel import MARGIN_MS, QUARTER_MS, LitPanel
from gateway.analytics.quarters import steady_level
from gateway.analytics.results import ANALYTICS, AREA_TAG, CRITICAL, DAY, FINDING, KIND_TAG, QUARTER, FindingKind
from gateway.analytics.sun import Interval
from gateway.centre.series_rows import Origin, StoredRow, origin
from gateway.centre.stores.port import SelectedSeries, Span, StoreReader
from gateway.model.batch import Value
from gateway.model.canonical import MEASUREMENTS
from gateway.model.stream import Stream, canonical_fields
from gateway.model.topics import GatewayId

_EVERY_S = {QUARTER: 900.0, DAY: 86_400.0, FINDING: 0.0}
_FINDING_FIELDS = tuple(MEASUREMENTS[FINDING])


class PanelOwner(NamedTuple):
    """Whose results these are: the site, the operator and the area of the panel."""

    site: str
    operator: str
    area: str = ""


class KnownFinding(NamedTuple):
    """A finding that is stored, and the owner of its series."""

    owner: PanelOwner
    finding: PanelFinding


def rows_of(owner: PanelOwner, asset: str, begin_ms: int, day: AnalysedDay) -> Iterator[StoredRow]:
    """Yield the rows of a panel's day."""
    for one in day.quarters:
        yield _row(owner, asset, QUARTER, one.t_ms, one.fields())
    yield _row(owner, asset, DAY, begin_ms, day.fields)
    for finding in day.findings:
        yield finding_row(owner, asset, finding)


def finding_row(owner: PanelOwner, asset: str, finding: PanelFinding) -> StoredRow:
    """Return the row of a finding."""
    values = {
        "duration": round(finding.run.duration_s, 3),
        "active": finding.run.active,
        "critical": finding.kind in CRITICAL,
        "magnitude": round(finding.magnitude, 3),
    }
    return _row(owner, asset, FINDING, finding.run.from_ms, values, finding.kind)


def outdated(known: Iterable[KnownFinding], owner: PanelOwner, day: AnalysedDay, span: Interval) -> Iterator[KnownFinding]:
    """Yield the stored findings that no longer hold, as ones that lasted no time.

    They are those of the day that were not found again, and those that were, but of an owner that the panel had before: its area or
    operator has changed, and they are stored once more in another series.
    """
    found = {(one.kind, one.run.from_ms) for one in day.findings}
    for one in known:
        from_ms = one.finding.run.from_ms
        found_again = (one.finding.kind, from_ms) in found
        if (found_again and one.owner != owner) or (not found_again and span.from_ms <= from_ms < span.to_ms):
            yield one._replace(finding=one.finding._replace(run=StateRun(from_ms, from_ms, active=False)))


def read_context(reader: StoreReader, panel: LitPanel, begin_ms: int) -> DayContext:
    """Return the context of the day that begins at a time, from the results that are stored.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    span = Interval(begin_ms - BACK_MS, begin_ms)
    return context_of(panel, begin_ms, _lit(reader, panel, span), _past(reader, panel, span), read_findings(reader, panel.asset, span))


def read_findings(reader: StoreReader, asset: str, span: Interval) -> list[PanelFinding]:
    """Return the findings of a panel that began in a span, oldest first; those that were disproved are left out.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    return [one.finding for one in read_known("", reader, asset, span)]


def read_known(site: str, reader: StoreReader, asset: str, span: Interval) -> list[KnownFinding]:
    """Return the findings of `read_findings` with their owners.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    known = []
    for one in reader.select(FINDING, _FINDING_FIELDS, {"asset": asset}, Span(*span)):
        tags = dict(one.tags)
        kind = tags.get(KIND_TAG, "")
        if kind not in set(FindingKind):
            continue  # of another version
        owner = PanelOwner(site, tags.get("operator", ""), tags.get(AREA_TAG, ""))
        for t_ms, (duration_s, active, _, magnitude) in one.points:
            if isinstance(duration_s, int | float) and duration_s > 0:
                run = StateRun(t_ms, t_ms + round(1000 * duration_s), bool(active))
                known.append(KnownFinding(owner, PanelFinding(FindingKind(kind), run, _number(magnitude) or 0.0)))
    return sorted(known, key=lambda one: one.finding.run.from_ms)


def _lit(reader: StoreReader, panel: LitPanel, span: Interval) -> list[LitQuarter]:
    around = Interval(span.from_ms - QUARTER_MS - MARGIN_MS, span.to_ms + QUARTER_MS + MARGIN_MS)
    calendar = LightingCalendar(panel.lighting, panel.place, panel.zone, around)
    found = []
    for one in _panel_series(reader.select(QUARTER, ["active_power", "voltage", "lamps_out"], {"asset": panel.asset}, Span(*span))):
        for t_ms, (power_w, voltage_v, lamps_out) in one.points:
            level = steady_level(calendar, t_ms)
            if level and isinstance(power_w, int | float) and power_w > panel.threshold_w:
                found.append(LitQuarter(t_ms, level, power_w, _number(voltage_v), _number(lamps_out) or 0.0))
    return sorted(found)


def _past(reader: StoreReader, panel: LitPanel, span: Interval) -> list[PastDay]:
    fields = ["switch_on_delay", "switch_off_delay", "voltage_intervals", "voltage_outside"]
    days: dict[int, PastDay] = {}
    for one in _panel_series(reader.select(DAY, fields, {"asset": panel.asset}, Span(*span))):
        for t_ms, (on_s, off_s, voltages, outside) in one.points:
            days[t_ms] = PastDay(clock_offset(_number(on_s), _number(off_s)), int(_number(voltages) or 0), int(_number(outside) or 0))
    return [days[t_ms] for t_ms in sorted(days)]


def _panel_series(found: Iterable[SelectedSeries]) -> Iterator[SelectedSeries]:
    return (one for one in found if dict(one.tags).get("profile") == ANALYTICS)


def _number(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _row(owner: PanelOwner, asset: str, measurement: str, t_ms: int, values: Mapping[str, Value], kind: str | None = None) -> StoredRow:
    made = _origin(owner, asset, measurement, kind)
    return StoredRow(made, t_ms, [values[field.name] for field in made.stream.fields])


@lru_cache(maxsize=4096)
def _origin(owner: PanelOwner, asset: str, measurement: str, kind: str | None) -> Origin:
    tags = ({KIND_TAG: kind} if kind is not None else {}) | ({AREA_TAG: owner.area} if owner.area else {})
    stream = Stream(asset, asset, ANALYTICS, measurement, canonical_fields(measurement), _EVERY_S[measurement], tags)
    return origin(GatewayId(owner.site, owner.operator, ANALYTICS), stream)
