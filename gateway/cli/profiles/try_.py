"""`gateway profiles try`: everything that a profile names, read once from a real device."""

import asyncio
import sys
from collections.abc import Sequence
from typing import NamedTuple

import click
import msgspec

from gateway.cli.common import columns, fail, in_language, read_profile
from gateway.cli.options import BAUD, JSON
from gateway.cli.profiles.show import identity_text
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.binding.every_point import bind_every_point, channel_count
from gateway.fieldbus.line.driver_port import read_once
from gateway.fieldbus.line_factory import build_line
from gateway.fieldbus.modbus.client_port import NoResponse
from gateway.fieldbus.modbus.driver import ModbusDriver
from gateway.fieldbus.modbus.pdu import identification_objects, read_identification
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.fieldbus.wire.port import WireError
from gateway.host import clock
from gateway.model.batch import Value
from gateway.model.profile import Point, Profile
from gateway.model.quality import Quality, name_of
from gateway.model.reading import Reading
from gateway.model.site import DeviceSettings, LineSettings
from gateway.profile_check.plausibility import is_one, is_plausible, matches, other_word_order

_OBJECTS = {0: "VendorName", 1: "ProductCode", 2: "MajorMinorRevision", 4: "ProductName", 5: "ModelName"}


class Tried(msgspec.Struct):
    """One point as it was read; `remark` says what is suspicious of it."""

    point: str
    channel: int | None
    value: Value
    unit: str | None
    quality: str
    remark: str | None = None


class TrialVerdict(msgspec.Struct):
    """What the device was found to be, what should be set on it, and its points."""

    profile: str
    identified: list[str]
    not_identified: list[str]
    to_set: list[str]
    suspicious: int
    points: list[Tried]


class _Read(NamedTuple):
    """What came of one reading: each slot's value in the point's unit, and its quality."""

    values: list[Value]
    codes: list[int]


@click.command()
@click.argument("name", metavar="FILE|NAME")
@click.argument("address", metavar="HOST:PORT|SERIAL")
@click.option("--unit", type=click.IntRange(1, 254), help="Unit address; the profile's where it is left out.")
@BAUD
@click.option("--parity", type=click.Choice(["N", "E", "O"]), help="The profile's where it is left out.")
@click.option("--rtu-over-tcp", is_flag=True, help="RTU frames behind HOST:PORT, as a serial device server passes them.")
@click.option("--channels", default="0", show_default=True, help="Channels to read: 0-3, 5, or all.")
@JSON
def command(
    name: str,
    address: str,
    unit: int | None,
    baud: int | None,
    parity: str | None,
    channels: str,
    *,
    rtu_over_tcp: bool,
    as_json: bool,
) -> None:
    r"""Read every point of a profile once from a device at HOST:PORT or on a serial port, and say what looks wrong.

    Marked are values out of their range, refused or absent ones, and numbers that make sense only with their words the other way
    round. It says whether the device is what the profile takes it for, and what is to be set on it. Nothing is written. Exit code 1
    if something looks wrong.

    \b
    gateway profiles try my_meter.yaml /dev/ttyUSB0 --unit 7
    gateway profiles try eastron_sdm630 192.0.2.10:502 --unit 1
    gateway profiles try plantower_pms5003 /dev/serial0
    """
    profile = read_profile(name)
    line = _line(address, baud, parity, rtu_over_tcp=rtu_over_tcp)
    device = bind_every_point(profile, unit, _channels(channels, profile))
    try:
        verdict = asyncio.run(_try(line, device))
    except WireError as error:
        fail(f"{error}; check the cable and that no other program owns {address}")
    if as_json:
        click.echo(msgspec.json.encode(verdict))
    else:
        _print(verdict)
    sys.exit(1 if verdict.suspicious or verdict.not_identified or verdict.to_set else 0)


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
            fail(f"'{part}' is no channel; write for example 0-3, 5")
        found.extend(range(int(first), int(last or first) + 1))
    beyond = [channel for channel in found if channel >= count]
    if beyond:
        fail(f"'{profile.profile}' has channels 0 to {count - 1}, not {beyond[0]}")
    return found


async def _try(line: LineSettings, device: BoundDevice) -> TrialVerdict:
    read, objects = await _read(line, device, identify=True)
    doubtful = [number for number, slot in enumerate(device.slots) if not is_plausible(slot.point, read.values[number])]
    swapped = _Read([], [])
    if any(other_word_order(device.profile, device.slots[number].point) for number in doubtful):
        swapped, _ = await _read(line, _with_words_swapped(device), identify=False)
    points = [_tried(device, number, read, swapped) for number in range(len(device.slots))]
    known = {one.point: one.value for one in points if one.channel in (None, 0)}
    verdict = TrialVerdict(device.profile.profile, [], [], [], sum(one.remark is not None for one in points), points)
    for identity in device.profile.identify:
        value = objects.get(identity.object) if identity.object else known.get(identity.point or "")
        (verdict.identified if is_one(identity, value) else verdict.not_identified).append(f"{identity_text(identity)}: {value}")
    for setting in device.profile.settings:
        if setting.point is not None and not matches(setting.one_of, known.get(setting.point)):
            verdict.to_set.append(f"{in_language(setting.en, setting.it)} ({setting.point}: {known.get(setting.point)})")
    return verdict


def _with_words_swapped(device: BoundDevice) -> BoundDevice:
    """Give the device with every long value's words the other way round."""
    slots = []
    for slot in device.slots:
        other = other_word_order(device.profile, slot.point)
        slots.append(slot._replace(point=msgspec.structs.replace(slot.point, word_order=other)) if other else slot)
    return device._replace(slots=tuple(slots))


async def _read(line: LineSettings, device: BoundDevice, *, identify: bool) -> tuple[_Read, dict[str, str]]:
    driver = build_line(line, [device], LearnedStore(None), clock.now_ms).driver
    objects: dict[str, str] = {}
    try:
        poll = await read_once(driver, device)
        if identify and isinstance(driver, ModbusDriver) and any(one.object for one in device.profile.identify):
            objects = await _objects(driver, device)
    finally:
        driver.close()
    return _values(device, poll.readings), objects


async def _objects(driver: ModbusDriver, device: BoundDevice) -> dict[str, str]:
    try:
        answer = await driver.command(device, read_identification(device.unit, 2))
    except NoResponse:
        return {}
    if answer.exception is not None:
        return {}
    found = identification_objects(answer.data)
    return {_OBJECTS[number]: text.decode("latin-1") for number, text in found.items() if number in _OBJECTS}


def _values(device: BoundDevice, readings: Sequence[Reading]) -> _Read:
    values: list[Value] = [None] * len(device.slots)
    codes = [int(Quality.BadNoData)] * len(device.slots)
    for reading in readings:
        first = device.streams[reading.stream].first
        for place, raw in enumerate(reading.values):
            number = isinstance(raw, int | float) and not isinstance(raw, bool)
            convert = device.slots[first + place].field.converter()
            values[first + place] = convert(raw) if number else raw  # type: ignore[arg-type]  # just looked at
            codes[first + place] = reading.quality.get(place, 0)
    return _Read(values, codes)


def _tried(device: BoundDevice, number: int, read: _Read, swapped: _Read) -> Tried:
    slot, value, code = device.slots[number], read.values[number], read.codes[number]
    other = swapped.values[number] if swapped.values else None
    channel = slot.channel if device.profile.channels and slot.point.stride else None
    return Tried(slot.point.name, channel, value, slot.point.unit, name_of(code), _remark(slot.point, value, code, other, device.profile))


def _remark(point: Point, value: Value, code: int, other: Value, profile: Profile) -> str | None:
    doubtful = value is None or not is_plausible(point, value)
    if doubtful and other is not None and other != value and other_word_order(profile, point) and is_plausible(point, other):
        return f"word order? the other way round it reads {other}"
    if code == Quality.BadOutOfRange:
        return f"out of its range ({point.min} to {point.max})" if point.min is not None or point.max is not None else "out of range"
    if code == Quality.BadConfigurationError:
        return "refused: the device has no such register"
    if code and Quality(code).name.startswith("Bad"):
        return None if code == Quality.BadSensorFailure else "no answer"
    return "not plausible for its unit" if doubtful else None


def _print(verdict: TrialVerdict) -> None:
    rows = [("point", "value", "unit", "quality", "remark")]
    for one in verdict.points:
        name = one.point if one.channel is None else f"{one.point}@{one.channel}"
        rows.append((name, "-" if one.value is None else str(one.value), one.unit or "", one.quality, one.remark or ""))
    for line, tried in zip(columns(rows, right=(1,)), (None, *verdict.points), strict=True):
        click.secho(line, fg="red" if tried is not None and tried.remark else None)
    for text in verdict.identified:
        click.secho(f"it is one: {text}", fg="green")
    for text in verdict.not_identified:
        click.secho(f"it does not look like one: {text}", fg="red")
    for text in verdict.to_set:
        click.secho(f"set: {text}", fg="yellow")
    good = sum(one.value is not None for one in verdict.points)
    click.echo(f"{good} of {len(verdict.points)} points have a value, {verdict.suspicious} look wrong")
