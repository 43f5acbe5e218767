"""`gateway check`: whether a site file is valid, and how busy its lines will be."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click
import msgspec

from gateway.cli.common import in_language, said_problem
from gateway.cli.options import JSON, SITE
from gateway.config.problems import ConfigError, Problem
from gateway.config.site_file import LoadedSite, load_site
from gateway.fieldbus.line_factory import check_port
from gateway.fieldbus.load_forecast import LineForecast, forecast_loads
from gateway.fieldbus.modbus.planning.line_load import REFUSE_ABOVE, WARN_ABOVE
from gateway.fieldbus.wire.port import WireError
from gateway.host import clock
from gateway.host.checks.finding import Finding, Sentence
from gateway.host.checks.site import named_files
from gateway.model.site.file import Site
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


class _Found(NamedTuple):
    """What a check found."""

    loaded: LoadedSite | None
    problems: list[Problem]
    warnings: list[Problem]
    lines: list[_LineLoad]
    remarks: list[_Remark]


@click.command()
@SITE
@click.option("--here", is_flag=True, help="Also check this machine: serial ports, host names, and ports to listen on.")
@click.option("--file-only", is_flag=True, help="Check only the site file, not the files that it names.")
@JSON
def command(site: Path, *, here: bool, file_only: bool, as_json: bool) -> None:
    r"""Check the site file SITE and report all errors at once, each with its place and what to write instead.

    Opens the files that it names: certificates (validity, key), passwords (mode), folders of data. Run the check as the user of the
    service, or with --file-only on another machine. Also lists, once per product, unconfirmed facts and required settings.

    Predicts the load of every line. Above 70 % there is little room for retries and commands. Above 100 % the intervals can't be
    kept, which is an error. Exits with 1 if there are errors.

    \b
    gateway check site.yaml
    gateway check --here site.yaml                 # on the gateway itself, while it does not run
    gateway check --file-only --json site.yaml
    """
    if here and file_only:
        raise click.UsageError("--here checks more than the file: leave out one of the two")
    loaded, problems, warnings, lines, remarks = _check(site, here=here, file_only=file_only)
    if as_json:
        shown, warned = ([one.as_dict() for one in found] for found in (problems, warnings))
        click.echo(msgspec.json.encode({"ok": not problems, "problems": shown, "warnings": warned, "lines": lines, "remarks": remarks}))
    else:
        for problem in problems:
            click.echo(said_problem(problem), err=True)
        for warning in warnings:
            click.secho(str(warning), fg="yellow", err=True)
        if loaded is not None and not problems:
            click.echo(f"{site}: {_summary(loaded.site)}")
        _print_loads(lines)
        if not problems:
            _print_remarks(remarks)
    sys.exit(1 if problems else 0)


def _check(path: Path, *, here: bool, file_only: bool) -> _Found:
    try:
        loaded = load_site(path)
    except ConfigError as error:
        return _Found(None, error.problems, [], [], [])
    forecasts = forecast_loads(loaded.site, loaded.profiles)
    overloads = [_overload(loaded, one) for one in forecasts if one.share is not None and one.share > REFUSE_ABOVE]
    findings = [] if file_only else list(_findings(loaded, here=here))
    problems = overloads + [_problem(loaded, one) for one in findings if one.is_error]
    warnings = [_problem(loaded, one) for one in findings if not one.is_error]
    return _Found(loaded, problems, warnings, [_line_load(one) for one in forecasts], _remarks(loaded))


def _findings(loaded: LoadedSite, *, here: bool) -> Iterator[Finding]:
    """Yield what is wrong with what the site names, on this machine."""
    yield from named_files(loaded.site, clock.now_ms())
    yield from _layer_findings(loaded.site)
    if here:
        from gateway.host.checks.machine import machine_findings

        yield from machine_findings(loaded.site)
        for line in loaded.site.lines:
            try:
                check_port(line, loaded.profiles[line.devices[0].profile])
            except WireError as error:
                yield Finding(
                    f"line {line.id}",
                    Sentence(str(error), error.italian),
                    Sentence(
                        "plug in the adapter, and stop the program that uses it; ls /dev/serial/by-path",
                        "collega l'adattatore, e ferma il programma che lo usa; ls /dev/serial/by-path",
                    ),
                )


def _layer_findings(site: Site) -> Iterator[Finding]:
    """Yield which private layers are no GeoJSON that the Situation Room can use; files that can't be read are found by `named_files`."""
    situation = None if site.centre is None else site.centre.situation
    layers = {} if situation is None else {name: one.layer for name, one in situation.organisations.items() if one.layer is not None}
    if not layers:
        return
    from gateway.situation.private_layer import MOST_LAYER_BYTES, read_layer

    for name, layer in layers.items():
        try:
            with Path(os.path.expandvars(layer)).open("rb") as file:
                read_layer(file.read(MOST_LAYER_BYTES + 1))
        except OSError:
            continue
        except ValueError as error:
            yield Finding(
                f"centre.situation.organisations.{name}.layer",
                Sentence(f"{layer} is no layer: {error}", f"{layer} non è un livello: {error}"),
                Sentence("write a GeoJSON FeatureCollection into it", "scrivici una FeatureCollection GeoJSON"),
            )


def _problem(loaded: LoadedSite, finding: Finding) -> Problem:
    return loaded.problem(finding.key, _said(finding.what), _said(finding.instead))


def _said(sentence: Sentence) -> str:
    return in_language(sentence.en, sentence.it)


def _line_load(forecast: LineForecast) -> _LineLoad:
    share = forecast.share
    if share is None:
        return _LineLoad(forecast.line, None, forecast.reads)
    tight = WARN_ABOVE < share <= REFUSE_ABOVE
    little = in_language("little room for retries and commands", "resta poco margine per ritentativi e comandi")
    warning = f"{little}; {_remedies(forecast)}" if tight else None
    return _LineLoad(forecast.line, round(100 * share, 1), forecast.reads, warning)


def _overload(loaded: LoadedSite, forecast: LineForecast) -> Problem:
    busy = f"{100 * (forecast.share or 0):.0f} %"
    what = in_language(
        f"line '{forecast.line}' would be {busy} busy, so its intervals can't be kept",
        f"la linea '{forecast.line}' sarebbe occupata al {busy}, e non potrebbe rispettare gli intervalli",
    )
    return loaded.problem(f"line {forecast.line}", what, _remedies(forecast))


def _remedies(forecast: LineForecast) -> str:
    return in_language("; or ", "; oppure ").join(in_language(one.en, one.it) for one in forecast.remedies)


def _remarks(loaded: LoadedSite) -> list[_Remark]:
    return [
        _Remark(one.device, one.profile, one.uncertain, [in_language(setting.en, setting.it) for setting in one.settings])
        for one in product_notes(loaded.site, loaded.profiles)
    ]


def _print_loads(lines: list[_LineLoad]) -> None:
    for line in lines:
        planned = f"{line.load:.0f} %" if line.load is not None else None
        english = f"{planned} busy, {line.reads} reads" if planned else "not planned"
        italian = f"occupata al {planned}, {line.reads} letture" if planned else "senza piano di lettura"
        click.echo(in_language(f"line {line.id}: {english}", f"linea {line.id}: {italian}"))
        if line.warning is not None:
            click.secho(f"  {line.warning}", fg="yellow", err=True)


def _print_remarks(remarks: list[_Remark]) -> None:
    uncertain, setting = in_language("uncertain", "incerto"), in_language("set", "impostazione")
    for remark in remarks:
        for text in remark.uncertain:
            click.secho(f"{remark.device} ({remark.profile}): {uncertain}: {text}", fg="yellow")
        for text in remark.settings:
            click.secho(f"{remark.device} ({remark.profile}): {setting}: {text}", fg="cyan")


def _summary(site: Site) -> str:
    parts = []
    if site.gateway is not None and not site.lines:
        parts.append(
            in_language(
                f"gateway {site.gateway} without lines yet; 'gateway scan' finds the devices on a line",
                f"gateway {site.gateway} ancora senza linee; 'gateway scan' trova i dispositivi su una linea",
            )
        )
    elif site.gateway is not None:
        devices = [device for line in site.lines for device in line.devices]
        assets = {asset for device in devices for asset in (device.asset, *device.channels.values()) if asset}
        parts.append(
            in_language(
                f"gateway {site.gateway} with {len(site.lines)} lines, {len(devices)} devices and {len(assets)} assets",
                f"gateway {site.gateway} con {len(site.lines)} linee, {len(devices)} dispositivi e {len(assets)} asset",
            )
        )
    if site.centre is not None:
        parts.append(in_language(f"centre {site.centre.worker}", f"centro {site.centre.worker}"))
    if site.lighting is not None:
        groups = len(site.lighting.groups)
        lamps = sum(len(one.lamps) for one in site.lighting.groups.values())
        parts.append(in_language(f"lighting: {lamps} lamps, groups: {groups}", f"illuminazione: {lamps} lampade, gruppi: {groups}"))
    return in_language("valid: ", "valido: ") + "; ".join(parts)
