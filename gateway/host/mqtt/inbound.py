"""Received messages on their way to their handler: bounded, gathered, delivered."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol

from gateway.host.mqtt.timer import Timer
from gateway.host.mqtt.types import Message

log = logging.getLogger(__name__)

_ENOUGH_BYTES = 32 << 10
"""This many bytes are delivered without waiting for more."""

_READ_AHEAD_BYTES = 1 << 20
"""With this many bytes to deliver nothing more is read: a hundred messages of a megabyte may be on their way at once."""


class InboundTerms(NamedTuple):
    """Whether messages are finished one by one, how many may be unfinished, how long they wait for others, and for room."""

    manual_ack: bool
    in_hand: int
    gather_s: float
    stall_after_s: float


class Reader(Protocol):
    """What reads messages from the broker."""

    def pause(self) -> None:
        """Read nothing until `resume`."""
        ...

    def resume(self) -> None:
        """Read again."""
        ...


class Inbound:
    """Received messages until they are finished.

    With `manual_ack` a message is finished by `finish`, else when it is delivered. When `in_hand` are unfinished, the reader pauses until
    half of them are finished, and with a megabyte to deliver until that is delivered. If none is finished for `stall_after_s` meanwhile,
    `on_stall` is called, and what comes until all are finished is dropped. Messages wait up to `gather_s` to be delivered together.
    """

    def __init__(self, on_message: Callable[[Message], None], on_stall: Callable[[], None], terms: InboundTerms) -> None:
        self.reader: Reader | None = None
        self.stalled = False
        self._on_message, self._on_stall, self._terms = on_message, on_stall, terms
        self._unfinished: dict[int, Message] = {}
        """By `id`: a message that is finished twice makes room only once."""
        self._queue: deque[Message] = deque()
        self._queued_bytes = 0
        self._delivery: asyncio.Handle | None = None
        self._urged = self._full = False
        self._stall = Timer()

    def put(self, message: Message) -> None:
        """Queue a message. One that arrives in a stall is dropped: unacknowledged, it comes again."""
        if self.stalled:
            return
        self._queue.append(message)
        self._queued_bytes += len(message.payload)
        if not self._urged:
            self._gather()
        if self._queued_bytes >= _READ_AHEAD_BYTES or len(self._queue) + len(self._unfinished) >= self._terms.in_hand:
            self._wait_for_room()

    def _gather(self) -> None:
        if self._queued_bytes >= _ENOUGH_BYTES or not self._terms.gather_s:
            self._urged = True
            self._cancel()
            self._delivery = asyncio.get_running_loop().call_soon(self._deliver_all)
        elif self._delivery is None:
            self._delivery = asyncio.get_running_loop().call_later(self._terms.gather_s, self._deliver_all)

    def drop(self) -> None:
        """Drop what is not delivered yet: its connection is given up."""
        self._queue.clear()
        self._queued_bytes = 0
        self._make_room()

    def finish(self, message: Message) -> bool:
        """Finish a message; return whether a stall is over, as no message is unfinished any more."""
        if self._unfinished.pop(id(message), None) is None:
            log.debug("a message was finished twice")
            return False
        self._make_room()
        if self._full:
            self._wait_for_room()
        if not self.stalled or self._unfinished:
            return False
        self.stalled = False
        return True

    def _wait_for_room(self) -> None:
        self._full = True
        if self.reader is not None:
            self.reader.pause()
        if self._terms.manual_ack:
            self._stall.start(self._terms.stall_after_s, self._stalls)

    def _make_room(self) -> None:
        if self._full and self._queued_bytes < _READ_AHEAD_BYTES and len(self._queue) + len(self._unfinished) <= self._terms.in_hand // 2:
            self._full = False
            self._stall.cancel()
            if self.reader is not None:
                self.reader.resume()

    def _stalls(self) -> None:
        if self.reader is not None:
            self.stalled = True
            self._on_stall()

    def _cancel(self) -> None:
        if self._delivery is not None:
            self._delivery.cancel()
            self._delivery = None

    def _deliver_all(self) -> None:
        self._delivery, self._urged, self._queued_bytes = None, False, 0
        try:
            while self._queue:
                message = self._queue.popleft()
                if self._terms.manual_ack:
                    self._unfinished[id(message)] = message
                self._on_message(message)
        finally:
            if self._queue:  # an exception of one message does not hold up the others
                self._urged = True
                self._delivery = asyncio.get_running_loop().call_soon(self._deliver_all)
            self._make_room()
