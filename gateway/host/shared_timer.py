"""Timers that many share: what falls due at the same instant is called from one timer of the loop.

Fifty lines that tick together and wait for answers together would otherwise set and end a hundred timers a second; each costs an
event loop as much as decoding twenty values.
"""

import asyncio
from collections.abc import Callable


class SharedTimer:
    """Calls back at given times; for callbacks that may come in vain, since none can be taken back."""

    def __init__(self) -> None:
        self._due: dict[float, list[Callable[[], None]]] = {}

    def call_at(self, at_s: float, callback: Callable[[], None]) -> None:
        """Call back at a time of the running loop's clock."""
        waiting = self._due.get(at_s)
        if waiting is None:
            self._due[at_s] = [callback]
            asyncio.get_running_loop().call_at(at_s, self._ring, at_s)
        else:
            waiting.append(callback)

    def _ring(self, at_s: float) -> None:
        for callback in self._due.pop(at_s):
            callback()
