"""Clears retained messages at the broker that nobody needs: a gateway could publish such messages without end.

The broker has no limit of its own for them.
"""

import asyncio
import sys
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice

from gateway.host.mqtt import PublishRefused

_AT_ONCE = 200
"""Topics that are cleared together. The broker takes 10 ms for them, in which receipts wait. With fewer, a busy machine would clear less in
a second than a gateway publishes."""

_MOST_BYTES, _ENTRY_BYTES = 4 << 20, 100
"""What the topics that wait may take in memory, and what each takes beside its name: a name can have 64 KiB."""

_LOOKS_S = (0.2, 5.0, 60.0, 600.0)
"""How long after the last clearing, and after each look that found nothing to clear, the broker is asked what it retains."""

_MOST_LOOKS = 20_000


class Clearing:
    """Clears topics in the order in which they are added, some at a time.

    A flood of messages overflows the broker's queue for this client, which then has never heard of some of them. So the broker is asked for
    all that is beside a cleared topic, until nothing more has to be cleared. As its answer may be lost in a full queue, too, it is asked
    again a few times, later and later.

    Args:
        clear: Publishes an empty retained message on each topic. The future ends when the broker has handled all of them, or the connection
            ended.
        look_again: Lets the broker send again what it retains that matches a filter; returns False without a connection.
    """

    def __init__(self, clear: "Callable[[Sequence[str]], asyncio.Future[None]]", look_again: Callable[[str], bool]) -> None:
        self._clear, self._look_again = clear, look_again
        self._waiting: dict[str, None] = {}
        self._waiting_bytes = 0
        self._under_way: dict[str, None] = {}
        self._looks: dict[str, asyncio.TimerHandle] = {}
        """The next look at each filter."""
        self.cleared = 0

    def add(self, topic: str) -> None:
        """Clear a topic soon. One for which there is no room is found again when the broker is asked."""
        if topic in self._waiting:
            return
        if self._waiting_bytes + _size(topic) > _MOST_BYTES:
            self._look_later(_beside(topic))
            return
        self._waiting[topic] = None
        self._waiting_bytes += _size(topic)
        self._go_on()

    def hear(self, topic: str, *, retained: bool) -> bool:
        """Hear a message. Return False if it is only what the broker retained before it is cleared; a new one is not cleared."""
        if retained:
            return topic not in self._waiting and topic not in self._under_way
        self._forget(topic)
        return True

    def _forget(self, topic: str) -> None:
        if topic in self._waiting:
            del self._waiting[topic]
            self._waiting_bytes -= _size(topic)

    def _go_on(self) -> None:
        if self._waiting and not self._under_way:
            self._under_way = dict.fromkeys(islice(self._waiting, _AT_ONCE))
            for topic in self._under_way:
                self._forget(topic)
            self._clear(tuple(self._under_way)).add_done_callback(self._ended)

    def _ended(self, done: "asyncio.Future[None]") -> None:
        ended, self._under_way = self._under_way, {}
        error = done.exception()
        if error is None:
            self.cleared += len(ended)
        else:  # what waits is heard again from the next connection, or when the broker is asked
            ended |= self._waiting
            self._waiting, self._waiting_bytes = {}, 0
        if not isinstance(error, PublishRefused):  # asked again, the broker would refuse again
            for beside in {_beside(topic) for topic in ended}:
                self._look_later(beside)
        self._go_on()

    def _look_later(self, beside: str, looks: int = 0) -> None:
        """Look at a filter later, after so many looks that found nothing."""
        if beside in self._looks:
            self._looks.pop(beside).cancel()
        if len(self._looks) < _MOST_LOOKS:
            self._looks[beside] = asyncio.get_running_loop().call_later(_LOOKS_S[looks], partial(self._look, beside, looks))

    def _look(self, beside: str, looks: int) -> None:
        del self._looks[beside]
        looks += self._look_again(beside)
        if looks < len(_LOOKS_S):
            self._look_later(beside, looks)


def _size(topic: str) -> int:
    return sys.getsizeof(topic) + _ENTRY_BYTES


def _beside(topic: str) -> str:
    """Return the filter that matches a topic and those beside it."""
    return topic.rpartition("/")[0] + "/+"
