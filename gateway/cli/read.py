"""`gateway read`: read one device now."""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import msgspec

from gateway.cli.common import fail, find_device, gateway_failed, in_language, read_site
from gateway.cli.options import DEVICE, JSON, SITE
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.derive.processor import Processor
from gateway.fieldbus.derive.recognition import Doubt, code_doubt, identifies, sentence
from gateway.fieldbus.line.driver_port import Driver, read_once
from gateway.fieldbus.line.guarded_driver import DriverFault
from gateway.fieldbus.line_factory import baud_of, lone_driver
from gateway.fieldbus.wire.port import WireError
from gateway.host import clock
from gateway.model.batch import Value
from gateway.model.quality import Quality, is_bad, name_of
from gateway.model.reading import Reading
from gateway.model.site.lines import LineSettings
from gateway.model.stream import Stream, value_in_unit
from gateway.profile_check.live_test import read_objects

_ONE = "1"
"""The UCUM code of numbers without a unit, such as a power factor."""


class _Shown(msgspec.Struct):
    """One value to print."""

    asset: str
    measurement: str
    field: str
    value: Value
    unit: str | None
    quality: str


class _Result(msgspec.Struct):
    """What was read, as printed; `problem` is what to do about it, if anything."""

    device: str
    profile: str
    values: list[_Shown]
    problem: str | None = None


@click.command()
@SITE
@DEVICE
@JSON
def command(site: Path, device: str, *, as_json: bool) -> None:
    r"""Read DEVICE of SITE now, and print its values with their units and quality.

    The line must be free: stop `gateway run` first if it uses the same serial port. Exit code 1 if no value at all could be read, or if
    the device does not look like the product of its profile.

    \b
    gateway read site.yaml qe-041-meter
    gateway read --json site.yaml qe-041-meter
    """
    line, bound = find_device(read_site(site), device)
    result = asyncio.run(_read(line, bound))
    if as_json:
        click.echo(msgspec.json.encode(result))
    elif result.values:
        _print(result.values)
    if result.problem is not None:
        fail(result.problem)


async def _read(line: LineSettings, bound: BoundDevice) -> _Result:
    driver = lone_driver(line, bound, clock.now_ms)
    result = _Result(bound.id, bound.profile.profile, [])
    try:
        readings = (await read_once(driver, bound)).readings
        doubt = await _identification_doubt(driver, bound)
    except WireError as error:
        result.problem = f"{in_language(str(error), error.italian)}; {_advice(line, bound, Quality.BadNotConnected)}"
        return result
    except DriverFault as error:
        result.problem = gateway_failed(error)
        return result
    finally:
        driver.close()
    processor = Processor(bound)
    result.values = list(_shown(processor.streams, processor.process(readings)))
    worst = next((Quality(code) for reading in readings for code in reading.quality.values() if is_bad(code)), None)
    doubt = doubt or processor.doubt
    if doubt is not None:
        result.problem = in_language(f"device '{bound.id}' {doubt.en}", f"il dispositivo '{bound.id}' {doubt.it}")
    elif worst is not None and all(one.value is None for one in result.values):
        nothing = in_language(f"device '{bound.id}' has no values", f"il dispositivo '{bound.id}' non ha valori")
        result.problem = f"{nothing} ({worst.name}); {_advice(line, bound, worst)}"
    return result


async def _identification_doubt(driver: Driver, bound: BoundDevice) -> Doubt | None:
    """Return what the identification objects of a device say against the product, if its profile says what they contain."""
    wanted = [one for one in bound.profile.identify if one.object is not None]
    objects = await read_objects(driver, bound) if wanted else {}
    for one in wanted:
        value = objects.get(one.object or "")
        if value is not None and not identifies(one, value):
            return sentence(code_doubt(one.object or "", value), bound.profile)
    return None


def _shown(streams: Sequence[Stream], readings: Sequence[Reading]) -> Iterator[_Shown]:
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
            "" if one.unit in (None, _ONE) else str(one.unit),
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
        return _advice_on_the_port(line)
    if worst is Quality.BadConfigurationError:
        model = bound.profile.model
        return in_language(
            f"it refuses the requests: check that it is a {model}", f"rifiuta le richieste: controlla che sia davvero un {model}"
        )
    if line.serial is None:
        return in_language(
            f"check its power and its unit address {bound.unit}", f"controlla l'alimentazione e l'indirizzo (unit) {bound.unit}"
        )
    speed = f"{baud_of(line, bound.profile)} baud"
    if worst is Quality.BadCommunicationError:
        return in_language(
            f"noise was received instead of a response: check {speed} and parity, the termination, and that A and B are not swapped",
            f"sono arrivati disturbi invece di una risposta: controlla {speed} e parità, la terminazione, e che A e B non siano scambiati",
        )
    if bound.profile.modbus is None:
        return in_language(
            f"check its power, that its TX is connected to our RX, and {speed}",
            f"controlla l'alimentazione, che il suo TX vada al nostro RX, e {speed}",
        )
    return in_language(
        f"check its power, unit address {bound.unit}, {speed} and parity, and that A and B are not swapped",
        f"controlla l'alimentazione, l'indirizzo (unit) {bound.unit}, {speed} e parità, e che A e B non siano scambiati",
    )


def _advice_on_the_port(line: LineSettings) -> str:
    if line.serial is None:
        return in_language(
            "check its power, address and cable, and that no firewall blocks the port",
            "controlla alimentazione, indirizzo e cavo, e che nessun firewall blocchi la porta",
        )
    return in_language(
        "check that the adapter is plugged in (ls /dev/serial/by-path), that no other program uses it,"
        " and that you are in the group dialout",
        "controlla che l'adattatore sia collegato (ls /dev/serial/by-path), che nessun altro programma lo usi,"
        " e di essere nel gruppo dialout",
    )
