"""An event loop whose time passes only when nothing is left to do: hours of time-outs in seconds, over real sockets and ptys."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Jumping(selectors.SelectSelector):
    """Looks at what is ready; when nothing is, lets time jump to the next timer. Unlike epoll, select waits by microseconds."""

    def __init__(self, grace_s: float) -> None:
        super().__init__()
        self._grace_s = grace_s
        self.now_s = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        # What was written may still be on its way through the kernel.
        ready = super().select(self._grace_s if timeout is not None else 1.0)
        if not ready and timeout is not None:
            self.now_s += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop with a clock of its own."""

    def __init__(self, grace_s: float) -> None:
        self._jumping = _Jumping(grace_s)
        super().__init__(self._jumping)

    def time(self) -> float:
        """Give the virtual time."""
        return self._jumping.now_s


class VirtualAlarm:
    """Waits in virtual time."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def close(self) -> None:
        pass


def run(work: Coroutine[Any, Any, T], grace_s: float = 0.0) -> T:
    """Run a coroutine in virtual time."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(grace_s)) as runner:
        return runner.run(work)
