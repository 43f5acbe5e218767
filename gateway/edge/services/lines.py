"""The quality of the running gateway's lines, and raw requests through their owners, for `gateway.web.technician.lines_routes`."""

import asyncio
from collections import defaultdict

from gateway.edge.services.lookup import device_named
from gateway.edge.services.parts import Present
from gateway.edge.telemetry.lines_report import LinesReport, report
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.commands import Outcome
from gateway.fieldbus.line.owner import LineOwner
from gateway.fieldbus.modbus import pdu
from gateway.fieldbus.modbus.commands import SendRequest
from gateway.fieldbus.modbus.pdu import Request
from gateway.fieldbus.modbus.raw_request import RawRequestError, raw_request
from gateway.model.profile import FUNCTION_OF
from gateway.web.json_api import ApiError
from gateway.web.technician.lines_routes import RawAsk, RegisterRead, RegisterValues

_EXPIRES_S = 20.0
"""How long a request may wait for its line."""

_WORDS_MOST = 125
"""Registers of one read (Modbus Application Protocol V1.1b3, section 6.3)."""


class LocalLines:
    """Reports the lines."""

    def __init__(self, present: Present) -> None:
        self._present = present

    def report(self) -> LinesReport:
        """Return the counters of every device."""
        parts = self._present()
        return LinesReport(parts.site.id.gateway, [report(owner) for owner in parts.lines.owners])


class _Requests:
    """The raw requests to one line: one at a time, and after each the line is left to its polls for as long as the request took."""

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self._free_s = 0.0

    async def send(self, owner: LineOwner, device: BoundDevice, request: Request) -> Outcome:
        """Send a request when the line is free for it, and return its outcome.

        Raises:
            ApiError: 503, another one waits.
        """
        if self.turn.locked():
            raise ApiError(503, "another request waits for this line; try again", "un'altra richiesta attende questa linea; riprova")
        async with self.turn:
            loop = asyncio.get_running_loop()
            await asyncio.sleep(max(0.0, self._free_s - loop.time()))
            before_s = owner.quality(device).counters.busy_s
            outcome = await owner.execute(device, SendRequest(request), loop.time() + _EXPIRES_S)
            self._free_s = loop.time() + owner.quality(device).counters.busy_s - before_s
            return outcome


class LocalRegisters:
    """Sends raw requests. One comes before the line's polls, so they take half of the line's time at most."""

    def __init__(self, present: Present) -> None:
        self._present = present
        self._requests: defaultdict[str, _Requests] = defaultdict(_Requests)

    async def read(self, wanted: RegisterRead) -> RegisterValues:
        """Read registers of a device, or its coils or discrete inputs."""
        owner, device = self._modbus_device(wanted.device)
        of_words = wanted.table in ("holding", "input")
        if of_words and wanted.count > _WORDS_MOST:
            raise ApiError(400, f"at most {_WORDS_MOST} registers can be read at once", f"al massimo {_WORDS_MOST} registri per volta")
        if wanted.address + wanted.count > 1 << 16:
            raise ApiError(400, "the last address is beyond 65535", "l'ultimo indirizzo supera 65535")
        request = pdu.read_request(device.unit, FUNCTION_OF[wanted.table], wanted.address, wanted.count)
        outcome = await self._requests[owner.name].send(owner, device, request)
        return _values(outcome, wanted.count, of_words=of_words)

    async def ask(self, wanted: RawAsk) -> Outcome:
        """Send any request to a device, also one that writes."""
        owner, device = self._modbus_device(wanted.device)
        try:
            request = raw_request(wanted.words, device.unit, device.profile).request
        except RawRequestError as error:
            raise ApiError(400, str(error), error.italian) from error
        return await self._requests[owner.name].send(owner, device, request)

    def _modbus_device(self, name: str) -> tuple[LineOwner, BoundDevice]:
        owner, device = device_named(self._present().lines, name)
        if device.profile.modbus is None:
            raise ApiError(409, f"device '{device.id}' does not speak Modbus", f"il dispositivo '{device.id}' non parla Modbus")
        return owner, device


def _values(outcome: Outcome, count: int, *, of_words: bool) -> RegisterValues:
    data, words, bits = outcome.data, list[int](), list[bool]()
    if outcome.exception is None and of_words:
        words = [int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2)]
    elif outcome.exception is None and data:
        bits = [bool(data[number // 8] >> number % 8 & 1) for number in range(count)]
    return RegisterValues(outcome.status.value, outcome.reason, outcome.exception, words, bits)
