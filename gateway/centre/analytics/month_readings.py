"""What the month's reports need of a store. Pure, but for the reader that it is given."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from gateway.analytics.energy_quarters import between, register_at
from gateway.analytics.panel import QUARTER_MS, LitPanel
from gateway.analytics.pell import PROPERTIES, PellQuarter
from gateway.analytics.report.figures import MonthFigures, MonthQuarter, MonthReport, PanelMonth, figures_of, totals
from gateway.analytics.results import ANALYTICS, QUARTER
from gateway.analytics.sun import Interval
from gateway.centre.analytics.panel_readings import device_of, read_energies, read_registers
from gateway.centre.analytics.stored_results import read_findings
from gateway.centre.stores.port import Span, StoreReader, Tags
from gateway.model.site.centre import EnergySettings

_NEAR_MS = 300_000
"""How near to the beginning or the end of a month a register must have been read to count for it."""

_FINDINGS_BACK_MS = 62 * 86_400_000
"""How long before a month a failure that ends in it may have begun."""

_QUARTER_FIELDS = ("expected_energy", "full_energy", "burning_time", "scheduled_time", "lamps_out")


def month_report(
    reader: StoreReader, panels: Sequence[LitPanel], month: str, span: Interval, site: str, prices: EnergySettings, operator: str | None
) -> MonthReport:
    """Return the report of a month (`2026-10`, which lasts for `span`) of panels, of one operator or of all.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    figures: list[MonthFigures] = []
    days: dict[str, float] = defaultdict(float)
    for panel in panels:
        found = read_month(reader, panel, span)
        if found is None or operator not in (None, found.operator):
            continue
        figures.append(figures_of(found, span, prices))
        for t_ms, energy_wh in found.energies.items():
            days[datetime.fromtimestamp(t_ms / 1000, panel.zone).date().isoformat()] += energy_wh
    return MonthReport(site, month, figures, totals(figures, prices), {day: round(days[day], 3) for day in sorted(days)})


def read_month(reader: StoreReader, panel: LitPanel, span: Interval) -> PanelMonth | None:
    """Return the readings and results of a panel in a month; None if there are none.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    meters = list(reader.select("lighting_meter", ["active_energy"], {"asset": panel.asset}, Span(*span), QUARTER_MS))
    results = sorted(
        (one for one in reader.select(QUARTER, _QUARTER_FIELDS, {"asset": panel.asset}, Span(*span)) if _is_result(one.tags)),
        key=lambda one: one.points[-1].t_ms,
    )
    operators = [dict(one.tags).get("operator", "") for one in [*meters, *results]]
    if not operators:
        return None
    findings = read_findings(reader, panel.asset, Interval(span.from_ms - _FINDINGS_BACK_MS, span.to_ms))
    return PanelMonth(
        panel.asset,
        panel.name,
        operators[0],
        panel.lighting.lamps,
        _energy_wh(reader, panel.asset, span) if meters else None,
        read_energies(reader, panel.asset, span),
        list({t_ms: _quarter(values) for one in results for t_ms, values in one.points}.values()),
        [one for one in findings if one.run.active or one.run.to_ms > span.from_ms],
    )


def _energy_wh(reader: StoreReader, asset: str, span: Interval) -> float:
    """Return the energy of all meters of a panel, from the registers at both ends of a span and the readings between."""
    borders = [read_registers(reader, asset, Interval(at - _NEAR_MS, at + _NEAR_MS), "active_energy") for at in span]
    total_wh = 0.0
    for register, readings in read_registers(reader, asset, span, "active_energy", QUARTER_MS).items():
        at_borders = [register_at(found.get(register, []), at) for found, at in zip(borders, span, strict=True)]
        # A window's value is its last; at its beginning it would come before the register at the beginning of the month.
        inside = [reading._replace(t_ms=reading.t_ms + QUARTER_MS - 1) for reading in readings]
        total_wh += between(at_borders, inside, span)
    return total_wh


def _quarter(values: Sequence[object]) -> MonthQuarter:
    expected_wh, full_wh, burning_s, scheduled_s, lamps_out = (float(one) if isinstance(one, int | float) else None for one in values)
    return MonthQuarter(expected_wh or 0.0, full_wh or 0.0, burning_s or 0.0, scheduled_s or 0.0, lamps_out)


def _is_result(tags: Tags) -> bool:
    return dict(tags).get("profile") == ANALYTICS


def read_pell(reader: StoreReader, panel: LitPanel, span: Interval) -> list[PellQuarter]:
    """Return the quarter hours of a panel for PELL. Of several meters, the energies are summed, and the means are left out.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    energies = read_energies(reader, panel.asset, span)
    reactive = read_energies(reader, panel.asset, span, "reactive_energy")
    fields = sorted({field for field, _ in PROPERTIES.values()})
    meters = list(reader.select("lighting_meter", fields, {"asset": panel.asset}, Span(*span), QUARTER_MS))
    means: dict[int, dict[str, float]] = {}
    if len({device_of(one.tags) for one in meters}) == 1:
        for one in meters:
            for t_ms, values in one.points:
                means.setdefault(t_ms, {}).update(_present(fields, values))
    return [
        PellQuarter(t_ms, energies.get(t_ms), reactive.get(t_ms), means.get(t_ms, {}))
        for t_ms in range(span.from_ms, span.to_ms, QUARTER_MS)
    ]


def _present(fields: Iterable[str], values: Iterable[object]) -> dict[str, float]:
    return {field: float(value) for field, value in zip(fields, values, strict=True) if isinstance(value, int | float)}
