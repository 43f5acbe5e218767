"""`gateway provision check`: what is wrong with a line, or with a device and its values."""

import sys
from collections.abc import Collection, Sequence
from pathlib import Path

import click
import msgspec

from gateway.cli.common import fail, in_language, read_site
from gateway.cli.local import LocalError, LocalGateway, find
from gateway.cli.options import JSON, SITE, Seconds
from gateway.cli.provision.common import GATEWAY_S, checked, library_with, print_causes, print_values
from gateway.config.problems import suggest
from gateway.config.site_file import LoadedSite
from gateway.fieldbus.binding.binder import Binder
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line_factory import bound_devices
from gateway.host import clock
from gateway.model.site.lines import LineSettings
from gateway.provision.diagnosis.cause import Cause
from gateway.provision.diagnosis.line_check import LineVerdict
from gateway.provision.diagnosis.survey import SurveyTerms
from gateway.provision.plausibility.checked_lines import CheckedLine, judge_checked
from gateway.provision.scan.plan import LISTEN_S, REACTION_S
from gateway.web.technician.commission_routes import CheckAsk


@click.command()
@SITE
@click.argument("names", metavar="[LINE|DEVICE]...", nargs=-1)
@click.option("--full", is_flag=True, help="Look for silent devices at all settings and addresses, which takes minutes.")
@click.option("--listen", "listen_s", type=Seconds(), default=LISTEN_S, metavar="DURATION", help="How long to listen before sending (3s).")
@click.option("--timeout", "timeout_s", type=Seconds(), default=REACTION_S, metavar="DURATION", help="How long devices may take (100ms).")
@JSON
def command(site: Path, names: tuple[str, ...], listen_s: float, timeout_s: float, *, full: bool, as_json: bool) -> None:
    r"""Say what is wrong with lines or devices of SITE, the likeliest cause first, and what to do. Without names, all lines are checked.

    Listens to the line, asks each device, and looks for silent ones at other settings and addresses. Then reads the values of
    the devices that respond, and judges whether they fit: those of each device, and those of several devices of one panel or asset.
    Nothing is written. A running gateway does it while the line's polls wait, for a minute at most and with the usual times.
    Exit code 1 if something is wrong.

    \b
    gateway provision check site.yaml
    gateway provision check site.yaml panel-7
    gateway provision check site.yaml qe-041-meter --json
    """
    loaded = read_site(site)
    chosen, local = _chosen(loaded, names), find(loaded.edge) if loaded.edge is not None else None
    if local is not None:
        found = _by_gateway(local, names or [line.id for line, _ in chosen], {asset for _, devices in chosen for asset in _assets(devices)})
    else:
        terms, library = SurveyTerms(listen_s, timeout_s, full), library_with(loaded.profiles)
        lines = [CheckedLine(checked(line, devices, library, terms), clock.now_ms()) for line, devices in chosen]
        found = _Checked([one.verdict for one in lines], judge_checked(loaded.site.lines, lines))
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        for verdict in found.lines:
            _print(verdict)
        print_causes(found.together)
    sys.exit(0 if all(one.fine for one in found.lines) and not found.together else 1)


class _Checked(msgspec.Struct):
    """What is wrong, as printed: with each line and its devices, and between the values of several devices."""

    lines: list[LineVerdict]
    together: list[Cause]


def _chosen(loaded: LoadedSite, names: tuple[str, ...]) -> list[tuple[LineSettings, list[BoundDevice]]]:
    """Return the lines to check, each with those of its devices that are named, or all."""
    binder = Binder(loaded.site.assets)
    lines = [(line, bound_devices(line, binder, loaded.profiles)) for line in loaded.site.lines]
    if not lines:
        fail(f"{loaded.file} has no lines yet: add a device with 'gateway provision add'")
    known = [name for line, devices in lines for name in (line.id, *(one.id for one in devices))]
    for name in names:
        if name not in known:
            fail(f"unknown line or device '{name}'; {suggest(name, known)}")
    chosen = [(line, [one for one in devices if not names or line.id in names or one.id in names]) for line, devices in lines]
    return [(line, devices) for line, devices in chosen if devices]


def _assets(devices: Sequence[BoundDevice]) -> set[str]:
    return {one.stream.asset for device in devices for one in device.streams}


def _by_gateway(local: LocalGateway, names: Sequence[str], assets: Collection[str]) -> _Checked:
    """Let the running gateway check lines or devices while the polls of their lines wait, and judge its newest values of their assets."""
    patient, verdicts = local.within(GATEWAY_S), list[LineVerdict]()
    for name in names:
        try:
            verdicts.append(patient.post("/api/commission/check", CheckAsk(name), LineVerdict))
        except (LocalError, OSError) as error:
            fail(f"{name}: {error}")
    try:
        together = patient.get("/api/commission/plausibility", list[Cause])
    except (LocalError, OSError) as error:
        fail(str(error))
    return _Checked(verdicts, [one for one in together if one.where in assets])


def _print(verdict: LineVerdict) -> None:
    print_causes(verdict.causes)
    for one in verdict.devices:
        answered = in_language(f"{one.answered} of {one.sent} requests answered", f"{one.answered} risposte su {one.sent} richieste")
        click.secho(f"{one.device}: {answered}", fg=None if one.answered == one.sent else "yellow")
        print_values(one.values)
    if not verdict.causes:
        click.secho(in_language(f"{verdict.line}: nothing is wrong", f"{verdict.line}: tutto a posto"), fg="green")
