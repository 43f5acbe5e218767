"""What a journal holds: batches, their states and numbers, and gaps."""

from enum import IntEnum
from typing import NamedTuple


class BatchState(IntEnum):
    """What became of a batch."""

    WAITING = 0
    STORED = 1
    REJECTED = 2


class BatchNumber(NamedTuple):
    """What names a batch for ever: the journal's epoch, new at every open, and its number within it."""

    epoch: bytes
    seq: int


class JournalEntry(NamedTuple):
    """A batch that waits: its place in the journal, its number, when it was made, how many readings it holds, its bytes."""

    id: int
    number: BatchNumber
    made_ms: int
    readings: int
    body: bytes


class Gap(NamedTuple):
    """Readings that are lost, and why."""

    at_ms: int
    epoch: bytes | None
    from_seq: int | None
    to_seq: int | None
    from_ms: int | None
    to_ms: int | None
    readings: int
    reason: str


class JournalLimits(NamedTuple):
    """How large the journal may become, how old an unconfirmed batch, and how long stored ones are kept."""

    bytes: int
    age_s: float
    keep_stored_s: float


class Backlog(NamedTuple):
    """What waits for its receipt."""

    batches: int
    readings: int
    oldest_ms: int | None
