"""`gateway check`: is a site file right, and can its lines carry what is asked of them?"""

import sys
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from gateway.cli.common import in_language
from gateway.cli.options import JSON, SITE
from gateway.config.problems import ConfigError, Problem
from gateway.config.site_file import LoadedSite, load_site
from gateway.fieldbus.binding.binder import Binder
from gateway.fieldbus.line_factory import baud_of, bound_devices, costs_of
from gateway.fieldbus.modbus.planning.line_load import REFUSE_ABOVE, WARN_ABOVE, DeviceLoad, device_load
from gateway.model.profile import sources_of
from gateway.model.site import LineSettings, Site


class _Remark(msgspec.Struct):
    """What a technician should look at on a device: facts that no source confirms, and what must be set on it."""

    device: str
    profile: str
    uncertain: list[str]
    settings: list[str]


class _LineLoad(msgspec.Struct):
    """The predicted load of one line in percent; None for a line that is not planned."""

    id: str
    load: float | None
    reads: int
    warning: str | None = None


@click.command()
@SITE
@JSON
def command(site: Path, *, as_json: bool) -> None:
    r"""Check SITE: every error at once, each with its place and what to write instead. Exit code 1 if there is one.

    What no source confirms of a product, and what must be set on it, is said too, once a product.

    The load of every line is predicted: above 70 % there is little room for repeats and commands, above 100 % the intervals
    can't be kept and the file is refused.

    \b
    gateway check site.yaml
    gateway check --json site.yaml
    """
    problems: list[Problem] = []
    loads: list[_LineLoad] = []
    loaded = None
    try:
        loaded = load_site(site)
        loads, problems = _loads(loaded)
    except ConfigError as error:
        problems = error.problems
    if as_json:
        shown = [problem.as_dict() for problem in problems]
        remarks = _remarks(loaded) if loaded is not None else []
        click.echo(msgspec.json.encode({"ok": not problems, "problems": shown, "lines": loads, "remarks": remarks}))
    else:
        for problem in problems:
            click.echo(str(problem), err=True)
        if loaded is not None and not problems:
            click.echo(f"{site}: {_summary(loaded.site)}")
        for line in loads:
            click.echo(f"line {line.id}: " + (f"{line.load:.0f} % busy, {line.reads} reads" if line.load is not None else "not planned"))
            if line.warning is not None:
                click.secho(f"  {line.warning}", fg="yellow", err=True)
        if loaded is not None and not problems:
            _print_remarks(_remarks(loaded))
    sys.exit(1 if problems else 0)


def _remarks(loaded: LoadedSite) -> list[_Remark]:
    """Give what there is to look at, once for each product, with the first device that is one."""
    found: dict[str, _Remark] = {}
    for device in (device for line in loaded.site.lines for device in line.devices):
        profile = loaded.profiles[device.profile]
        used = {name for measurement in profile.measurements for name in (*sources_of(profile, measurement), *measurement.when)}
        uncertain = [*profile.uncertain, *(f"{one.name}: {one.uncertain}" for one in profile.points if one.uncertain and one.name in used)]
        settings = [in_language(one.en, one.it) for one in profile.settings]
        if uncertain or settings:
            found.setdefault(profile.profile, _Remark(device.id, profile.profile, uncertain, settings))
    return list(found.values())


def _print_remarks(remarks: list[_Remark]) -> None:
    for remark in remarks:
        for text in remark.uncertain:
            click.secho(f"{remark.device} ({remark.profile}): uncertain: {text}", fg="yellow")
        for text in remark.settings:
            click.secho(f"{remark.device} ({remark.profile}): set: {text}", fg="cyan")


def _loads(loaded: LoadedSite) -> tuple[list[_LineLoad], list[Problem]]:
    """Predict the load of every line; a line that can't keep its intervals is a problem."""
    lines, problems = [], []
    for line in loaded.site.lines:
        devices = bound_devices(line, Binder(loaded.site.assets), loaded.profiles)
        costs = costs_of(line, devices)
        if not costs:
            lines.append(_LineLoad(line.id, None, 0))
            continue
        found = [device_load(device, costs[device.id]) for device in devices]
        share = sum(one.share for one in found)
        shown = _LineLoad(line.id, round(100 * share, 1), sum(one.reads for one in found))
        lines.append(shown)
        if share > REFUSE_ABOVE:
            what = f"line '{line.id}' would be {100 * share:.0f} % busy: its intervals can't be kept"
            problems.append(loaded.problem(line.id, what, _help(loaded, line, found)))
        elif share > WARN_ABOVE:
            shown.warning = f"little room is left for repeats and commands; {_help(loaded, line, found)}"
    return lines, problems


def _help(loaded: LoadedSite, line: LineSettings, found: list[DeviceLoad]) -> str:
    """Say what would help: longer intervals, a faster line, fewer devices on it."""
    share = sum(one.share for one in found)
    return "; or ".join(_ways(loaded, line, found, share))


def _ways(loaded: LoadedSite, line: LineSettings, found: list[DeviceLoad], share: float) -> Iterator[str]:
    most = max(found, key=lambda one: one.share)
    yield f"ask {share / WARN_ABOVE:.1f} times as rarely ('{most.device}' alone takes {100 * most.share:.0f} %)"
    profile = loaded.profiles[line.devices[0].profile]
    baud = baud_of(line, profile)
    if line.tcp is None and baud < 115200:
        faster = next(one for one in (19200, 38400, 57600, 115200) if one > baud)
        quicker = msgspec.structs.replace(line, baud=faster)
        devices = bound_devices(quicker, Binder(loaded.site.assets), loaded.profiles)
        costs = costs_of(quicker, devices)
        then = sum(device_load(device, costs[device.id]).share for device in devices)
        yield f"set the line and its devices to {faster} baud ({100 * then:.0f} %)"
    if len(found) > 1:
        yield "move devices to another line"


def _summary(site: Site) -> str:
    parts = []
    if site.lines:
        devices = [device for line in site.lines for device in line.devices]
        assets = {asset for device in devices for asset in (device.asset, *device.channels.values()) if asset}
        parts.append(f"gateway {site.gateway} with {len(site.lines)} lines, {len(devices)} devices and {len(assets)} assets")
    if site.centre is not None:
        parts.append(f"centre {site.centre.worker}")
    return "good: " + "; ".join(parts)
