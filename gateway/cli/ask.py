"""`gateway ask`: send one raw Modbus request to a device."""

import asyncio
import struct
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import click
import msgspec

from gateway.cli.common import columns, fail, find_device, gateway_failed, in_language, read_site
from gateway.cli.local import LocalError, LocalGateway, find
from gateway.cli.options import DEVICE, JSON, SITE
from gateway.config.problems import suggest
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.commands import Outcome, OutcomeStatus
from gateway.fieldbus.line.guarded_driver import DriverFault
from gateway.fieldbus.line_factory import lone_driver
from gateway.fieldbus.modbus import pdu
from gateway.fieldbus.modbus.commands import SendRequest
from gateway.fieldbus.modbus.pdu import Request
from gateway.fieldbus.wire.port import WireError
from gateway.host import clock
from gateway.model.profile import FUNCTION_OF, Profile
from gateway.model.site import LineSettings
from gateway.web.technician.lines_routes import RegisterValues

_STATUS_IT = {
    OutcomeStatus.ACCEPTED: "accettato", OutcomeStatus.REFUSED: "rifiutato", OutcomeStatus.NO_RESPONSE: "nessuna risposta",
    OutcomeStatus.INVALID: "non valido", OutcomeStatus.NOT_SUPPORTED: "non previsto", OutcomeStatus.EXPIRED: "scaduto",
    OutcomeStatus.LINE_DOWN: "linea non disponibile",
}  # fmt: skip
_EXCEPTIONS_IT = {
    1: "funzione non ammessa", 2: "indirizzo non ammesso", 3: "valore non ammesso", 4: "guasto del dispositivo",
    5: "preso in carico, non ancora eseguito", 6: "occupato", 8: "errore di parità della memoria",
    10: "nessun percorso attraverso il bridge", 11: "il dispositivo dietro al bridge non risponde",
}  # fmt: skip
"""Modbus Application Protocol V1.1b3, section 7."""


class _Parsed(NamedTuple):
    """A request, whether it writes, and the address of the first value in the response to a read."""

    request: Request
    writes: bool
    first: int | None = None


@click.command()
@SITE
@DEVICE
@click.argument("words", nargs=-1, required=True, metavar="REQUEST...")
@click.option("--broadcast", is_flag=True, help="Write to every device of the line; none responds.")
@click.option("--yes", is_flag=True, help="Write without confirmation.")
@JSON
def command(site: Path, device: str, words: tuple[str, ...], *, broadcast: bool, yes: bool, as_json: bool) -> None:
    r"""Send one raw Modbus REQUEST to DEVICE of SITE and print the response. Addresses are those on the wire and begin at 0.

    A running gateway reads between two of its polls, and raw reads take half of the line's time at most. For other requests the line
    must be free: stop `gateway run` first if it uses the same port. Exit code 1 if the device refuses or does not respond.

    \b
    gateway ask site.yaml qe-041-meter read input 0 12
    gateway ask site.yaml qe-041-relay write coil 3 on
    gateway ask site.yaml qe-041-relay write holding 10 500 501
    gateway ask site.yaml qe-041-relay mask 4 0xF2 0x25        # register 4: AND with the first mask, OR with the second
    gateway ask site.yaml qe-041-relay swap 0 6 10 500         # write 500 to register 10, then read 6 from 0
    gateway ask site.yaml qe-041-meter file 4 1 2              # read two registers of record 1 of file 4; with values, write them
    gateway ask site.yaml qe-041-meter identify
    gateway ask site.yaml qe-041-meter vendor reset_energy
    """
    loaded = read_site(site)
    line, bound = find_device(loaded, device)
    if bound.profile.modbus is None:
        fail(in_language(f"device '{device}' does not speak Modbus", f"il dispositivo '{device}' non parla Modbus"))
    parsed = _parse(words, pdu.BROADCAST if broadcast else bound.unit, bound.profile)
    if broadcast and not parsed.writes:
        fail(
            in_language(
                "only a write can be sent to every device: no device responds to a broadcast",
                "a tutti i dispositivi si può solo scrivere: a un broadcast nessuno risponde",
            )
        )
    if parsed.writes and not yes:
        _confirm(None if broadcast else device)
    running = find(loaded.edge) if loaded.edge is not None and words[0] == "read" and not broadcast else None
    try:
        outcome = asyncio.run(_send(line, bound, parsed.request)) if running is None else _read_by(running, device, words, parsed)
    except LocalError as error:
        fail(f"{error}")
    except WireError as error:
        fail(f"{error}")
    except DriverFault as error:
        fail(gateway_failed(error))
    if outcome.status is not OutcomeStatus.DONE and outcome.exception is None:
        fail(outcome.reason if in_language("en", "it") == "en" else f"{_STATUS_IT[outcome.status]} ({outcome.reason})")
    _print(parsed, outcome, as_json=as_json)
    sys.exit(0 if outcome.status is OutcomeStatus.DONE else 1)


def _confirm(device: str | None) -> None:
    """Ask whether to write to a device, or to all if it is None; without a yes, the command ends."""
    english, italian = (device, device) if device is not None else ("every device of the line", "tutti i dispositivi della linea")
    click.confirm(in_language(f"This writes to {english}. Go on?", f"Così si scrive su {italian}. Procedere?"), abort=True)


def _read_by(running: LocalGateway, device: str, words: Sequence[str], parsed: _Parsed) -> Outcome:
    """Let the running gateway read, and return the outcome as if this command had."""
    count = int.from_bytes(parsed.request.pdu[3:5], "big")
    wanted = {"device": device, "table": words[1], "address": parsed.first, "count": count}
    found = running.post("/api/registers/read", wanted, RegisterValues)
    bits = bytes(sum(bit << place for place, bit in enumerate(found.bits[at : at + 8])) for at in range(0, len(found.bits), 8))
    data = struct.pack(f">{len(found.words)}H", *found.words) or bits
    return Outcome(OutcomeStatus(found.status), found.reason, data, found.exception)


async def _send(line: LineSettings, bound: BoundDevice, request: Request) -> Outcome:
    driver = lone_driver(line, bound, clock.now_ms)
    try:
        return await driver.execute(bound, SendRequest(request))
    finally:
        driver.close()


def _parse(words: Sequence[str], unit: int, profile: Profile) -> _Parsed:
    verb, *rest = words
    makers: dict[str, Callable[[list[str], int, Profile], _Parsed]] = {
        "read": _read, "write": _write, "mask": _mask, "swap": _swap, "file": _file, "identify": _identify, "vendor": _vendor,
    }  # fmt: skip
    if verb not in makers:
        fail(f"{in_language('unknown request', 'richiesta sconosciuta')} '{verb}'; {_suggestion(verb, makers)}")
    try:
        return makers[verb](rest, unit, profile)
    except (ValueError, IndexError, KeyError) as error:
        what, see = in_language("invalid request", "richiesta non valida"), in_language("see", "vedi")
        return fail(f"{what} '{' '.join(words)}' ({error}); {see} gateway ask --help")


def _read(rest: list[str], unit: int, _profile: Profile) -> _Parsed:
    table, address, *count = rest
    if table not in FUNCTION_OF:
        fail(f"{in_language('unknown table', 'tabella sconosciuta')} '{table}'; {_suggestion(table, FUNCTION_OF)}")
    first = _number(address)
    request = pdu.read_request(unit, FUNCTION_OF[table], first, _number(count[0], 1, 2000) if count else 1)
    return _Parsed(request, writes=False, first=first)


def _write(rest: list[str], unit: int, _profile: Profile) -> _Parsed:
    table, address, *values = rest
    first = _number(address)
    if table == "coil":
        states = [{"on": True, "1": True, "off": False, "0": False}[value] for value in values]
        request = pdu.write_coil(unit, first, on=states[0]) if len(states) == 1 else pdu.write_coils(unit, first, states)
    elif table == "holding":
        numbers = [_number(value) for value in values]
        request = pdu.write_register(unit, first, numbers[0]) if len(numbers) == 1 else pdu.write_registers(unit, first, numbers)
    else:
        fail(in_language(f"'{table}' can't be written; write coil or holding", f"'{table}' non è scrivibile; usa coil o holding"))
    return _Parsed(request, writes=True)


def _mask(rest: list[str], unit: int, _profile: Profile) -> _Parsed:
    address, and_mask, or_mask = map(_number, rest)
    return _Parsed(pdu.mask_write(unit, address, and_mask, or_mask), writes=True)


def _swap(rest: list[str], unit: int, _profile: Profile) -> _Parsed:
    address, count, write_address, *values = map(_number, rest)
    return _Parsed(pdu.read_write(unit, address, count, write_address, values), writes=True)


def _file(rest: list[str], unit: int, _profile: Profile) -> _Parsed:
    file, record, count, *values = map(_number, rest)
    if not values:
        return _Parsed(pdu.read_file(unit, [(file, record, count)]), writes=False)
    if count != len(values):
        raise ValueError(in_language(f"{count} registers, but {len(values)} values", f"{count} registri, ma {len(values)} valori"))
    return _Parsed(pdu.write_file(unit, [(file, record, struct.pack(f">{count}H", *values))]), writes=True)


def _identify(_rest: list[str], unit: int, _profile: Profile) -> _Parsed:
    return _Parsed(pdu.read_identification(unit), writes=False)


def _vendor(rest: list[str], unit: int, profile: Profile) -> _Parsed:
    known = profile.modbus.vendor if profile.modbus else {}
    name, *data = rest
    if name not in known:
        missing = in_language(f"'{profile.profile}' has no function '{name}'", f"'{profile.profile}' non ha la funzione '{name}'")
        fail(f"{missing}; {_suggestion(name, known)}")
    function = known[name]
    size = pdu.counted(1 + function.length_at) if function.length_at is not None else 1 + (function.answer_bytes or 0)
    return _Parsed(pdu.vendor_request(unit, function.code, bytes.fromhex("".join(data)), size), writes=True)


def _suggestion(wrong: str, known: Iterable[str]) -> str:
    """Return the names to write instead."""
    names = sorted(known)
    return in_language(suggest(wrong, names), f"scrivi uno di: {', '.join(names)}" if names else "toglila")


def _number(text: str, low: int = 0, high: int = 0xFFFF) -> int:
    number = int(text, 0)
    if not low <= number <= high:
        raise ValueError(in_language(f"{text} is outside of {low} to {high}", f"{text} non è tra {low} e {high}"))
    return number


def _print(parsed: _Parsed, outcome: Outcome, *, as_json: bool) -> None:
    if as_json:
        click.echo(
            msgspec.json.encode({"function": parsed.request.function, "exception": outcome.exception, "data": outcome.data.hex(" ")})
        )
    elif outcome.exception is not None:
        click.secho(_refusal(outcome.status, outcome.reason, outcome.exception), fg="yellow", err=True)
    else:
        for line in _lines(parsed, outcome.data):
            click.echo(line)


def _refusal(status: OutcomeStatus, reason: str, exception: int) -> str:
    """Return how a device has refused a request."""
    known = _EXCEPTIONS_IT.get(exception, "eccezione")
    return in_language(f"{status.value}: {reason}", f"{_STATUS_IT[status]}: {known} ({exception})")


def _lines(parsed: _Parsed, data: bytes) -> list[str]:
    """Return the lines that show the data of a response."""
    function, first = parsed.request.function, parsed.first
    if function == 0x2B:
        objects = pdu.identification_objects(data)
        return [f"{number:>3}  {text.decode('latin-1')}" for number, text in objects.items()] or [
            in_language("the device has no identification", "il dispositivo non ha un'identificazione")
        ]
    if function == 20:
        return [record.hex(" ", 2) for record in pdu.file_records(data)]
    if first is None:
        done, sent = in_language("done", "fatto"), in_language("sent", "inviato")
        return [f"{done}: {data.hex(' ')}" if data else sent]
    if function in (3, 4):
        words = [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]
        head = (in_language("address", "indirizzo"), "hex", in_language("value", "valore"))
        return columns([head, *((str(first + n), f"{word:04X}", str(word)) for n, word in enumerate(words))], right=(0, 2))
    count = int.from_bytes(parsed.request.pdu[3:5], "big")
    return [f"{first + n:>7}  {'on' if data[n // 8] >> n % 8 & 1 else 'off'}" for n in range(count)]
