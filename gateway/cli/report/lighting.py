"""`gateway report lighting`: the month of lighting panels."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import click
import msgspec

from gateway.analytics.report.figures import MonthFigures, MonthReport
from gateway.analytics.report.page import ReportPage
from gateway.analytics.report.table import csv_of
from gateway.centre.analytics.month_readings import month_report
from gateway.cli.common import columns, fail, in_language
from gateway.cli.options import JSON, SITE
from gateway.cli.report.common import MONTH, PANEL, chosen_panels, reading, span_of
from gateway.host.files import write_whole


@click.command()
@SITE
@MONTH
@PANEL
@click.option("--operator", help="Only the panels of this operator.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV: a line for each panel and each operator.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="File for the page to print.")
@click.option("--language", type=click.Choice(["en", "it"]), help="Language of the page; by default, that of the terminal.")
@JSON
def command(
    site: Path,
    month: str,
    names: Sequence[str],
    operator: str | None,
    *,
    as_csv: bool,
    html: Path | None,
    language: Literal["en", "it"] | None,
    as_json: bool,
) -> None:
    r"""Report a month of the lighting panels of SITE's centre: energy, burning hours, kWh per lamp, cost, CO₂, availability.

    Energies are differences of the meters' registers. Hours, expectations and availability come from the role `analytics` of the centre,
    and are absent if it did not run.

    \b
    gateway report lighting centre.yaml --month 2026-10
    gateway report lighting centre.yaml --month 2026-10 --operator citelum --html october.html --language it
    gateway report lighting centre.yaml --month 2026-10 --panel qe-041 --csv
    """
    centre, panels = chosen_panels(site, names)
    span = span_of(month, centre.time_zone)
    with reading(centre) as reader:
        report = month_report(reader, panels, month, span, centre.site, centre.settings.energy, operator)
    if html is not None:
        try:
            write_whole(html, ReportPage(report, language or in_language("en", "it")).html().encode())  # type: ignore[arg-type]  # one of both
        except OSError as error:
            fail(in_language(f"can't write {html}: {error.strerror}", f"impossibile scrivere {html}: {error.strerror}"))
    if as_json:
        click.echo(msgspec.json.encode(report))
    elif as_csv:
        click.echo(csv_of(report), nl=False)
    else:
        _print(report)


def _print(report: MonthReport) -> None:
    if not report.panels:
        click.echo(in_language(f"no readings in {report.month}", f"nessuna lettura in {report.month}"))
        return
    head = in_language("panel,lamps,kWh,expected,hours,available,read", "quadro,lampade,kWh,previsti,ore,disponibile,letto").split(",")
    rows = [head, *(_cells(one, one.panel) for one in report.panels), *(_cells(one, one.operator) for one in report.operators)]
    for line in columns(rows, right=range(1, len(head))):
        click.echo(line)


def _cells(one: MonthFigures, name: str) -> list[str]:
    numbers = (
        (one.energy_wh, 1000, "{:.3f}"),
        (one.expected_wh, 1000, "{:.1f}"),
        (one.burning_h, 1, "{:.1f}"),
        (one.availability, 1, "{:.2f} %"),
        (one.completeness, 1, "{:.1f} %"),
    )
    return [name, str(one.lamps), *("-" if value is None else form.format(value / divisor) for value, divisor, form in numbers)]
