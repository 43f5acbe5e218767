"""The port of Modbus clients: one request and its response, over RTU or TCP.

An RTU response does not say which request it belongs to, so the RTU client must never let a late one be taken for the next:
it sends one request at a time, waits for late responses after a time-out, and ignores bytes that arrive while the request is
still being sent.
"""

from collections.abc import Generator
from typing import Protocol

from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.modbus.pdu import Request, Response

EARLY_S = 0.001
"""uvloop's timers have a resolution of 1 ms and may fire up to that early; waiting again for the rest would spin."""


class NoResponse(Exception):
    """No response arrived in time; `garbled` says whether noise arrived instead."""

    def __init__(self, *, garbled: bool) -> None:
        self.garbled = garbled
        super().__init__("noise instead of a response" if garbled else "no response")


Steps = Generator[tuple[Request, DeviceCounters] | None, Response, None]
"""A sequence of requests: it yields a request with the counters to update, and is sent the response or thrown the error.

It yields None where it can be interrupted by something more urgent. It does no I/O and never waits, so a client can
resume it as soon as a response arrives: on a fast line that costs a third of waking a task for every response.
"""


class ModbusClient(Protocol):
    """Sends requests over one wire and returns their responses."""

    async def run(self, steps: Steps) -> bool:
        """Run steps until they end or yield None; return whether they ended.

        These errors are thrown into the steps, and raised if the steps don't catch them:
            NoResponse: no response arrived in time; the line is ready for the next request.
            WireError: the wire can't be opened, or failed.
        """
        ...

    async def execute(self, request: Request, counters: DeviceCounters) -> Response:
        """Send one request and return its response.

        Raises:
            NoResponse: no response arrived in time; the line is ready for the next request.
            WireError: the wire can't be opened, or failed.
        """
        ...

    def close(self) -> None:
        """Close the wire; a later request opens it again."""
        ...
