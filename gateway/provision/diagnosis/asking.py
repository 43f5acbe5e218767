"""Asks devices single questions, and keeps everything that is received, be it a response or not.

Waits are counted in time during which this program runs. When a busy machine holds it up, what was received meanwhile, and what is still
on its way, is read afterwards: a pause of the machine says nothing about the line.
"""

import asyncio
import contextlib
from typing import NamedTuple, Protocol

from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.modbus.client_port import ModbusClient, NoResponse
from gateway.fieldbus.modbus.pdu import Request
from gateway.fieldbus.modbus.rtu_frames import rtu_frame
from gateway.fieldbus.wire.port import Wire, WireError
from gateway.provision.diagnosis.evidence import Exchange

_MOST_BYTES = 4096
_NOT_THERE = (10, 11)
"""A bridge says so of a unit that does not respond (Modbus Application Protocol V1.1b3, section 7)."""

_QUIET_S = 0.06
"""A line is quiet after so long without a byte: adapters pass bytes on every 16 ms, and operating systems add to that."""

_INCOMPLETE_S = 0.25
"""The rest of a response is waited for longer, as an adapter may hand it on late."""

_TURN_S = 0.01
"""Waits are made of turns of this length; a turn counts as no more, however long the program was held up in it."""


class AskTiming(NamedTuple):
    """How long a device may take to begin its response, and how long one character takes, in seconds."""

    reaction_s: float
    character_s: float


class Asker(Protocol):
    """Asks one question at a time."""

    async def ask(self, request: Request) -> Exchange:
        """Send a request, and return it with what was received.

        Raises:
            WireError: the line can't be opened, or failed.
        """
        ...

    def close(self) -> None:
        """Close the line."""
        ...


class RtuAsker:
    """Asks on a line with RTU frames."""

    def __init__(self, wire: Wire, timing: AskTiming) -> None:
        self._wire, self._timing = wire, timing
        self._open = False
        self._received = bytearray()
        self._arrived = asyncio.Event()
        self._lost: str | None = None
        self._ran_s = 0.0

    async def ask(self, request: Request) -> Exchange:
        """Send a request, and return it with all that was received until the line was quiet again."""
        if not self._open:
            await self._wire.open(self._accept, self._fail)
            self._open = True
        await self._until_quiet(self._ran_s + self._longest_s)
        self._received.clear()
        frame = rtu_frame(request)
        self._wire.write(frame)
        if await self._arrives_within(len(frame) * self._timing.character_s + self._timing.reaction_s):
            until_s = self._ran_s + self._longest_s
            await self._until_quiet(until_s)
            if not Exchange(request, bytes(self._received)).answered and await self._arrives_within(_INCOMPLETE_S):
                await self._until_quiet(until_s)
        return Exchange(request, bytes(self._received))

    @property
    def _longest_s(self) -> float:
        """How long a response is received at most, so that a line with noise on it comes to an end."""
        return 300 * self._timing.character_s + self._timing.reaction_s

    async def _until_quiet(self, until_s: float) -> None:
        """Wait until nothing has been received for a short time, or this program has run for so long."""
        while self._ran_s < until_s and await self._arrives_within(_QUIET_S):
            pass

    async def _arrives_within(self, for_s: float) -> bool:
        """Return whether something is received while this program runs for so long."""
        loop = asyncio.get_running_loop()
        self._arrived.clear()
        until_s = self._ran_s + for_s
        while self._ran_s < until_s:
            begun_s = loop.time()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_TURN_S):
                    await self._arrived.wait()
            self._ran_s += min(loop.time() - begun_s, _TURN_S)
            if self._lost is not None:
                raise WireError(self._lost)
            if self._arrived.is_set():  # perhaps while this program was held up, after the turn was over
                return True
        return False

    def _accept(self, data: bytes) -> None:
        self._received += data[: _MOST_BYTES - len(self._received)]
        self._arrived.set()

    def _fail(self, reason: str) -> None:
        self._lost, self._open = reason, False
        self._arrived.set()

    def close(self) -> None:
        """Close the wire."""
        self._open = False
        self._wire.close()


class ClientAsker:
    """Asks through a client whose line carries no noise, such as Modbus TCP; its responses are shown as RTU frames."""

    def __init__(self, client: ModbusClient) -> None:
        self._client = client

    async def ask(self, request: Request) -> Exchange:
        """Send a request, and return it with its response."""
        try:
            response = await self._client.execute(request, DeviceCounters())
        except NoResponse:
            return Exchange(request, b"")
        if response.exception in _NOT_THERE:
            return Exchange(request, b"")
        if response.exception is not None:
            return Exchange(request, rtu_frame(request._replace(pdu=bytes((request.function | 0x80, response.exception)))))
        return Exchange(request, rtu_frame(request._replace(pdu=request.head + response.data)))

    def close(self) -> None:
        """Close the connection."""
        self._client.close()
