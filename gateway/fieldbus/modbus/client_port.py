"""One request and its answer on a wire: silence, time-out, late answers, and no answer taken for another's.

On RTU nothing in an answer says which request it answers, so the line itself must be kept true: one request at a time; after a
time-out the late answer is waited out; bytes that come while the request is still on the wire are an older frame's.
"""

from collections.abc import Generator
from typing import Protocol

from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.modbus.pdu import Request, Response

EARLY_S = 0.001
"""Timers of uvloop go by milliseconds and may end a part of one early: waiting again for the rest would be spinning."""


class NoResponse(Exception):
    """Nothing that fits came in time; `garbled` says whether noise came instead."""

    def __init__(self, *, garbled: bool) -> None:
        self.garbled = garbled
        super().__init__("noise instead of an answer" if garbled else "no answer")


Steps = Generator[tuple[Request, DeviceCounters] | None, Response, None]
"""What asks: it yields a request with where to count it, is sent the answer (or is thrown why there is none), and so on to its end.

Where it yields None it makes room for something more urgent. It does no input or output itself and never waits, so that a wire may
let it go on from within the arrival of an answer: on a fast line that costs a third of waking a task for every answer.
"""


class ModbusClient(Protocol):
    """Asks and gets answers on one wire."""

    async def converse(self, steps: Steps) -> bool:
        """Let steps ask and be answered until they end, or make room; tells whether they ended.

        Thrown into the steps, and raised where they don't catch it:
            NoAnswer: nothing came in time; the line is ready for the next request.
            WireError: the wire can't be opened, or broke.
        """
        ...

    async def ask(self, request: Request, tally: DeviceCounters) -> Response:
        """Send one request and wait for its answer.

        Raises:
            NoAnswer: it did not come in time; the line is ready for the next request.
            WireError: the wire can't be opened, or broke.
        """
        ...

    def close(self) -> None:
        """Close the wire; a later request opens it again."""
        ...
