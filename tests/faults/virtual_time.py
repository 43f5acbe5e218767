"""An event loop whose time passes only when there is nothing to do: hours of time-outs take seconds, over real sockets and ptys."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Jumping(selectors.SelectSelector):
    """Advances time to the next timer if no file is ready. Uses select, which waits with microsecond precision, unlike epoll."""

    def __init__(self, grace_s: float) -> None:
        super().__init__()
        self._grace_s = grace_s
        self.now_s = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        # Written data may still be in transit in the kernel.
        ready = super().select(self._grace_s if timeout is not None else 1.0)
        if not ready and timeout is not None:
            self.now_s += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop with a virtual clock."""

    def __init__(self, grace_s: float) -> None:
        self._jumping = _Jumping(grace_s)
        super().__init__(self._jumping)

    def time(self) -> float:
        """Return the virtual time."""
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
