"""An event loop whose clock stands still while the machine does other work: figures that are the same on a busy machine and on an idle one.

For a gateway and simulated devices that share the loop. Its clock counts the processor time of its thread, and the time that it has slept
on purpose: it does not count how late the thread was woken, nor how long it had to wait for a processor.
"""

import asyncio
import selectors
import time
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_EARLY_S = 0.02
"""A sleep that input ends early was no longer than that: what the loop's own devices send is there at once."""


class _SleepCounter(selectors.EpollSelector):
    """Counts how long it slept as it was told to."""

    slept_s = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Wait for input, and count the time."""
        began_s = time.monotonic()
        ready = super().select(timeout)
        longest_s = _EARLY_S if ready or timeout is None else max(0.0, timeout)
        self.slept_s += min(time.monotonic() - began_s, longest_s)
        return ready


class SteadyLoop(asyncio.SelectorEventLoop):
    """An event loop with such a clock."""

    def __init__(self) -> None:
        self._counter = _SleepCounter()
        super().__init__(self._counter)

    def time(self) -> float:
        """Return the seconds that were worked or slept."""
        return self._counter.slept_s + time.thread_time()


def run_steadily(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in such a loop."""
    with asyncio.Runner(loop_factory=SteadyLoop) as runner:
        return runner.run(main)
