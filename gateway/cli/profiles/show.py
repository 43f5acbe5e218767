"""`gateway profiles show`: one profile, as text for people or as JSON."""

from collections.abc import Iterator

import click
import msgspec

from gateway.cli.common import columns, in_language, read_profile
from gateway.cli.options import JSON
from gateway.cli.plan import print_plan
from gateway.fieldbus.modbus.planning.plan_report import plan_report
from gateway.model.profile import AlarmRule, Identity, Point, Profile
from gateway.profile_check.catalogue import transport_of

_BAUD = 9600


@click.command()
@click.argument("name", metavar="NAME|FILE")
@JSON
def command(name: str, *, as_json: bool) -> None:
    r"""Show a profile (a name from the library, or a file): the product, its settings, its points with their units, its read plan.

    Facts that no source confirms are marked: check them on the device.

    \b
    gateway profiles show eastron_sdm630
    gateway profiles show my_meter.yaml
    gateway profiles show --json wirenboard_led
    """
    profile = read_profile(name)
    if as_json:
        click.echo(msgspec.json.encode(profile))
        return
    _print_head(profile)
    _print_points(profile)
    _print_uses(profile)
    if profile.modbus is not None:
        click.echo()
        print_plan(plan_report(profile, profile.modbus, _BAUD, "rtu", everything=False))


def _print_head(profile: Profile) -> None:
    click.secho(f"{profile.vendor} {profile.model}", bold=True)
    rows = [("profile", f"{profile.profile} ({profile.kind}, {transport_of(profile)})"), ("confidence", profile.confidence)]
    serial = profile.serial
    unit = f", unit {profile.modbus.unit}" if profile.modbus and profile.modbus.unit is not None else ""
    rows.append(("factory settings", f"{serial.baud} {serial.data_bits}{serial.parity}{serial.stop_bits}{unit}"))
    rows += [("source", source.ref + (f": {source.what}" if source.what else "")) for source in profile.sources]
    rows += [("identified by", identity_text(one)) for one in profile.identify]
    for line in columns(rows):
        click.echo(line)
    for text in profile.uncertain:
        click.secho(f"uncertain: {text}", fg="yellow")
    for setting in profile.settings:
        click.secho(f"set: {in_language(setting.en, setting.it)}", fg="cyan")


def _print_points(profile: Profile) -> None:
    rows = [("point", "at", "type", "unit", "range", "writable", "remarks")]
    rows += [
        (point.name, _place(point), _type(point), point.unit or "", _range(point), _writable(point), _remarks(point))
        for point in profile.points
    ]
    click.echo()
    for line, point in zip(columns(rows), (None, *profile.points), strict=True):
        click.secho(line, fg="yellow" if point is not None and point.uncertain else None)


def _place(point: Point) -> str:
    """Return where a point is: its table and address, or its place in a message."""
    for table in ("holding", "input", "coil", "discrete"):
        address = getattr(point, table)
        if address is not None:
            return f"{table} {address}" + (f" +{point.stride}n" if point.stride else "")
    if point.key is not None:
        return f"key {point.key}"
    if point.channel is not None:
        return f"channel {point.channel}"
    return f"{point.message or 'frame'} {point.at}" + (f" +{point.stride}n" if point.stride else "")


def _type(point: Point) -> str:
    bits = f" bit {point.bit or 0}" + (f"-{(point.bit or 0) + point.bits - 1}" if point.bits else "")
    order = "".join(f" {which}" for which in (point.word_order, point.byte_order) if which)
    scale = f" x {point.scale}" if point.scale is not None else ""
    return point.type + (bits if point.bit is not None or point.bits is not None else "") + order + scale


def _range(point: Point) -> str:
    if point.enum is not None:
        words = list(point.enum.values())
        return ", ".join(words[:4]) + (" …" if len(words) > 4 else "")
    return "" if point.min is None and point.max is None else f"{_limit(point.min)}..{_limit(point.max)}"


def _limit(limit: object) -> str:
    return "" if limit is None else str(limit)


def _writable(point: Point) -> str:
    if point.write is None:
        return ""
    limits = f"{point.write.min}..{point.write.max}" if point.write.min is not None else "yes"
    return limits + (", write-only" if point.write.only else "")


def _remarks(point: Point) -> str:
    return "; ".join(text for text in (f"uncertain: {point.uncertain}" if point.uncertain else None, point.note) if text)


def _print_uses(profile: Profile) -> None:
    click.echo()
    for measurement in profile.measurements:
        fields = ", ".join(name if name == source else f"{name} = {source}" for name, source in measurement.fields.items())
        when = "".join(f", while {point} is {' or '.join(map(str, values))}" for point, values in measurement.when.items())
        click.echo(f"{measurement.measurement}{when}: {fields}")
    for derived in profile.derived:
        how = " + ".join(derived.sum) or (
            f"{derived.below} < {derived.limit}" if derived.below else f"{derived.difference} since the last reading"
        )
        click.echo(f"computed: {derived.name} = {how}")
    for alarm in profile.alarms:
        click.echo(f"alarm: {alarm.alarm} ({in_language(alarm.en, alarm.it)}) when {alarm.point} {_state(alarm)}")
    for quirk in profile.quirks:
        click.echo(f"quirk: {quirk}")


def _state(alarm: AlarmRule) -> str:
    limits = [f"is above {alarm.above}" if alarm.above is not None else "", f"is below {alarm.below}" if alarm.below is not None else ""]
    return " or ".join(text for text in limits if text) or (
        "is " + " or ".join(map(str, alarm.one_of)) if alarm.one_of else "is true or not 0"
    )


def identity_text(identity: Identity) -> str:
    """Return an identifying fact of a product as text."""
    what = identity.point or f"{identity.object} (function 43/14)"
    return f"{what} {_wanted(identity)}"


def _wanted(identity: Identity) -> str:
    parts: Iterator[str] = (
        text
        for text in (
            "is " + " or ".join(map(str, identity.one_of)) if identity.one_of else "",
            f"from {identity.between[0]} to {identity.between[1]}" if identity.between else "",
            f"but not {' or '.join(map(str, identity.but_not))}" if identity.but_not else "",
            f"contains {identity.contains}" if identity.contains is not None else "",
        )
        if text
    )
    return ", ".join(parts)
