"""Calls in the future."""

import asyncio
from collections.abc import Callable


class Timer:
    """One call in the future, which the next one replaces."""

    def __init__(self) -> None:
        self._handle: asyncio.TimerHandle | None = None

    def start(self, after_s: float, function: Callable[..., None], *args: object) -> None:
        """Call a function after a time, instead of the one that waits."""
        self.cancel()
        self._handle = asyncio.get_running_loop().call_later(after_s, function, *args)

    def cancel(self) -> None:
        """Call nothing."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None
