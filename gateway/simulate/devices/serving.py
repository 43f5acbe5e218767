"""Responses in the log of what was served, with those that this process sent late.

On a busy machine a simulator does not always run when a request arrives, or when the next bytes are due. A gateway that has given up by
then is right, so the log must say that such a response may not have counted. No clock of the gateway is used for it.
"""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator

import msgspec

from gateway.simulate.street.served_log import ServedLog, ServedResponse

LATE_S = 0.2
"""Less than any product's time-out."""

_BEAT_S = 0.05
_WAITED_S = 3.0
"""A request may have waited as long before it was read as this process was late."""

_LONGEST_S = 0.8
"""No response of the street's devices takes so long on its line."""


class Serving:
    """Logs responses of the simulated devices of one process."""

    def __init__(self, log: ServedLog) -> None:
        self.log = log
        self._loop = asyncio.get_running_loop()
        self._late_at_s = -math.inf
        self._due_s = self._loop.time()
        self._beat()

    def _beat(self) -> None:
        now_s = self._loop.time()
        if now_s - self._due_s > LATE_S:
            self._late_at_s = now_s
        self._due_s = now_s + _BEAT_S
        self._loop.call_at(self._due_s, self._beat)

    @contextlib.asynccontextmanager
    async def response(self, response: ServedResponse) -> AsyncIterator[None]:
        """Log a response, and log it as late if this process does not run in time until the context exits."""
        begun_s = self._loop.time()
        self.log.append(response)
        is_late = begun_s - self._due_s > LATE_S
        yield
        now_s = self._loop.time()
        is_late |= now_s - self._due_s > LATE_S or self._late_at_s > begun_s - _WAITED_S or now_s - begun_s > _LONGEST_S
        if is_late and response.fate == "delivered":
            self.log.append(msgspec.structs.replace(response, fate="late"))
