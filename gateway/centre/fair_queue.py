"""A queue that serves gateways in turn: whoever sends much waits longer, and nobody else does. Pure."""

from collections import Counter, deque
from collections.abc import Generator
from enum import Enum
from typing import Generic, NamedTuple, Protocol, TypeVar

import zstandard

from gateway.model.batch import UNPACKED_LIMIT_BYTES
from gateway.model.topics import GatewayId


class QueuedMessage(Protocol):
    """A message with a batch."""

    @property
    def payload(self) -> bytes:
        """The batch as it was sent."""
        ...


Message = TypeVar("Message", bound=QueuedMessage)


class QueueLimits(NamedTuple):
    """What may wait, of one gateway and in all, and what is taken at once, of one gateway and in all.

    A gateway has at most 64 batches or 1 MiB without a receipt, and may send them twice after a new connection. `round_bytes` counts
    unpacked batches: that is what the work depends on.
    """

    messages: int = 128
    bytes: int = 4 << 20
    total_bytes: int = 32 << 20
    round_messages: int = 500
    round_bytes: int = 1 << 20
    round_of_one: int = 32


class Waits(Enum):
    """What became of a message: it is the first of its gateway, others are before it, or there is no room for it."""

    FIRST = 1
    LATER = 2
    DROPPED = 3


class FairQueue(Generic[Message]):
    """Messages by gateway. `take` returns a round of them: one of each gateway, again and again until the round is full.

    Gateways that are set apart have rounds of their own, between the others'. Of a gateway that has no more room the newest messages are
    dropped, or with `keep_newest` the oldest.
    """

    def __init__(self, limits: QueueLimits = QueueLimits(), *, keep_newest: bool = False) -> None:  # noqa: B008 — a constant
        self._limits, self._keep_newest = limits, keep_newest
        self._waiting: dict[GatewayId, deque[Message]] = {}
        self._bytes, self._total = Counter[GatewayId](), 0
        self._turns, self._apart_turns = deque[GatewayId](), deque[GatewayId]()
        self._apart: set[GatewayId] = set()
        self._apart_next = False
        self.dropped = 0

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def put(self, sender: GatewayId, message: Message) -> Waits:
        """Add a message. Without room, it or another of the gateway that has most is dropped: gateways resend what has no receipt."""
        mine, size = self._waiting.get(sender), len(message.payload)
        while mine and (len(mine) >= self._limits.messages or self._bytes[sender] + size > self._limits.bytes):
            if not self._keep_newest:
                self.dropped += 1
                return Waits.DROPPED
            self._drop(sender)
        if self._total + size > self._limits.total_bytes and not self._drop_for(sender, size):
            self.dropped += 1
            return Waits.DROPPED
        self._bytes[sender] += size
        self._total += size
        if mine is not None:
            mine.append(message)
            return Waits.LATER
        self._waiting[sender] = deque([message])
        (self._apart_turns if sender in self._apart else self._turns).append(sender)
        return Waits.FIRST

    def _drop_for(self, sender: GatewayId, size: int) -> bool:
        """Make room by dropping messages of gateways that have more; return whether there is room."""
        while self._total + size > self._limits.total_bytes:
            ((largest, most),) = self._bytes.most_common(1) or (((sender, 0)),)
            if largest == sender or most <= self._bytes[sender] + size or len(self._waiting[largest]) < 2:
                return False
            self._drop(largest)
        return True

    def _drop(self, sender: GatewayId) -> None:
        waiting = self._waiting[sender]
        size = len((waiting.popleft() if self._keep_newest else waiting.pop()).payload)
        self._bytes[sender] -= size
        self._total -= size
        self.dropped += 1

    def take(self) -> Generator[Message, None, None]:
        """Yield a round of messages, in turn of the gateways that have any. Close the generator to end the round early."""
        self._apart_next = bool(self._apart_turns) and (not self._turns or not self._apart_next)
        if self._apart_next:
            yield from self._round(deque([self._apart_turns.popleft()]), self._apart_turns)
        else:
            yield from self._round(self._turns, self._turns)

    def _round(self, turns: deque[GatewayId], afterwards: deque[GatewayId]) -> Generator[Message, None, None]:
        """Yield one message of each gateway in turn until the round is full; those with more messages are appended to `afterwards`."""
        limits, taken, size = self._limits, 0, 0
        counts, rest = Counter[GatewayId](), list[GatewayId]()
        try:
            while turns and taken < limits.round_messages and size < limits.round_bytes:
                sender = turns.popleft()
                messages = self._waiting[sender]
                message = messages.popleft()
                self._bytes[sender] -= len(message.payload)
                self._total -= len(message.payload)
                counts[sender] += 1
                if not messages:
                    del self._waiting[sender], self._bytes[sender]
                else:
                    (turns if counts[sender] < limits.round_of_one else rest).append(sender)
                taken += 1
                size += work_of(message.payload)
                yield message
        finally:
            if turns is not afterwards:
                rest += turns
            afterwards.extend(rest)

    def set_apart(self, sender: GatewayId, *, apart: bool) -> None:
        """Give a gateway rounds of its own, or no longer."""
        if apart == (sender in self._apart):
            return
        self._apart ^= {sender}
        if sender in self._waiting:
            old, new = (self._turns, self._apart_turns) if apart else (self._apart_turns, self._turns)
            old.remove(sender)
            new.append(sender)


def work_of(payload: bytes) -> int:
    """Return how many bytes a batch says that it unpacks to; at least its own, at most what is unpacked."""
    try:
        unpacked = zstandard.frame_content_size(payload)
    except zstandard.ZstdError:
        unpacked = 0
    return min(max(unpacked, len(payload)), UNPACKED_LIMIT_BYTES)
