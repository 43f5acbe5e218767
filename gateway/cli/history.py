"""`gateway history`: the values of a field in the last hours."""

import sqlite3
from pathlib import Path

import click
import msgspec

from gateway.cli.common import columns, fail, in_language, read_edge, when
from gateway.cli.options import JSON, SITE, since
from gateway.config.problems import suggest
from gateway.edge.telemetry.chart import Chart, ChartedField, UnknownField, charted_fields, read_chart


@click.command()
@SITE
@click.argument("device")
@click.argument("field")
@since("24h")
@JSON
def command(site: Path, device: str, field: str, since_ms: int, *, as_json: bool) -> None:
    r"""Show the values of FIELD of DEVICE that are in the journal of SITE's gateway, which may be running.

    A line with '-' begins a gap.

    \b
    gateway history site.yaml qe-041-meter voltage_l1 --since 1h
    """
    path = Path(read_edge(site).journal.path)
    try:
        fields = [one for one in charted_fields(path) if one.device == device]
        charts = {one: read_chart(path, one, since_ms) for one in fields if one.field == field}
    except (OSError, sqlite3.Error, UnknownField) as error:
        fail(in_language(f"the journal {path} can't be read: {error}", f"il journal {path} non è leggibile: {error}"))
    if not charts:
        known = {one.field for one in fields}
        fail(
            in_language(
                f"the journal has no field '{field}' of '{device}'; {suggest(field, known)}",
                f"il journal non contiene il campo '{field}' di '{device}'; {suggest(field, known)}",
            )
        )
    for one, chart in charts.items():
        _print(one, chart, as_json=as_json)


def _print(field: ChartedField, chart: Chart, *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode({**field._asdict(), "unit": chart.unit, "points": chart.points}))
        return
    click.secho(f"{field.asset} {field.field}" + (f" ({chart.unit})" if chart.unit else ""), bold=True)
    rows = [(when(t_ms), "-" if value is None else f"{value:g}") for t_ms, value in chart.points]
    for line in columns(rows, right=(1,)) if rows else ["-"]:
        click.echo(line)
