"""The figures of one month of panels. Pure."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from gateway.analytics.findings import PanelFinding
from gateway.analytics.results import FindingKind
from gateway.analytics.sun import Interval
from gateway.model.site.centre import EnergySettings

_FAILURES = frozenset(
    {FindingKind.OUTAGE, FindingKind.SUPPLY_OUTAGE, FindingKind.PHASE_LOSS, FindingKind.CABLE_THEFT, FindingKind.LAMPS_OUT}
)
"""Findings in which lamps do not burn, and which somebody repairs."""


class MonthQuarter(NamedTuple):
    """What a report needs of a quarter hour; energies in Wh, times in s; None if unknown."""

    expected_wh: float
    full_wh: float
    burning_s: float
    scheduled_s: float
    lamps_out: float | None


class PanelMonth(NamedTuple):
    """The readings and results of a panel in a month; `energy_wh` is None if its meters were not read."""

    asset: str
    name: str
    operator: str
    lamps: int
    energy_wh: float | None
    energies: dict[int, float]
    quarters: Sequence[MonthQuarter]
    findings: Sequence[PanelFinding]


class MonthFigures(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The figures of one panel, or of all panels of an operator; absent if unknown.

    Energies are in watt-hours, shares and availability in percent, times in hours. `mttr_h` is the mean time from the beginning of a
    failure to its end, of those that ended in the month.
    """

    panel: str = ""
    name: str = ""
    operator: str
    panels: int = 1
    lamps: int
    energy_wh: float | None = None
    expected_wh: float | None = None
    full_wh: float | None = None
    burning_h: float | None = None
    scheduled_h: float | None = None
    kwh_per_lamp: float | None = None
    cost_eur: float | None = None
    co2_kg: float | None = None
    savings: float | None = None
    lamp_hours_due: float | None = None
    lamp_hours_lost: float | None = None
    availability: float | None = None
    failures: int = 0
    repaired: int = 0
    repair_h: float = 0.0
    completeness: float = 0.0

    @property
    def mttr_h(self) -> float | None:
        """The mean time to repair in hours."""
        return round(self.repair_h / self.repaired, 2) if self.repaired else None

    @property
    def deviation(self) -> float | None:
        """The energy above or below the expected, in percent."""
        return round(100 * (self.energy_wh / self.expected_wh - 1), 2) if self.energy_wh is not None and self.expected_wh else None


class MonthReport(msgspec.Struct, frozen=True):
    """The report of a month: the figures of each panel, and of each operator. `days` are the energies of the days, in watt-hours."""

    site: str
    month: str
    panels: list[MonthFigures]
    operators: list[MonthFigures]
    days: dict[str, float]


def figures_of(month: PanelMonth, span: Interval, prices: EnergySettings) -> MonthFigures:
    """Return the figures of one panel."""
    watched = [one for one in month.quarters if one.lamps_out is not None]
    lost_h = sum(max(0, round(one.lamps_out or 0.0)) for one in watched) / 4
    due_h = len(watched) * month.lamps / 4
    failures = [one for one in month.findings if one.kind in _FAILURES]
    repaired = [one for one in failures if not one.run.active and span.from_ms <= one.run.to_ms < span.to_ms]
    known = bool(month.quarters)
    return _priced(
        MonthFigures(
            panel=month.asset,
            name=month.name,
            operator=month.operator,
            lamps=month.lamps,
            energy_wh=None if month.energy_wh is None else round(month.energy_wh, 3),
            expected_wh=round(sum(one.expected_wh for one in month.quarters), 3) if known else None,
            full_wh=round(sum(one.full_wh for one in month.quarters), 3) if known else None,
            burning_h=round(sum(one.burning_s for one in month.quarters) / 3600, 2) if known else None,
            scheduled_h=round(sum(one.scheduled_s for one in month.quarters) / 3600, 2) if known else None,
            lamp_hours_due=due_h if watched else None,
            lamp_hours_lost=lost_h if watched else None,
            failures=sum(one.run.to_ms > span.from_ms and one.run.from_ms < span.to_ms for one in failures),
            repaired=len(repaired),
            repair_h=round(sum(one.run.duration_s for one in repaired) / 3600, 3),
            completeness=round(100 * len(month.energies) * 900_000 / (span.to_ms - span.from_ms), 2),
        ),
        prices,
    )


def totals(panels: Iterable[MonthFigures], prices: EnergySettings) -> list[MonthFigures]:
    """Return the figures of each operator, the sums of those of its panels."""
    by_operator: dict[str, list[MonthFigures]] = {}
    for one in panels:
        by_operator.setdefault(one.operator, []).append(one)
    return [_priced(_total(operator, some), prices) for operator, some in sorted(by_operator.items())]


def _total(operator: str, some: Sequence[MonthFigures]) -> MonthFigures:
    return MonthFigures(
        operator=operator,
        panels=len(some),
        lamps=sum(one.lamps for one in some),
        energy_wh=_sum(one.energy_wh for one in some),
        expected_wh=_sum(one.expected_wh for one in some),
        full_wh=_sum(one.full_wh for one in some),
        burning_h=_mean(one.burning_h for one in some),
        scheduled_h=_mean(one.scheduled_h for one in some),
        lamp_hours_due=_sum(one.lamp_hours_due for one in some),
        lamp_hours_lost=_sum(one.lamp_hours_lost for one in some),
        failures=sum(one.failures for one in some),
        repaired=sum(one.repaired for one in some),
        repair_h=round(sum(one.repair_h for one in some), 3),
        completeness=_mean(one.completeness for one in some) or 0.0,
    )


def _priced(one: MonthFigures, prices: EnergySettings) -> MonthFigures:
    """Return figures with what follows from them."""
    kwh = None if one.energy_wh is None else one.energy_wh / 1000
    due, lost = one.lamp_hours_due, one.lamp_hours_lost
    return msgspec.structs.replace(
        one,
        kwh_per_lamp=None if kwh is None else round(kwh / one.lamps, 3),
        cost_eur=None if kwh is None or prices.price is None else round(kwh * prices.price, 2),
        co2_kg=None if kwh is None or prices.co2 is None else round(kwh * prices.co2 / 1000, 2),
        savings=round(100 * (1 - one.energy_wh / one.full_wh), 2) if one.energy_wh is not None and one.full_wh else None,
        availability=round(100 * (1 - lost / due), 3) if due and lost is not None else None,
    )


def _sum(values: Iterable[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return round(sum(present), 3) if present else None


def _mean(values: Iterable[float | None]) -> float | None:
    present = [value for value in values if value is not None]
    return round(sum(present) / len(present), 2) if present else None
