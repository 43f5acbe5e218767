"""The month's report as one HTML page that prints on A4: no scripts, nothing from elsewhere. Pure."""

from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import NamedTuple

from gateway.analytics.report.figures import MonthFigures, MonthReport
from gateway.analytics.report.page_texts import MONTHS, STYLE, TEXTS, ReportLanguage

_WIDTH, _HEIGHT, _BASE, _BAR = 1000, 150, 130, 0.7
_DEVIATION, _AVAILABILITY = 5.0, 98.0
"""A deviation of the energy above this, and an availability below this, in percent, are red."""


class _Column(NamedTuple):
    head: str
    cell: Callable[[MonthFigures], str]
    bad: Callable[[MonthFigures], bool] = lambda _: False


class ReportPage:
    """Writes one report in one language."""

    def __init__(self, report: MonthReport, language: ReportLanguage) -> None:
        self._report, self._language, self._text = report, language, TEXTS[language]
        self._columns = [one for one in self._all_columns() if any(one.cell(figures) for figures in report.operators)]

    def html(self) -> str:
        """Return the page."""
        title = self._text["title"]
        year, month = self._report.month.split("-")
        named = self._text["month"].format(f"{MONTHS[self._language][int(month) - 1]} {year}")
        operators = "".join(map(self._operator, self._report.operators)) or f"<p>{self._text['none']}</p>"
        incomplete = any(one.completeness < 100 for one in self._report.panels)
        notes = self._text["notes"] + (f"<br>{self._text['incomplete']}" if incomplete else "")
        return (
            f'<!doctype html>\n<html lang="{self._language}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{escape(f'{title} {self._report.site} {self._report.month}')}</title><style>{STYLE}</style></head><body><main>"
            f'<h1>{self._text["title"]}</h1><p class="sub">{escape(self._report.site)} · {escape(named)}</p>'
            f"{self._days()}{operators}</main><footer>{notes}</footer></body></html>\n"
        )

    def _operator(self, total: MonthFigures) -> str:
        panels = [one for one in self._report.panels if one.operator == total.operator]
        heads = "".join(f"<th>{column.head}</th>" for column in self._columns)
        rows = "".join(self._row(one, f"{escape(one.name)}<small>{escape(one.panel)}</small>") for one in panels)
        foot = self._row(total, f"{self._text['total']}: {total.panels} {self._text['panels']}")
        return (
            f"<section><h2>{self._text['operator']} {escape(total.operator)}</h2>{self._tiles(total)}"
            f"<table><thead><tr><th>{self._text['panel']}</th>{heads}</tr></thead><tbody>{rows}</tbody><tfoot>{foot}</tfoot></table></section>"
        )

    def _tiles(self, total: MonthFigures) -> str:
        shown = (
            ("energy", self._number(total.energy_wh, 1, 1000, " kWh")),
            ("cost", self._number(total.cost_eur, 2, 1, " €")),
            ("co2", self._number(total.co2_kg, 0, 1, " kg")),
            ("availability", self._number(total.availability, 2, 1, " %")),
            ("savings", self._number(total.savings, 1, 1, " %")),
        )
        return (
            '<div class="tiles">'
            + "".join(f"<div><span>{self._text[key]}</span><b>{text}</b></div>" for key, text in shown if text)
            + "</div>"
        )

    def _row(self, one: MonthFigures, name: str) -> str:
        cells = "".join(f"<td{' class=bad' if column.bad(one) else ''}>{column.cell(one) or '-'}</td>" for column in self._columns)
        return f"<tr><td>{name}</td>{cells}</tr>"

    def _all_columns(self) -> Iterator[_Column]:
        text, number = self._text, self._number
        yield _Column(text["lamps"], lambda one: number(one.lamps, 0))
        yield _Column(f"{text['energy']}<br>kWh", lambda one: number(one.energy_wh, 3, 1000))
        yield _Column(f"{text['expected']}<br>kWh", lambda one: number(one.expected_wh, 1, 1000))
        yield _Column(f"{text['deviation']}<br>%", lambda one: number(one.deviation, 1), lambda one: abs(one.deviation or 0) > _DEVIATION)
        yield _Column(f"{text['hours']}<br>h", lambda one: number(one.burning_h, 1))
        yield _Column(f"{text['scheduled']}<br>h", lambda one: number(one.scheduled_h, 1))
        yield _Column(text["per_lamp"], lambda one: number(one.kwh_per_lamp, 2))
        yield _Column(f"{text['cost']}<br>€", lambda one: number(one.cost_eur, 2))
        yield _Column(f"{text['co2']}<br>kg", lambda one: number(one.co2_kg, 1))
        yield _Column(
            f"{text['availability']}<br>%",
            lambda one: number(one.availability, 2),
            lambda one: one.availability is not None and one.availability < _AVAILABILITY,
        )
        yield _Column(text["failures"], lambda one: number(one.failures, 0))
        yield _Column(f"{text['mttr']}<br>h", lambda one: number(one.mttr_h, 1))
        yield _Column(f"{text['read']}<br>%", lambda one: number(one.completeness, 1))

    def _number(self, value: float | None, digits: int, divisor: float = 1, unit: str = "") -> str:
        """Return a number as the language writes it; an empty text if it is absent."""
        if value is None:
            return ""
        text = f"{value / divisor:,.{digits}f}"
        if self._language == "it":
            text = text.translate(_ITALIAN)
        return text + unit

    def _days(self) -> str:
        """Return the energy of each day as bars."""
        days = self._report.days
        if not days:
            return ""
        most, step = max([*days.values(), 1.0]), _WIDTH / len(days)
        bars = "".join(self._bar(number, day, energy, most, step) for number, (day, energy) in enumerate(sorted(days.items())))
        title = self._text["daily"]
        return f'<h2>{title}</h2><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{title}">{bars}</svg>'

    def _bar(self, number: int, day: str, energy_wh: float, most_wh: float, step: float) -> str:
        height = (_BASE - 20) * energy_wh / most_wh
        kwh = self._number(energy_wh, 0 if most_wh >= 10_000 else 1, 1000)
        left, top, middle = step * number + step * (1 - _BAR) / 2, _BASE - height, step * (number + 0.5)
        return (
            f'<rect x="{left:.1f}" y="{top:.1f}" width="{step * _BAR:.1f}" height="{height:.1f}" fill="#1f5f99"/>'
            f'<text x="{middle:.1f}" y="{top - 4:.1f}" text-anchor="middle">{kwh}</text>'
            f'<text x="{middle:.1f}" y="{_HEIGHT - 6}" text-anchor="middle">{int(day[8:])}</text>'
        )


_ITALIAN: Mapping[int, str] = str.maketrans({",": ".", ".": ","})
