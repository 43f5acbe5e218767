"""Clears retained messages at the broker that nobody needs: a gateway could publish such messages without end.

The broker has no limit of its own for them.
"""

import asyncio
from collections.abc import Callable

_AT_ONCE = 10
"""Messages that the broker has not acknowledged: half of what a client sends at once, so that receipts do not wait behind them."""

_MOST = 20_000
"""Topics that wait. The broker sends what is retained again at the next connection."""


class Clearing:
    """Clears topics in the order in which they are added, a few at a time.

    Args:
        clear: Publishes an empty retained message on a topic. The future ends when the broker has acknowledged it, or the connection ended.
    """

    def __init__(self, clear: "Callable[[str], asyncio.Future[None]]") -> None:
        self._clear = clear
        self._waiting: dict[str, None] = {}
        self._under_way = self.cleared = 0

    def add(self, topic: str) -> None:
        """Clear a topic soon."""
        if len(self._waiting) < _MOST:
            self._waiting[topic] = None
            self._go_on()

    def keep(self, topic: str) -> None:
        """Do not clear a topic that waits: it has a new message, or is cleared already."""
        self._waiting.pop(topic, None)

    def _go_on(self) -> None:
        while self._waiting and self._under_way < _AT_ONCE:
            topic = next(iter(self._waiting))
            del self._waiting[topic]
            self._under_way += 1
            self.cleared += 1
            self._clear(topic).add_done_callback(self._ended)

    def _ended(self, _: "asyncio.Future[None]") -> None:
        self._under_way -= 1
        self._go_on()
