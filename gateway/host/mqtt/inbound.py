"""Received messages on their way from paho's thread to the event loop: bounded, gathered, delivered."""

import asyncio
import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable

import paho.mqtt.client as paho

from gateway.host.mqtt.handover import LoopHandover
from gateway.host.mqtt.types import Message

log = logging.getLogger(__name__)

_ENOUGH_BYTES = 32 << 10
"""This many bytes are delivered without waiting for more."""


class Inbound:
    """Received messages until they are finished. `put` runs in paho's thread, everything else in the event loop's.

    At most `in_hand` messages are unfinished. With `manual_ack` a message is finished by `finish`, else when it is delivered.
    Messages wait up to `gather_s` to be delivered together.
    """

    def __init__(
        self,
        on_message: Callable[[Message], None],
        handover: LoopHandover,
        *,
        manual_ack: bool,
        in_hand: int,
        gather_s: float,
    ) -> None:
        self.current: paho.Client | None = None
        """The client whose messages are delivered; those of an earlier one are dropped."""
        self.stalled = threading.Event()
        """Set when no message was finished for too long: whatever comes then is not acknowledged, so it comes again."""
        self._on_message, self._handover = on_message, handover
        self._manual_ack, self._gather_s = manual_ack, gather_s
        self._room = threading.BoundedSemaphore(in_hand)
        self._unfinished: dict[int, Message] = {}
        """By `id`: a message that is finished twice makes room only once."""
        self._queue: deque[tuple[paho.Client, Message]] = deque()
        self._queued_bytes, self._scheduled, self._urged = 0, False, False

    def put(self, client: paho.Client, received: paho.MQTTMessage, session: int, stall_after_s: float) -> bool:
        """Queue a message, in paho's thread: while this waits for room, nothing is read from the broker.

        Return False if there is no room for `stall_after_s`, in which case the connection must be given up.
        """
        if self.stalled.is_set():
            return True
        if not self._room.acquire(timeout=stall_after_s if self._manual_ack else None):
            self.stalled.set()
            return False
        message = Message(received.topic, bytes(received.payload), bool(received.retain), received.mid, session)
        self._queue.append((client, message))
        self._queued_bytes += len(message.payload)
        if not self._scheduled:
            self._scheduled = True
            self._handover.call(self._gather)
        elif self._queued_bytes >= _ENOUGH_BYTES and not self._urged:
            self._urged = True
            self._handover.call(self._deliver_all)
        return True

    def finish(self, message: Message) -> bool:
        """Finish a message; return whether a stall is over, as no message is unfinished any more."""
        if self._unfinished.pop(id(message), None) is None:
            log.debug("a message was finished twice")
            return False
        self.release()
        if not self.stalled.is_set() or self._unfinished or self.current is None:
            return False
        self.stalled.clear()
        return True

    def release(self) -> None:
        """Make room for one message, if there is not room for all."""
        with contextlib.suppress(ValueError):
            self._room.release()

    def _gather(self) -> None:
        """Wait for more messages: waking the loop costs more than a message does."""
        if self._gather_s and self._queued_bytes < _ENOUGH_BYTES:
            asyncio.get_running_loop().call_later(self._gather_s, self._deliver_all)
        else:
            self._deliver_all()

    def _deliver_all(self) -> None:
        self._scheduled = self._urged = False
        self._queued_bytes = 0
        try:
            while self._queue:
                self._deliver(*self._queue.popleft())
        finally:
            if self._queue:  # an exception of one message does not hold up the others
                self._handover.call(self._deliver_all)

    def _deliver(self, client: paho.Client, message: Message) -> None:
        keep = self._manual_ack and client is self.current
        if keep:
            self._unfinished[id(message)] = message
        try:
            if client is self.current:
                self._on_message(message)
        finally:
            if not keep:
                self.release()
