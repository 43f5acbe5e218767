"""`gateway plan`: how a product will be read, and what that costs on the line."""

from pathlib import Path
from typing import Literal

import click
import msgspec

from gateway.cli.common import columns, fail, read_profile
from gateway.cli.options import BAUD, JSON
from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.binding.every_point import bind_every_point
from gateway.fieldbus.modbus.planning.learned import Learned
from gateway.fieldbus.modbus.planning.read_cost import BusCost, character_s, rtu_cost, silence_s, tcp_cost
from gateway.fieldbus.modbus.planning.read_plan import Read, gaps, in_whole, plan, span
from gateway.fieldbus.modbus.planning.refusals import name_of
from gateway.model.profile import Modbus, Profile
from gateway.model.site import DeviceSettings


class _Bridge(msgspec.Struct):
    """What a read brings along because that is cheaper than leaving it out."""

    address: int
    quantity: int


class _Read(msgspec.Struct):
    """One read as it is printed."""

    function: int
    address: int
    quantity: int
    covers: list[str]
    bridges: list[_Bridge]
    ms: float


class _Group(msgspec.Struct):
    """What is read together every so often; None where everything is read together."""

    every_s: float | None
    reads: list[_Read]
    ms: float


class PlanReport(msgspec.Struct):
    """The plan of a product."""

    profile: str
    transport: str
    baud: int | None
    turnaround_ms: float
    groups: list[_Group]
    holes: list[_Bridge]
    uncovered: list[str]


@click.command()
@click.argument("profile")
@BAUD
@click.option("--transport", type=click.Choice(["rtu", "tcp"]), default="rtu", show_default=True)
@click.option("--all", "everything", is_flag=True, help="Plan every point, not only those that the measurements read.")
@click.option(
    "--learned", type=click.Path(path_type=Path, dir_okay=False), help="What one device has shown: a file of the gateway's state folder."
)
@JSON
def command(
    profile: str, baud: int | None, transport: Literal["rtu", "tcp"], learned: Path | None, *, everything: bool, as_json: bool
) -> None:
    r"""Print how PROFILE (a name of the library, or a file) is read: every read, what it covers, what it bridges, how long it takes.

    The reads are those that take the least time on the line. What a read bridges is read and thrown away, because a read
    more would take longer.

    \b
    gateway plan carlo_gavazzi_em340
    gateway plan carlo_gavazzi_em340 --baud 19200 --json
    gateway plan my_meter.yaml --transport tcp
    gateway plan xy_md02 --learned /var/lib/street-gateway/learned/st-01-air.json
    """
    loaded = read_profile(profile)
    modbus = loaded.modbus
    if modbus is None:
        fail(f"'{loaded.profile}' does not speak Modbus: there is nothing to plan")
    speed = baud or loaded.serial.baud
    made = plan_of(loaded, modbus, speed, transport, _learned(learned, loaded), everything=everything)
    if as_json:
        click.echo(msgspec.json.encode(made))
    else:
        print_plan(made)


def plan_of(
    profile: Profile, modbus: Modbus, baud: int, transport: Literal["rtu", "tcp"], learned: Learned | None = None, *, everything: bool
) -> PlanReport:
    """Plan a product on a line of some speed."""
    device = _device(profile, everything=everything)
    made = _plan(device, _cost(profile, modbus, baud, transport), learned or Learned(profile.profile))
    made.transport, made.baud = transport, baud if transport == "rtu" else None
    return made


def _learned(path: Path | None, profile: Profile) -> Learned:
    if path is None:
        return Learned(profile.profile)
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Learned)
    except (OSError, msgspec.MsgspecError) as error:
        fail(f"{path} can't be read: {error}")
    if found.profile != profile.profile:
        fail(f"{path} was learned of a '{found.profile}', not of a '{profile.profile}'")
    return found


def _device(profile: Profile, *, everything: bool) -> BoundDevice:
    """Bind a device of which all channels are used; with `everything`, one that is read whole."""
    if everything:
        return bind_every_point(profile)
    channels = {number: f"channel-{number}" for number in range(profile.channels or 0)}
    return bind(DeviceSettings(id="device", profile=profile.profile, asset="asset", channels=channels), profile, {})


def _cost(profile: Profile, modbus: Modbus, baud: int, transport: str) -> BusCost:
    if transport == "tcp":
        return tcp_cost(modbus.turnaround)
    serial = profile.serial
    one_s = character_s(baud, serial.data_bits, serial.parity, serial.stop_bits)
    return rtu_cost(one_s, max(silence_s(baud, one_s), modbus.pause), modbus.turnaround)


def _plan(device: BoundDevice, cost: BusCost, learned: Learned) -> PlanReport:
    left_out = {number for number in range(len(device.slots)) if name_of(device, number) in learned.refused}
    groups = []
    if len(device.groups) > 1:
        groups = [_group(device, cost, learned, set(device.slots_of(group.streams)) - left_out, group.every_s) for group in device.groups]
    groups.append(_group(device, cost, learned, set(range(len(device.slots))) - left_out, None))
    turnaround_s = device.profile.modbus.turnaround if device.profile.modbus else 0.0
    holes = [_Bridge(hole.first, hole.end - hole.first) for hole in learned.holes]
    return PlanReport(
        device.profile.profile, "", None, 1000 * turnaround_s, groups, holes, sorted(name_of(device, number) for number in left_out)
    )


def _group(device: BoundDevice, cost: BusCost, learned: Learned, wanted: set[int], every_s: float | None) -> _Group:
    reads = [_read(device, cost, read) for read in plan(device, cost, wanted, learned.holes)]
    return _Group(every_s, reads, round(sum(read.ms for read in reads), 2))


def _read(device: BoundDevice, cost: BusCost, read: Read) -> _Read:
    spans = in_whole([span(number, device.slots[number]) for number in read.slots], device)
    bridges = [_Bridge(hole.first, hole.end - hole.first) for hole in gaps(read, spans)]
    covers = [name_of(device, number) for number in read.slots]
    return _Read(read.function, read.address, read.quantity, covers, bridges, round(1000 * cost.read_s(read.function, read.quantity), 2))


def print_plan(made: PlanReport) -> None:
    """Show a plan to a person."""
    way = f"RTU at {made.baud} baud" if made.baud else "TCP"
    click.secho(f"{made.profile}, {way}, {made.turnaround_ms:g} ms until an answer begins", bold=True)
    for group in made.groups:
        if group.every_s is not None:
            click.echo(f"\nevery {group.every_s:g} s:" if group.every_s else "\nas often as the line allows:")
        elif len(made.groups) > 1:
            click.echo("\nall together, when they are due together:")
        rows = [("function", "address", "quantity", "ms", "covers", "bridges")]
        for read in group.reads:
            bridged = ", ".join(f"{one.address}-{one.address + one.quantity - 1}" for one in read.bridges)
            rows.append((str(read.function), str(read.address), str(read.quantity), f"{read.ms:.1f}", _few(read.covers), bridged or "-"))
        for line in columns(rows, right=(0, 1, 2, 3)):
            click.echo(line)
        click.echo(f"{len(group.reads)} reads, {group.ms:.1f} ms")
    for hole in made.holes:
        what = f"{hole.address}-{hole.address + hole.quantity - 1}" if hole.quantity else f"across {hole.address}"
        click.echo(f"the device refuses to read {what}")
    for name in made.uncovered:
        click.secho(f"uncovered: {name}, which the device refuses", fg="yellow")


def _few(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 4 else f"{names[0]}, {names[1]} … {names[-1]} ({len(names)})"
