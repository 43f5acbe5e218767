"""What a worker has received and not stored yet, and which of it the broker still waits for."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Literal

from gateway.centre.fair_queue import FairQueue, Waits
from gateway.centre.progress import Progress
from gateway.host.mqtt import Message
from gateway.host.mqtt.timer import Timer
from gateway.model import topics
from gateway.model.topics import GatewayId

_SLOW_S = 0.02
"""Plain batches take 1 ms, or 10 ms with thousands of readings."""

_ENOUGH_BYTES = 128 << 10
"""So many bytes of batches need not wait for others: some ten thousand readings, which take some milliseconds."""


class _RoundTiming:
    """Which batches of a round took long: in processor time, as on a busy machine every batch takes long.

    The system's answer how much processor time was used takes as long as decoding a tenth of a batch, so it is asked twice a round at most.
    """

    def __init__(self) -> None:
        self._begun_s = self._at_s = time.monotonic()
        self._processor_s = time.thread_time()
        self._long: list[tuple[Message, float]] = []

    @property
    def wall_s(self) -> float:
        """How long the round has taken so far."""
        return self._at_s - self._begun_s

    def ended(self, message: Message) -> None:
        """Note the end of a batch."""
        before_s, self._at_s = self._at_s, time.monotonic()
        if self._at_s - before_s > _SLOW_S:
            self._long.append((message, self._at_s - before_s))

    def slow_senders(self) -> Iterator[GatewayId]:
        """Yield the gateways whose batches took long."""
        if not self._long:
            return
        share = (time.thread_time() - self._processor_s) / self.wall_s
        for message, wall_s in self._long:
            topic = topics.parse_gateway(message.topic)
            if topic is not None and wall_s * share > _SLOW_S:
                yield topic.sender


class Inbox:
    """Batches that wait for their turn, and for others that come within `gather_s`: a write of a few costs as much as one of many.

    One batch of each gateway is acknowledged (`finish`) only after it is stored. One that waits behind it is acknowledged at once, so that
    what one gateway sends does not hold up the broker. If this worker ends first, the gateway resends it for want of a receipt.
    """

    def __init__(self, finish: Callable[[Message], None], progress: Progress, gather_s: float = 0.0) -> None:
        self._finish, self.progress, self._gather_s = finish, progress, gather_s
        self._queue = FairQueue[Message]()
        self._ready, self._gathering, self._gathered_bytes = asyncio.Event(), Timer(), 0
        self._held: dict[int, float] = {}
        """When each batch came that is acknowledged after it is stored."""
        self._slow: set[GatewayId] = set()
        """The gateways of whose batches one took long to decode in the last round."""

    def __bool__(self) -> bool:
        return bool(self._queue)

    @property
    def dropped(self) -> int:
        """How many batches there was no room for."""
        return self._queue.dropped

    @property
    def late_s(self) -> float:
        """How long the gateway that waits longest waits for its first batch to be stored; its other batches wait for itself."""
        now_s = time.monotonic()
        return now_s - min(self._held.values(), default=now_s)

    def put(self, sender: GatewayId, message: Message) -> None:
        """Let a batch wait for its turn."""
        if self._queue.put(sender, message) is Waits.FIRST:
            self._held[id(message)] = time.monotonic()
        else:
            self._finish(message)
        if self._ready.is_set():
            return
        if not self._gathered_bytes and self._gather_s:
            self._gathering.start(self._gather_s, self._ready.set)
        self._gathered_bytes += len(message.payload)
        if self._gathered_bytes >= _ENOUGH_BYTES or not self._gather_s:
            self._ready.set()

    async def wait(self, stopping: "asyncio.Future[Literal[True]]") -> None:
        """Wait for batches, or until told to stop."""
        if not self._ready.is_set() and not stopping.done():
            self.progress.wait()
            stopping.add_done_callback(self._stop_waiting)
            await self._ready.wait()
            stopping.remove_done_callback(self._stop_waiting)
        self.progress.step()

    def _stop_waiting(self, _stopping: "asyncio.Future[Literal[True]]") -> None:
        self._ready.set()

    def take(self, taken: list[Message], within_s: float) -> Iterator[Message]:
        """Yield a round of batches for so long, and add them to `taken`: some take much longer than others."""
        self._slow.clear()
        self._gathering.cancel()
        self._gathered_bytes = 0
        self._ready.clear()
        timing = _RoundTiming()
        with contextlib.closing(self._queue.take()) as some:
            try:
                for message in some:
                    taken.append(message)
                    try:
                        yield message
                    finally:
                        timing.ended(message)
                    if timing.wall_s > within_s:
                        return
            finally:
                self._slow.update(timing.slow_senders())
                if self._queue:
                    self._ready.set()

    def finish(self, messages: Sequence[Message]) -> None:
        """Acknowledge batches that are stored, unless they are already."""
        for message in messages:
            if self._held.pop(id(message), None) is not None:
                self._finish(message)

    def set_apart(self, senders: Collection[GatewayId], refused: Collection[GatewayId]) -> None:
        """Give gateways of whose batches the store refused something, or one took long to decode, rounds of their own meanwhile.

        To find what a store refuses takes many writes, in which no other gateway's batches should take part. And a batch that takes long
        ends its round: without rounds of their own, others would get one batch into each.
        """
        for sender in {*senders, *self._slow}:
            self._queue.set_apart(sender, apart=sender in refused or sender in self._slow)
