"""The way to the line that is scanned: all the time if it is free, in short loans if a running gateway polls it."""

import contextlib
from collections.abc import Awaitable, Callable
from typing import TypeVar

from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.line.owner import LineOwner
from gateway.fieldbus.modbus.client_port import ModbusClient
from gateway.fieldbus.modbus.pdu import Request, Response
from gateway.fieldbus.wire.port import Wire, WireError
from gateway.fieldbus.wire.serial_port import SerialSettings
from gateway.provision.identify import Asking
from gateway.provision.scan.listening import hear

T = TypeVar("T")

MakeWire = Callable[[SerialSettings | None], Wire]
"""Returns the wire at serial settings; None for TCP."""

_TURN_S = 5.0
"""More than the longest response takes at 1200 baud, with the wait for silence before it. A loan ends when the line is returned."""

_TURNS = 3
"""So many loans in which nothing comes to its end mean that the line can't be used."""

_LISTEN_TURN_S = 0.25
"""How long the line is listened to in one loan."""


class LineAccess:
    """The way to a line. With an `owner`, each request is sent in a loan of its own, for which the owner's polls make no way."""

    def __init__(self, make_wire: MakeWire, owner: LineOwner | None = None) -> None:
        self.wire, self._owner = make_wire, owner

    @property
    def lent(self) -> bool:
        """Whether the line is polled, and only lent."""
        return self._owner is not None

    async def in_turn(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do work while nobody else uses the line, and again if the time for it was too short. The work closes its wire.

        Raises:
            WireError: the line has stopped, or failed, or the work does not come to its end.
        """
        if self._owner is None:
            return await work()
        for _ in range(_TURNS):
            with contextlib.suppress(TimeoutError):
                async with self._owner.lend(_TURN_S, gently=True):
                    return await work()
        raise WireError(f"nothing came to its end in {_TURNS} loans of line {self._owner.name}; scan again when the gateway has less to do")

    def client(self, client: ModbusClient) -> Asking:
        """Return a client that sends its requests in turn."""
        return _LentClient(client, self) if self.lent else client

    async def hear(self, settings: SerialSettings | None, for_s: float) -> bytes:
        """Return what others send within some time; nothing is sent.

        Raises:
            WireError: the wire can't be opened, or failed.
        """
        if not self.lent:
            return await hear(self.wire(settings), for_s)
        heard = b""
        for _ in range(round(for_s / _LISTEN_TURN_S) or 1):
            heard += await self.in_turn(lambda: hear(self.wire(settings), _LISTEN_TURN_S))
        return heard


class _LentClient:
    """Sends each request in a loan, and closes the wire after it."""

    def __init__(self, client: ModbusClient, access: LineAccess) -> None:
        self._client, self._access = client, access

    async def execute(self, request: Request, counters: DeviceCounters) -> Response:
        """Send a request and return its response."""

        async def ask() -> Response:
            try:
                return await self._client.execute(request, counters)
            finally:
                self._client.close()

        return await self._access.in_turn(ask)

    def close(self) -> None:
        """Close the wire."""
        self._client.close()
