"""Shared timers: everything that is due at the same instant is called from one timer of the event loop.

Fifty lines that tick and wait together would otherwise start and cancel a hundred timers a second; each costs an event loop as much as
decoding twenty values.
"""

import asyncio
from collections.abc import Callable, Iterator


class SharedTimer:
    """Calls back at given times."""

    def __init__(self) -> None:
        self._due: dict[float, dict[Callable[[], None], None]] = {}

    def call_at(self, at_s: float, callback: Callable[[], None]) -> None:
        """Call back at a time of the running loop's clock (`loop.time()`), once for equal callbacks."""
        waiting = self._due.get(at_s)
        if waiting is None:
            self._due[at_s] = {callback: None}
            asyncio.get_running_loop().call_at(at_s, self._expired, at_s)
        else:
            waiting[callback] = None

    def _expired(self, at_s: float) -> None:
        self._call(iter(self._due.pop(at_s)))

    def _call(self, callbacks: Iterator[Callable[[], None]]) -> None:
        try:
            for callback in callbacks:
                callback()
        except Exception:
            # The loop reports it. It must not cost the others, which may belong to other lines, their calls.
            asyncio.get_running_loop().call_soon(self._call, callbacks)
            raise
