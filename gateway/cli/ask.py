"""`gateway ask`: one raw Modbus request to a device, for a technician who looks for something."""

import asyncio
import struct
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import click
import msgspec

from gateway.cli.common import columns, fail, find_device, read_site
from gateway.cli.options import DEVICE, JSON, SITE
from gateway.config.problems import suggest
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line_factory import build_line
from gateway.fieldbus.modbus import pdu
from gateway.fieldbus.modbus.client_port import NoResponse
from gateway.fieldbus.modbus.driver import ModbusDriver
from gateway.fieldbus.modbus.pdu import Request, Response
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.fieldbus.wire.port import WireError
from gateway.host import clock
from gateway.model.profile import FUNCTION_OF, Profile
from gateway.model.site import LineSettings

_EXCEPTIONS = {
    1: "illegal function", 2: "illegal address", 3: "illegal value", 4: "device failure", 5: "acknowledged, not done yet", 6: "busy",
    8: "memory parity error", 10: "no path through the bridge", 11: "the device behind the bridge does not answer",
}  # fmt: skip
"""Modbus Application Protocol V1.1b3, section 7."""


class _Wish(NamedTuple):
    """What is asked, whether it changes something, and the address of the first value of its answer."""

    request: Request
    writes: bool
    first: int | None = None


@click.command()
@SITE
@DEVICE
@click.argument("words", nargs=-1, required=True, metavar="REQUEST...")
@click.option("--broadcast", is_flag=True, help="Write to every device of the line; none answers.")
@click.option("--yes", is_flag=True, help="Write without asking first.")
@JSON
def command(site: Path, device: str, words: tuple[str, ...], *, broadcast: bool, yes: bool, as_json: bool) -> None:
    r"""Send one raw Modbus REQUEST to DEVICE of SITE and print its answer. Addresses are those on the wire, counted from 0.

    The line must be free: stop `gateway run` first if it owns the same port. Exit code 1 if the device refuses or keeps silent.

    \b
    gateway ask site.yaml qe-041-meter read input 0 12
    gateway ask site.yaml qe-041-relay write coil 3 on
    gateway ask site.yaml qe-041-relay write holding 10 500 501
    gateway ask site.yaml qe-041-relay mask 4 0xF2 0x25        # register 4: AND with the first, OR with the second
    gateway ask site.yaml qe-041-relay swap 0 6 10 500         # write 500 to register 10, then read 6 from 0
    gateway ask site.yaml qe-041-meter file 4 1 2              # two registers of record 1 of file 4; with values, writes them
    gateway ask site.yaml qe-041-meter identify
    gateway ask site.yaml qe-041-meter vendor reset_energy
    """
    line, bound = find_device(read_site(site), device)
    if bound.profile.modbus is None:
        fail(f"device '{device}' does not speak Modbus")
    wish = _wish(words, pdu.BROADCAST if broadcast else bound.unit, bound.profile)
    if broadcast and not wish.writes:
        fail("only a write can be sent to every device: nobody answers a broadcast")
    if wish.writes and not yes:
        click.confirm(f"This writes to {'every device of the line' if broadcast else device}. Go on?", abort=True)
    try:
        answer = asyncio.run(_ask(line, bound, wish.request))
    except (WireError, NoResponse) as error:
        fail(f"{error}")
    _print(wish, answer, as_json=as_json)
    sys.exit(0 if answer.exception is None else 1)


async def _ask(line: LineSettings, bound: BoundDevice, request: Request) -> Response:
    driver = build_line(line, [bound], LearnedStore(None), clock.now_ms).driver
    try:
        if not isinstance(driver, ModbusDriver):
            raise WireError("the line does not speak Modbus")
        return await driver.command(bound, request)
    finally:
        driver.close()


def _wish(words: Sequence[str], unit: int, profile: Profile) -> _Wish:
    """Understand a request."""
    verb, *rest = words
    makers: dict[str, Callable[[list[str], int, Profile], _Wish]] = {
        "read": _read, "write": _write, "mask": _mask, "swap": _swap, "file": _file, "identify": _identify, "vendor": _vendor,
    }  # fmt: skip
    if verb not in makers:
        fail(f"'{verb}' is no request; {suggest(verb, makers)}")
    try:
        return makers[verb](rest, unit, profile)
    except (ValueError, IndexError, KeyError) as error:
        return fail(f"'{' '.join(words)}' can't be understood ({error}); see gateway ask --help")


def _read(rest: list[str], unit: int, _profile: Profile) -> _Wish:
    table, address, *count = rest
    if table not in FUNCTION_OF:
        fail(f"'{table}' is no table; {suggest(table, FUNCTION_OF)}")
    first = _number(address)
    request = pdu.read_request(unit, FUNCTION_OF[table], first, _number(count[0], 1, 2000) if count else 1)
    return _Wish(request, writes=False, first=first)


def _write(rest: list[str], unit: int, _profile: Profile) -> _Wish:
    table, address, *values = rest
    first = _number(address)
    if table == "coil":
        states = [{"on": True, "1": True, "off": False, "0": False}[value] for value in values]
        request = pdu.write_coil(unit, first, on=states[0]) if len(states) == 1 else pdu.write_coils(unit, first, states)
    elif table == "holding":
        numbers = [_number(value) for value in values]
        request = pdu.write_register(unit, first, numbers[0]) if len(numbers) == 1 else pdu.write_registers(unit, first, numbers)
    else:
        fail(f"'{table}' can't be written; write coil or holding")
    return _Wish(request, writes=True)


def _mask(rest: list[str], unit: int, _profile: Profile) -> _Wish:
    address, and_mask, or_mask = map(_number, rest)
    return _Wish(pdu.mask_write(unit, address, and_mask, or_mask), writes=True)


def _swap(rest: list[str], unit: int, _profile: Profile) -> _Wish:
    address, count, write_address, *values = map(_number, rest)
    return _Wish(pdu.read_write(unit, address, count, write_address, values), writes=True)


def _file(rest: list[str], unit: int, _profile: Profile) -> _Wish:
    file, record, count, *values = map(_number, rest)
    if not values:
        return _Wish(pdu.read_file(unit, [(file, record, count)]), writes=False)
    if count != len(values):
        raise ValueError(f"{count} registers, and {len(values)} values")
    return _Wish(pdu.write_file(unit, [(file, record, struct.pack(f">{count}H", *values))]), writes=True)


def _identify(_rest: list[str], unit: int, _profile: Profile) -> _Wish:
    return _Wish(pdu.read_identification(unit), writes=False)


def _vendor(rest: list[str], unit: int, profile: Profile) -> _Wish:
    known = profile.modbus.vendor if profile.modbus else {}
    name, *data = rest
    if name not in known:
        fail(f"'{profile.profile}' has no function '{name}'; {suggest(name, known)}")
    function = known[name]
    size = pdu.counted(1 + function.length_at) if function.length_at is not None else 1 + (function.answer_bytes or 0)
    return _Wish(pdu.vendor_request(unit, function.code, bytes.fromhex("".join(data)), size), writes=True)


def _number(text: str, low: int = 0, high: int = 0xFFFF) -> int:
    number = int(text, 0)
    if not low <= number <= high:
        raise ValueError(f"{text} is not from {low} to {high}")
    return number


def _print(wish: _Wish, answer: Response, *, as_json: bool) -> None:
    if as_json:
        click.echo(msgspec.json.encode({"function": wish.request.function, "exception": answer.exception, "data": answer.data.hex(" ")}))
    elif answer.exception is not None:
        click.secho(f"refused: {_EXCEPTIONS.get(answer.exception, 'exception')} ({answer.exception})", fg="yellow", err=True)
    else:
        for line in _lines(wish, answer.data):
            click.echo(line)


def _lines(wish: _Wish, data: bytes) -> list[str]:
    """Say what an answer holds."""
    function, first = wish.request.function, wish.first
    if function == 0x2B:
        return [f"{number:>3}  {text.decode('latin-1')}" for number, text in pdu.identification_objects(data).items()]
    if function == 20:
        return [record.hex(" ", 2) for record in pdu.file_records(data)]
    if first is None:
        return [f"done: {data.hex(' ')}" if data else "sent"]
    if function in (3, 4):
        words = [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]
        return columns(
            [("address", "hex", "value"), *((str(first + n), f"{word:04X}", str(word)) for n, word in enumerate(words))], right=(0, 2)
        )
    count = int.from_bytes(wish.request.pdu[3:5], "big")
    return [f"{first + n:>7}  {'on' if data[n // 8] >> n % 8 & 1 else 'off'}" for n in range(count)]
