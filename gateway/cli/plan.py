"""`gateway plan`: how a product is read, and how long that takes on the line."""

from pathlib import Path

import click
import msgspec

from gateway.cli.common import columns, fail, read_profile
from gateway.cli.options import BAUD, JSON
from gateway.fieldbus.modbus.planning.learned import Learned
from gateway.fieldbus.modbus.planning.plan_report import PlannedGroup, PlanReport, Transport, plan_report
from gateway.model.profile import Profile


@click.command()
@click.argument("profile")
@BAUD
@click.option("--transport", type=click.Choice(["rtu", "tcp"]), default="rtu", show_default=True, help="Modbus RTU or Modbus TCP.")
@click.option("--all", "everything", is_flag=True, help="Plan every point, not only the ones that measurements use.")
@click.option(
    "--learned",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file of the gateway's state folder with what one device refuses.",
)
@JSON
def command(profile: str, baud: int | None, transport: Transport, learned: Path | None, *, everything: bool, as_json: bool) -> None:
    r"""Show how PROFILE (a name from the library, or a file) is read: every read, what it covers and bridges, how long it takes.

    The plan is the one that takes the least time on the line. Registers that a read bridges are read and discarded, because a
    separate request would take longer.

    \b
    gateway plan carlo_gavazzi_em340
    gateway plan carlo_gavazzi_em340 --baud 19200 --json
    gateway plan my_meter.yaml --transport tcp
    gateway plan xy_md02 --learned /var/lib/street-gateway/learned/st-01-air.json
    """
    loaded = read_profile(profile)
    if loaded.modbus is None:
        fail(f"'{loaded.profile}' does not speak Modbus; only Modbus products have a read plan")
    report = plan_report(
        loaded, loaded.modbus, baud or loaded.serial.baud, transport, _learned(learned, loaded) if learned else None, everything=everything
    )
    if as_json:
        click.echo(msgspec.json.encode(report))
    else:
        print_plan(report)


def _learned(path: Path, profile: Profile) -> Learned:
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Learned)
    except (OSError, msgspec.MsgspecError) as error:
        fail(f"can't read {path}: {error}")
    if found.profile != profile.profile:
        fail(f"{path} is about a device of profile '{found.profile}', not '{profile.profile}'")
    return found


def print_plan(report: PlanReport) -> None:
    """Print a plan for people."""
    way = f"RTU at {report.baud} baud" if report.baud else "TCP"
    click.secho(f"{report.profile}, {way}, {report.turnaround_ms:g} ms until a response begins", bold=True)
    for group in report.groups:
        if group.every_s is not None:
            click.echo(f"\nevery {group.every_s:g} s:" if group.every_s else "\nas often as the line allows:")
        elif len(report.groups) > 1:
            click.echo("\nall together, when they are due at the same time:")
        _print_group(group)
    for hole in report.holes:
        what = f"{hole.address}-{hole.address + hole.quantity - 1}" if hole.quantity else f"across {hole.address}"
        click.echo(f"the device refuses to read {what}")
    for name in report.uncovered:
        click.secho(f"not read: {name}, which the device refuses", fg="yellow")


def _print_group(group: PlannedGroup) -> None:
    rows = [("function", "address", "quantity", "ms", "covers", "bridges")]
    for read in group.reads:
        bridged = ", ".join(f"{gap.address}-{gap.address + gap.quantity - 1}" for gap in read.bridges)
        rows.append((str(read.function), str(read.address), str(read.quantity), f"{read.ms:.1f}", _few(read.covers), bridged or "-"))
    for line in columns(rows, right=(0, 1, 2, 3)):
        click.echo(line)
    click.echo(f"{len(group.reads)} reads, {group.ms:.1f} ms")


def _few(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 4 else f"{names[0]}, {names[1]} … {names[-1]} ({len(names)})"
