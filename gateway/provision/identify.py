"""Asks a device at a Modbus address what it is, with reads alone."""

from collections.abc import Sequence
from typing import Protocol

from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.modbus.client_port import NoResponse
from gateway.fieldbus.modbus.pdu import Request, Response, identification_texts, read_identification, read_request
from gateway.provision.findings import Identification
from gateway.provision.fingerprint import Fingerprint, Question, Reply, questions, with_own_registers
from gateway.provision.ranking import rank, survivors

_BASIC, _REGULAR = 1, 2
_BUSY = (5, 6)
_TRIES = 2
"""A response that was lost, or a device that was busy, must not refute the right product."""


class Asking(Protocol):
    """Sends Modbus requests."""

    async def execute(self, request: Request, counters: DeviceCounters) -> Response:
        """Send a request and return its response; see `ModbusClient.execute`."""
        ...

    def close(self) -> None:
        """Close the wire; a later request opens it again."""
        ...


async def identify(client: Asking, unit: int, fingerprints: Sequence[Fingerprint]) -> Identification:
    """Ask a device for its identification and for the registers that tell products apart, and rank the products that it may be.

    Raises:
        WireError: the line failed.
    """
    objects = await read_objects(client, unit)
    evidence: dict[Question, Reply] = {}
    for question in questions(fingerprints, evidence):
        evidence[question] = await _reply(client, read_request(unit, *question))
    likely = [one.one for one in survivors(fingerprints, evidence, objects)]
    compared = [with_own_registers(one, likely) for one in likely]
    for question in questions(compared, evidence):
        evidence[question] = await _reply(client, read_request(unit, *question))
    return rank(compared, evidence, objects)


async def read_objects(client: Asking, unit: int) -> dict[str, str]:
    """Return the identification objects (function 43/14) of a device by name; none if it has none.

    Raises:
        WireError: the line failed.
    """
    for category in (_REGULAR, _BASIC):
        reply = await _reply(client, read_identification(unit, category))
        if isinstance(reply, bytes):
            return identification_texts(reply)
        if reply is None:
            break
    return {}


async def _reply(client: Asking, request: Request) -> Reply:
    reply: Reply = None
    for _ in range(_TRIES):
        try:
            response = await client.execute(request, DeviceCounters())
        except NoResponse:
            continue
        reply = response.data if response.exception is None else response.exception
        if reply not in _BUSY:
            break
    return reply
