"""The silence before a request, which separates RTU frames, and on a shared line lets another master go first."""

import asyncio
import random
from collections.abc import Callable

from gateway.fieldbus.modbus.client_port import NoResponse
from gateway.fieldbus.wire.port import WireError
from gateway.host.precise_timer import PreciseTimer, Sleeper

_BABBLE_S = 1.0
"""How long to wait for silence on a line that is never silent before giving up."""

_LISTEN_S = 0.04
"""How long a line that another master uses must be silent before a request: longer than devices take to begin a response."""

_FOREIGN_FRESH_S = 5.0
"""How long after traffic of another master the line counts as used by it."""


class QuietLine:
    """Waits until an RTU line has been silent for long enough; the client records when bytes arrive (monotonic seconds)."""

    def __init__(self, silence_s: float, *, shared: bool, make_timer: Callable[[], Sleeper] = PreciseTimer) -> None:
        self._silence_s, self._shared, self._make_timer = silence_s, shared, make_timer
        self._timer: Sleeper | None = None
        self.last_byte_s = 0.0
        self.foreign_s = 0.0
        """When traffic of another master was last received."""

    def open(self) -> None:
        """Create the timer."""
        self._timer = self._timer or self._make_timer()

    def close(self) -> None:
        """Release the timer; a wait under way ends with an error."""
        if self._timer is not None:
            self._timer.close()
            self._timer = None

    async def wait(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait until the line has been silent for long enough.

        Raises:
            NoResponse: the line is never silent.
            WireError: the line was closed while waiting.
        """
        begun_s = now_s = loop.time()
        gap_s = self._silence_s
        if self._shared and now_s - self.foreign_s < _FOREIGN_FRESH_S:
            gap_s = max(gap_s, _LISTEN_S * random.uniform(1, 2))  # noqa: S311 — two masters must not wait equally long
        while (wait_s := self.last_byte_s + gap_s - now_s) > 0:
            if now_s - begun_s > _BABBLE_S:
                raise NoResponse(garbled=True)
            if self._timer is None:
                raise WireError("the line was closed")
            await self._timer.sleep(wait_s)
            now_s = loop.time()
