"""Clears retained messages at the broker that nobody needs: a gateway could publish such messages without end.

The broker has no limit of its own for them.
"""

import asyncio
from collections.abc import Callable

AT_ONCE = 40
"""Messages that the broker has not acknowledged. A receipt waits some milliseconds behind so many; with 10, a busy machine clears half as
many a second."""

_MOST = 20_000
"""Topics that wait. More are found when the broker is asked again."""

_LOOK_AGAIN_S, _DRAINED_S = 2.0, 0.2
"""How long after the last topic was cleared the broker is asked whether it retains more: its queue for this client has drained by then. If
all cleared messages were heard, which it may have dropped, it has drained already."""


class Clearing:
    """Clears topics in the order in which they are added, a few at a time.

    A flood of messages overflows the broker's queue for this client, which then has never heard of some of them. So the broker is asked for
    all that is beside a cleared topic, until nothing more has to be cleared.

    Args:
        clear: Publishes an empty retained message on a topic. The future ends when the broker has acknowledged it, or the connection ended.
        look_again: Lets the broker send again what it retains that matches a filter.
    """

    def __init__(self, clear: "Callable[[str], asyncio.Future[None]]", look_again: Callable[[str], None]) -> None:
        self._clear, self._look_again = clear, look_again
        self._waiting: dict[str, None] = {}
        self._going: dict[str, None] = {}
        """Topics whose cleared message has not been heard yet: what the broker retained before may still come."""
        self._beside: dict[str, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._under_way = self.cleared = 0

    def add(self, topic: str) -> None:
        """Clear a topic soon."""
        if len(self._waiting) < _MOST:
            self._waiting[topic] = None
            self._go_on()

    def hear(self, topic: str, *, retained: bool) -> bool:
        """Hear a message. Return False if it is only what the broker retained before it is cleared; a new one is not cleared."""
        if retained:
            return topic not in self._waiting and topic not in self._going
        self._waiting.pop(topic, None)
        if topic in self._going:
            del self._going[topic]
            if not self._going and self._timer is not None:
                self._look_later()
        return True

    def _go_on(self) -> None:
        while self._waiting and self._under_way < AT_ONCE:
            topic = next(iter(self._waiting))
            del self._waiting[topic]
            self._going[topic] = None
            self._under_way += 1
            self.cleared += 1
            if len(self._beside) < _MOST:
                self._beside[topic.rpartition("/")[0] + "/+"] = None
            self._clear(topic).add_done_callback(self._ended)

    def _ended(self, _: "asyncio.Future[None]") -> None:
        self._under_way -= 1
        self._go_on()
        if not self._under_way and self._timer is None:
            self._look_later()

    def _look_later(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(_LOOK_AGAIN_S if self._going else _DRAINED_S, self._look)

    def _look(self) -> None:
        self._timer = None
        if not self._under_way:
            self._going.clear()  # what was not heard by now, the broker has dropped
        beside, self._beside = self._beside, {}
        for one in beside:
            self._look_again(one)
