"""A queue that shares work among gateways: whoever sends much waits longer, and nobody else does. Pure.

Turns go by work, not by messages: if a gateway with small batches had to wait for as many large ones of another, each of its batches would
wait longer than the one before.
"""

from collections import Counter, deque
from collections.abc import Generator
from enum import Enum
from heapq import heapify, heappop, heappush
from itertools import count
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
    unpacked batches: that is what the work depends on. `round_of_one` does not hold for a gateway that waits alone and is not set apart.
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


_MESSAGE_WORK = 2048
"""A message without rows costs as much as so many bytes of rows: some 80 µs."""


_REMEMBERED = 10_000
"""Gateways whose work is remembered while they do not wait."""


class _Turns:
    """Gateways by the work that was done for each: the one with the least is next.

    One that begins to wait has at least as much as the one served last: it saves nothing by not waiting (start-time fair queueing: Goyal,
    Vin, Cheng 1996).
    """

    def __init__(self) -> None:
        self._waiting: list[tuple[int, int, GatewayId]] = []
        self._work: dict[GatewayId, int] = {}
        self._number, self._served = count(), 0

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def add(self, sender: GatewayId) -> None:
        """Let a gateway wait for its turn."""
        heappush(self._waiting, (max(self._served, self._work.get(sender, 0)), next(self._number), sender))

    def next(self) -> GatewayId:
        """Remove the gateway whose turn it is, and return it."""
        self._served, _, sender = heappop(self._waiting)
        if len(self._work) >= _REMEMBERED:
            self._work.clear()
        return sender

    def charge(self, sender: GatewayId, work: int) -> None:
        """Note the work done for the gateway whose turn it is."""
        self._work[sender] = self._served + work

    def remove(self, sender: GatewayId) -> None:
        """Remove a gateway."""
        self._waiting = [one for one in self._waiting if one[2] != sender]
        heapify(self._waiting)


class FairQueue(Generic[Message]):
    """Messages by gateway. `take` returns a round of them: always one of the gateway for which the least was done, until the round is full.

    Gateways that are set apart have rounds of their own, between the others'. Of a gateway that has no more room the newest messages are
    dropped, or with `keep_newest` the oldest.
    """

    def __init__(self, limits: QueueLimits = QueueLimits(), *, keep_newest: bool = False) -> None:  # noqa: B008 — a constant
        self._limits, self._keep_newest = limits, keep_newest
        self._waiting: dict[GatewayId, deque[Message]] = {}
        self._bytes, self._total = Counter[GatewayId](), 0
        self._turns, self._apart_turns = _Turns(), _Turns()
        self._apart: set[GatewayId] = set()
        self._apart_next = False
        self._resting: set[GatewayId] = set()
        self.dropped = 0

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def __bool__(self) -> bool:
        return bool(self._waiting)

    @property
    def has_turns(self) -> bool:
        """Whether a gateway that does not rest has messages."""
        return bool(self._turns) or bool(self._apart_turns)

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
        self._add_turn(self._turns_of(sender), sender)
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
        """Yield a round of messages. Close the generator to end the round early."""
        self._apart_next = bool(self._apart_turns) and (not self._turns or not self._apart_next)
        if self._apart_next:
            alone = _Turns()
            alone.add(self._apart_turns.next())
            yield from self._round(alone, self._apart_turns)
        else:
            yield from self._round(self._turns, self._turns)

    def _round(self, turns: _Turns, afterwards: _Turns) -> Generator[Message, None, None]:
        """Yield messages in turn of the gateways until the round is full; those with more messages are added to `afterwards`."""
        limits, taken, size = self._limits, 0, 0
        counts, rest = Counter[GatewayId](), list[GatewayId]()
        try:
            while turns and taken < limits.round_messages and size < limits.round_bytes:
                sender = turns.next()
                message, work = self._next_of(sender)
                turns.charge(sender, _MESSAGE_WORK + work)
                counts[sender] += 1
                if sender in self._waiting:
                    if counts[sender] < limits.round_of_one or (turns is afterwards and not (turns or rest)):
                        turns.add(sender)
                    else:
                        rest.append(sender)
                taken += 1
                size += work
                yield message
        finally:
            while turns is not afterwards and turns:
                rest.append(turns.next())
            for sender in rest:
                self._add_turn(afterwards, sender)

    def _turns_of(self, sender: GatewayId) -> _Turns:
        return self._apart_turns if sender in self._apart else self._turns

    def _add_turn(self, turns: _Turns, sender: GatewayId) -> None:
        if sender not in self._resting:
            turns.add(sender)

    def _next_of(self, sender: GatewayId) -> tuple[Message, int]:
        """Remove the oldest message of a gateway, and return it with the work that it is."""
        messages = self._waiting[sender]
        message = messages.popleft()
        self._bytes[sender] -= len(message.payload)
        self._total -= len(message.payload)
        if not messages:
            del self._waiting[sender], self._bytes[sender]
        return message, work_of(message.payload)

    def set_apart(self, sender: GatewayId, *, apart: bool) -> None:
        """Give a gateway rounds of its own, or no longer."""
        if apart == (sender in self._apart):
            return
        self._turns_of(sender).remove(sender)
        self._apart ^= {sender}
        if sender in self._waiting:
            self._add_turn(self._turns_of(sender), sender)

    def set_resting(self, sender: GatewayId, *, resting: bool) -> None:
        """Let a gateway rest: its messages wait, whoever else has any. Or no longer."""
        if resting == (sender in self._resting):
            return
        self._turns_of(sender).remove(sender)
        self._resting ^= {sender}
        if sender in self._waiting:
            self._add_turn(self._turns_of(sender), sender)


def work_of(payload: bytes) -> int:
    """Return how many bytes a batch says that it unpacks to; at least its own, at most what is unpacked."""
    try:
        unpacked = zstandard.frame_content_size(payload)
    except zstandard.ZstdError:
        unpacked = 0
    return min(max(unpacked, len(payload)), UNPACKED_LIMIT_BYTES)
