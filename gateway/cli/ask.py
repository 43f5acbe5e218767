"""`gateway ask`: send one raw Modbus request to a device."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from gateway.cli.common import columns, fail, find_device, gateway_failed, in_language, read_site
from gateway.cli.local import LocalError, LocalGateway, find
from gateway.cli.options import DEVICE, JSON, SITE
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.commands import Outcome, OutcomeStatus
from gateway.fieldbus.line.guarded_driver import DriverFault
from gateway.fieldbus.line_factory import lone_driver
from gateway.fieldbus.modbus import pdu
from gateway.fieldbus.modbus.commands import SendRequest
from gateway.fieldbus.modbus.pdu import Request
from gateway.fieldbus.modbus.raw_request import RawRequest, RawRequestError, raw_request
from gateway.fieldbus.wire.port import WireError
from gateway.host import clock
from gateway.model.site.lines import LineSettings
from gateway.web.technician.lines_routes import RawAsk

_GATEWAY_S = 60.0
"""How long a running gateway may take: longer than a request waits for its line, behind another one."""

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


@click.command()
@SITE
@DEVICE
@click.argument("words", nargs=-1, required=True, metavar="REQUEST...")
@click.option("--broadcast", is_flag=True, help="Write to every device of the line; none responds.")
@click.option("--yes", is_flag=True, help="Write without confirmation.")
@JSON
def command(site: Path, device: str, words: tuple[str, ...], *, broadcast: bool, yes: bool, as_json: bool) -> None:
    r"""Send one raw Modbus REQUEST to DEVICE of SITE and print the response. Addresses are those on the wire and begin at 0.

    A running gateway sends it between two of its polls, and raw requests take half of the line's time at most. For --broadcast the line
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
    try:
        parsed = raw_request(words, pdu.BROADCAST if broadcast else bound.unit, bound.profile)
    except RawRequestError as error:
        fail(in_language(str(error), error.italian))
    if broadcast and not parsed.writes:
        fail(
            in_language(
                "only a write can be sent to every device: no device responds to a broadcast",
                "a tutti i dispositivi si può solo scrivere: a un broadcast nessuno risponde",
            )
        )
    if parsed.writes and not yes:
        _confirm(None if broadcast else device)
    running = find(loaded.edge) if loaded.edge is not None and not broadcast else None
    try:
        outcome = asyncio.run(_send(line, bound, parsed.request)) if running is None else _send_by(running, device, words)
    except (LocalError, WireError, OSError) as error:
        fail(str(error))
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


def _send_by(running: LocalGateway, device: str, words: Sequence[str]) -> Outcome:
    """Let the running gateway send a request between two of its polls."""
    return running.within(_GATEWAY_S).post("/api/registers/ask", RawAsk(device, list(words)), Outcome)


async def _send(line: LineSettings, bound: BoundDevice, request: Request) -> Outcome:
    driver = lone_driver(line, bound, clock.now_ms)
    try:
        return await driver.execute(bound, SendRequest(request))
    finally:
        driver.close()


def _print(parsed: RawRequest, outcome: Outcome, *, as_json: bool) -> None:
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


def _lines(parsed: RawRequest, data: bytes) -> list[str]:
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
