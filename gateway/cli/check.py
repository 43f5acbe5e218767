"""`gateway check`: whether a site file is valid, and how busy its lines will be."""

import sys
from pathlib import Path

import click
import msgspec

from gateway.cli.common import in_language
from gateway.cli.options import JSON, SITE
from gateway.config.problems import ConfigError, Problem
from gateway.config.site_file import LoadedSite, load_site
from gateway.fieldbus.load_forecast import LineForecast, forecast_loads
from gateway.fieldbus.modbus.planning.line_load import REFUSE_ABOVE, WARN_ABOVE
from gateway.model.site import Site
from gateway.profile_check.product_notes import product_notes


class _Remark(msgspec.Struct):
    """The unconfirmed facts and required settings of a product, as printed."""

    device: str
    profile: str
    uncertain: list[str]
    settings: list[str]


class _LineLoad(msgspec.Struct):
    """The predicted load of one line in percent, as printed; None for a line without a read plan."""

    id: str
    load: float | None
    reads: int
    warning: str | None = None


@click.command()
@SITE
@JSON
def command(site: Path, *, as_json: bool) -> None:
    r"""Check the site file SITE and report all errors at once, each with its place and what to write instead.

    Also lists, once per product, unconfirmed facts and required settings.

    Predicts the load of every line. Above 70 % there is little room for retries and commands. Above 100 % the intervals can't be
    kept, which is an error. Exits with 1 if there are errors.

    \b
    gateway check site.yaml
    gateway check --json site.yaml
    """
    problems: list[Problem] = []
    lines: list[_LineLoad] = []
    remarks: list[_Remark] = []
    loaded = None
    try:
        loaded = load_site(site)
    except ConfigError as error:
        problems = error.problems
    else:
        forecasts = forecast_loads(loaded.site, loaded.profiles)
        lines = [_line_load(one) for one in forecasts]
        problems = [_overload(loaded, one) for one in forecasts if one.share is not None and one.share > REFUSE_ABOVE]
        remarks = _remarks(loaded)
    if as_json:
        shown = [problem.as_dict() for problem in problems]
        click.echo(msgspec.json.encode({"ok": not problems, "problems": shown, "lines": lines, "remarks": remarks}))
    else:
        for problem in problems:
            click.echo(str(problem), err=True)
        if loaded is not None and not problems:
            click.echo(f"{site}: {_summary(loaded.site)}")
        _print_loads(lines)
        if not problems:
            _print_remarks(remarks)
    sys.exit(1 if problems else 0)


def _line_load(forecast: LineForecast) -> _LineLoad:
    share = forecast.share
    if share is None:
        return _LineLoad(forecast.line, None, forecast.reads)
    tight = WARN_ABOVE < share <= REFUSE_ABOVE
    warning = f"little room for retries and commands; {_remedies(forecast)}" if tight else None
    return _LineLoad(forecast.line, round(100 * share, 1), forecast.reads, warning)


def _overload(loaded: LoadedSite, forecast: LineForecast) -> Problem:
    what = f"line '{forecast.line}' would be {100 * (forecast.share or 0):.0f} % busy, so its intervals can't be kept"
    return loaded.problem(forecast.line, what, _remedies(forecast))


def _remedies(forecast: LineForecast) -> str:
    return "; or ".join(forecast.remedies)


def _remarks(loaded: LoadedSite) -> list[_Remark]:
    return [
        _Remark(one.device, one.profile, one.uncertain, [in_language(setting.en, setting.it) for setting in one.settings])
        for one in product_notes(loaded.site, loaded.profiles)
    ]


def _print_loads(lines: list[_LineLoad]) -> None:
    for line in lines:
        click.echo(f"line {line.id}: " + (f"{line.load:.0f} % busy, {line.reads} reads" if line.load is not None else "not planned"))
        if line.warning is not None:
            click.secho(f"  {line.warning}", fg="yellow", err=True)


def _print_remarks(remarks: list[_Remark]) -> None:
    for remark in remarks:
        for text in remark.uncertain:
            click.secho(f"{remark.device} ({remark.profile}): uncertain: {text}", fg="yellow")
        for text in remark.settings:
            click.secho(f"{remark.device} ({remark.profile}): set: {text}", fg="cyan")


def _summary(site: Site) -> str:
    parts = []
    if site.lines:
        devices = [device for line in site.lines for device in line.devices]
        assets = {asset for device in devices for asset in (device.asset, *device.channels.values()) if asset}
        parts.append(f"gateway {site.gateway} with {len(site.lines)} lines, {len(devices)} devices and {len(assets)} assets")
    if site.centre is not None:
        parts.append(f"centre {site.centre.worker}")
    return "valid: " + "; ".join(parts)
