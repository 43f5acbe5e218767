"""`gateway profiles try`: a profile tested on a real device."""

import asyncio
import sys

import click
import msgspec

from gateway.cli.common import columns, fail, gateway_failed, in_language, read_profile
from gateway.cli.options import BAUD, JSON, Seconds
from gateway.cli.profiles.show import identity_text
from gateway.fieldbus.binding.bound_device import Slot
from gateway.fieldbus.binding.every_point import bind_every_point, channel_count
from gateway.fieldbus.line.guarded_driver import DriverFault
from gateway.fieldbus.wire.port import WireError
from gateway.host import clock
from gateway.model.batch import Value
from gateway.model.profile import Profile, is_channelled, listens
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.profile_check.listening import Listening
from gateway.profile_check.live_test import LiveFindings, PointFinding, run_live_test


class TrialVerdict(msgspec.Struct):
    """The findings as printed."""

    profile: str
    identified: list[str]
    not_identified: list[str]
    to_set: list[str]
    suspicious: int
    points: list[PointFinding]


@click.command()
@click.argument("name", metavar="FILE|NAME")
@click.argument("address", metavar="HOST:PORT|SERIAL")
@click.option("--unit", type=click.IntRange(1, 254), help="Unit address; by default, the profile's.")
@BAUD
@click.option("--parity", type=click.Choice(["N", "E", "O"]), help="Parity; by default, the profile's.")
@click.option("--rtu-over-tcp", is_flag=True, help="Send RTU frames to HOST:PORT, for a serial device server.")
@click.option("--channels", default="0", show_default=True, help="Channels to read, for example 0-3,5, or all.")
@click.option(
    "--listen",
    "listen_s",
    type=Seconds(),
    metavar="DURATION",
    help="For a device that sends by itself: how long to wait for all values, which are printed as they come.",
)
@JSON
def command(
    name: str,
    address: str,
    unit: int | None,
    baud: int | None,
    parity: str | None,
    channels: str,
    listen_s: float | None,
    *,
    rtu_over_tcp: bool,
    as_json: bool,
) -> None:
    r"""Read every point of a profile once from a device at HOST:PORT or on a serial port, and report what looks wrong.

    Marks values that are missing, refused, out of range, or plausible only with their words swapped. Also reports whether
    the device is the product, and which settings it needs. Writes nothing. Exits with 1 if something looks wrong.

    \b
    gateway profiles try my_meter.yaml /dev/ttyUSB0 --unit 7
    gateway profiles try eastron_sdm630 192.0.2.10:502 --unit 1
    gateway profiles try plantower_pms5003 /dev/serial0
    gateway profiles try agd_315 /dev/ttyUSB0 --listen 5min
    """
    profile = read_profile(name)
    line = _line(address, baud, parity, rtu_over_tcp=rtu_over_tcp)
    device = bind_every_point(profile, unit, _channels(channels, profile))
    listening = _listening(profile, listen_s, quiet=as_json)
    try:
        findings = asyncio.run(run_live_test(line, device, clock.now_ms, listening))
    except WireError as error:
        fail(
            in_language(
                f"{error}; check the cable, and that no other program uses {address}",
                f"{error.italian}; controlla il cavo, e che nessun altro programma usi {address}",
            )
        )
    except DriverFault as error:
        fail(gateway_failed(error))
    verdict = _verdict(profile, findings)
    if as_json:
        click.echo(msgspec.json.encode(verdict))
    else:
        _print(verdict)
    sys.exit(1 if verdict.suspicious or verdict.not_identified or verdict.to_set else 0)


def _listening(profile: Profile, listen_s: float | None, *, quiet: bool) -> Listening | None:
    """Return how long to listen to a device; each value is printed as it comes, unless that is to be quiet."""
    if listen_s is None:
        return None
    if not listens(profile):
        fail(f"'{profile.profile}' is queried, it does not send by itself; leave out --listen")

    def heard(slot: Slot, value: Value) -> None:
        if not quiet:
            name = f"{slot.point.name}@{slot.channel}" if is_channelled(profile, slot.point) else slot.point.name
            click.echo(f"heard: {name} {value} {slot.point.unit or ''}".rstrip())

    return Listening(listen_s, heard)


def _line(address: str, baud: int | None, parity: str | None, *, rtu_over_tcp: bool) -> LineSettings:
    serial = address.startswith(("/", "usb:")) or ":" not in address
    way = "serial" if serial else "rtu_over_tcp" if rtu_over_tcp else "tcp"
    given = {way: address, "baud": baud, "parity": parity}
    return LineSettings(id="line", devices=[DeviceSettings(id="device", profile="profile")], **given)  # type: ignore[arg-type]  # one of three keys


def _channels(text: str, profile: Profile) -> list[int]:
    count = channel_count(profile)
    if not count:
        return []
    if text == "all":
        return list(range(count))
    found: list[int] = []
    for part in text.split(","):
        first, _, last = part.strip().partition("-")
        if not first.isdigit() or (last and not last.isdigit()):
            fail(f"invalid channels '{part}'; write for example 0-3,5")
        found.extend(range(int(first), int(last or first) + 1))
    beyond = [channel for channel in found if channel >= count]
    if beyond:
        fail(f"'{profile.profile}' has no channel {beyond[0]}; its channels are 0 to {count - 1}")
    return found


def _verdict(profile: Profile, findings: LiveFindings) -> TrialVerdict:
    identities = [(f"{identity_text(identity)}: {value}", matches) for identity, value, matches in findings.identities]
    return TrialVerdict(
        profile=profile.profile,
        identified=[text for text, matches in identities if matches],
        not_identified=[text for text, matches in identities if not matches],
        to_set=[f"{in_language(one.en, one.it)} ({one.point}: {value})" for one, value in findings.missing_settings],
        suspicious=sum(one.remark is not None for one in findings.points),
        points=findings.points,
    )


def _print(verdict: TrialVerdict) -> None:
    rows = [("point", "value", "unit", "quality", "remark")]
    for one in verdict.points:
        name = one.point if one.channel is None else f"{one.point}@{one.channel}"
        rows.append((name, "-" if one.value is None else str(one.value), one.unit or "", one.quality, one.remark or ""))
    for line, point in zip(columns(rows, right=(1,)), (None, *verdict.points), strict=True):
        click.secho(line, fg="red" if point is not None and point.remark else None)
    for text in verdict.identified:
        click.secho(f"identified: {text}", fg="green")
    for text in verdict.not_identified:
        click.secho(f"not identified: {text}", fg="red")
    for text in verdict.to_set:
        click.secho(f"set: {text}", fg="yellow")
    good = sum(one.value is not None for one in verdict.points)
    click.echo(f"{good} of {len(verdict.points)} points have a value, {verdict.suspicious} look wrong")
