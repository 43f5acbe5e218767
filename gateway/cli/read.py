"""`gateway read`: read one device now."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import click
import msgspec

from gateway.cli.common import fail, find_device, read_site
from gateway.cli.options import DEVICE, JSON, SITE
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.derive.processor import Processor
from gateway.fieldbus.line.driver_port import read_once
from gateway.fieldbus.line_factory import baud_of, build_line
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.fieldbus.wire.port import WireError
from gateway.host import clock
from gateway.model.batch import Value
from gateway.model.quality import Quality, is_bad, name_of
from gateway.model.reading import Reading
from gateway.model.site import LineSettings
from gateway.model.stream import Stream, value_in_unit


class _Shown(NamedTuple):
    """One value to print."""

    asset: str
    measurement: str
    field: str
    value: Value
    unit: str | None
    quality: str


@click.command()
@SITE
@DEVICE
@JSON
def command(site: Path, device: str, *, as_json: bool) -> None:
    r"""Read DEVICE of SITE now, and print its values with their units and quality.

    The line must be free: stop `gateway run` first if it uses the same serial port. Exit code 1 if no value at all could be read.

    \b
    gateway read site.yaml qe-041-meter
    gateway read --json site.yaml qe-041-meter
    """
    loaded = read_site(site)
    line, bound = find_device(loaded, device)
    try:
        readings = asyncio.run(_read(line, bound))
    except WireError as error:
        fail(f"{error}; {_advice(line, bound, Quality.BadNotConnected)}")
    processor = Processor(bound)
    readings = list(processor.process(readings))
    shown = list(_shown(processor.streams, readings))
    if as_json:
        values = [one._asdict() for one in shown]
        click.echo(msgspec.json.encode({"device": device, "profile": bound.profile.profile, "values": values}))
    else:
        _print(shown)
    worst = next((Quality(code) for reading in readings for code in reading.quality.values() if is_bad(code)), None)
    if worst is not None and all(one.value is None for one in shown):
        fail(f"device '{device}' has no values ({worst.name}); {_advice(line, bound, worst)}")
    sys.exit(0)


async def _read(line: LineSettings, bound: BoundDevice) -> list[Reading]:
    driver = build_line(line, [bound], LearnedStore(None), clock.now_ms).driver
    try:
        return (await read_once(driver, bound)).readings
    finally:
        driver.close()


def _shown(streams: Sequence[Stream], readings: list[Reading]) -> Iterator[_Shown]:
    for reading in readings:
        stream = streams[reading.stream]
        for number, field in enumerate(stream.fields):
            value = value_in_unit(reading.values[number], field.converter())
            yield _Shown(stream.asset, stream.measurement, field.name, value, field.unit, name_of(reading.quality.get(number, 0)))


def _print(shown: list[_Shown]) -> None:
    assets = len({one.asset for one in shown}) > 1
    rows = [
        (
            (f"{one.asset} " if assets else "") + one.field,
            "-" if one.value is None else str(one.value),
            one.unit or "",
            one.quality,
        )
        for one in shown
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for name, value, unit, quality in rows:
        line = f"{name:<{widths[0]}}  {value:>{widths[1]}} {unit:<{widths[2]}}  {quality}"
        click.secho(line.rstrip(), fg=None if quality == "Good" else "yellow")


def _advice(line: LineSettings, bound: BoundDevice, worst: Quality) -> str:
    """Return what to check, the likeliest cause first."""
    if worst is Quality.BadNotConnected:
        if line.serial is not None:
            return (
                "check that the adapter is plugged in (ls /dev/serial/by-path), that no other program uses it,"
                " and that you are in the group dialout"
            )
        return "check its power, address and cable, and that no firewall blocks the port"
    if worst is Quality.BadConfigurationError:
        return f"it refuses the requests: check that it is a {bound.profile.model}"
    if line.serial is None:
        return f"check its power and its unit address {bound.unit}"
    speed = f"{baud_of(line, bound.profile)} baud"
    if worst is Quality.BadCommunicationError:
        return f"noise was received instead of a response: check {speed} and parity, the termination, and that A and B are not swapped"
    if bound.profile.modbus is None:
        return f"check its power, that its TX is connected to our RX, and {speed}"
    return f"check its power, unit address {bound.unit}, {speed} and parity, and that A and B are not swapped"
