"""What a worker has received and not stored yet, and which of it the broker still waits for."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Literal

from gateway.centre.fair_queue import FairQueue, Waits
from gateway.centre.progress import Progress
from gateway.host.mqtt import Message
from gateway.model.topics import GatewayId


class Inbox:
    """Batches that wait for their turn.

    One batch of each gateway is acknowledged (`finish`) only after it is stored. One that waits behind it is acknowledged at once, so that
    what one gateway sends does not hold up the broker. If this worker ends first, the gateway resends it for want of a receipt.
    """

    def __init__(self, finish: Callable[[Message], None], progress: Progress) -> None:
        self._finish, self.progress = finish, progress
        self._queue, self._some = FairQueue[Message](), asyncio.Event()
        self._held: dict[int, float] = {}
        """When each batch came that is acknowledged after it is stored."""

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
        self._some.set()

    async def wait(self, stopping: "asyncio.Future[Literal[True]]") -> None:
        """Wait for a batch, or until told to stop."""
        if not self._queue and not stopping.done():
            self.progress.wait()
            self._some.clear()
            some = asyncio.ensure_future(self._some.wait())
            await asyncio.wait((some, stopping), return_when=asyncio.FIRST_COMPLETED)
            some.cancel()
        self.progress.step()

    def take(self, taken: list[Message], within_s: float) -> Iterator[Message]:
        """Yield a round of batches for so long, and add them to `taken`: some take much longer than others."""
        with contextlib.closing(self._queue.take()) as some:
            until_s = time.monotonic() + within_s
            for message in some:
                taken.append(message)
                yield message
                if time.monotonic() > until_s:
                    return

    def finish(self, messages: Sequence[Message]) -> None:
        """Acknowledge batches that are stored, unless they are already."""
        for message in messages:
            if self._held.pop(id(message), None) is not None:
                self._finish(message)

    def set_apart(self, senders: Collection[GatewayId], refused: Collection[GatewayId]) -> None:
        """Give gateways of whose batches the store refused something rounds of their own, until it accepts them again.

        To find what it refuses takes many writes, in which no other gateway's batches should take part.
        """
        for sender in senders:
            self._queue.set_apart(sender, apart=sender in refused)
