"""Threads for blocking work, such as fsync or HTTP requests."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class OneThread:
    """Runs functions one after another in one thread, so that the data that they use needs no locks."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function in the thread. Cancelling the caller does not stop a function that has started."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, lambda: function(*args, **kwargs))

    def close(self, *, wait: bool = True) -> None:
        """End the thread after the function that it runs; wait for that unless it may hang."""
        self._executor.shutdown(wait=wait, cancel_futures=not wait)
