"""Waits that a stop ends early, work that a stop ends for certain, and a stop that ends in time."""

import asyncio
import faulthandler
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

_AGAIN_S = 1.0
"""Work that has not ended so long after it was cancelled is cancelled again."""


class WorkStopped(Exception):
    """Work was ended by a stop."""


async def wait_for_stop(stop: asyncio.Event, within_s: float) -> bool:
    """Wait up to `within_s` seconds for a stop, and return whether it was requested."""
    try:
        async with asyncio.timeout(within_s):
            return await stop.wait()
    except TimeoutError:
        return False


def end_process_within(seconds: float) -> None:
    """End this process after so many seconds whatever hangs, even the event loop; standard error then shows where each thread was."""
    faulthandler.dump_traceback_later(seconds, exit=True)


@contextmanager
def stop_at_signals(stop: asyncio.Event, within_s: float | None = None) -> Iterator[None]:
    """Set `stop` at SIGTERM or SIGINT, and end the process `within_s` seconds after the first one, whatever hangs.

    SIGINT counts even if the process inherited that it is ignored, as everything does that a shell without job control runs in the
    background: asyncio leaves it ignored then. Call it in the thread of the running event loop.
    """
    loop = asyncio.get_running_loop()

    def signalled(_number: int, _frame: object) -> None:
        if within_s is not None and not stop.is_set():
            end_process_within(within_s)
        loop.call_soon_threadsafe(stop.set)

    # Not the loop's own handlers: these are called even while something blocks the loop.
    before = {number: signal.signal(number, signalled) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


async def unless_stopped(work: Coroutine[Any, Any, T], stop: asyncio.Event) -> T:
    """Do work, and return its result. While `stop` is set, the work is cancelled again and again until it ends.

    Raises:
        WorkStopped: the stop has ended it.
    """
    if stop.is_set():
        work.close()
        raise WorkStopped
    task, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait((task, stopping), return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        while not task.done():
            task.cancel()
            await asyncio.wait((task,), timeout=_AGAIN_S)
    if task.cancelled():
        raise WorkStopped
    return task.result()
