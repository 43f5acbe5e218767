"""A pause that ends at a time, or earlier when there is something to do."""

import asyncio
import math

from gateway.host.shared_timer import SharedTimer


class Wakeup:
    """Pauses one task at a time."""

    def __init__(self, timer: SharedTimer) -> None:
        self._timer = timer
        self._pause: asyncio.Future[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def until(self, at_s: float) -> None:
        """Wait for a time or a call of `wake`. A timer of an earlier pause may end it early."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        self._pause = pause = self._loop.create_future()
        if at_s < math.inf:
            self._timer.call_at(at_s, self.wake)
        await pause

    def wake(self) -> None:
        """End the pause, if there is one."""
        if self._pause is not None and not self._pause.done():
            self._pause.set_result(None)
