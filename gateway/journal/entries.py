"""The contents of a journal: batches with their states and numbers, and gaps."""

from enum import IntEnum
from typing import NamedTuple


class BatchState(IntEnum):
    """The state of a batch in the journal.

    A batch that was stored with wrong times is withdrawn before it is sent again with its true times:
    STORED, WITHDRAWING (sent as a withdrawal, not confirmed), WITHDRAWN (confirmed), WAITING.
    """

    WAITING = 0
    STORED = 1
    REJECTED = 2
    WITHDRAWING = 3
    WITHDRAWN = 4


class BatchNumber(NamedTuple):
    """The unique name of a batch: the journal's epoch, which is new each time it opens, and a number within the epoch."""

    epoch: bytes
    seq: int


class JournalEntry(NamedTuple):
    """A batch that waits for its receipt: its position in the journal, its number, when it was made, how many readings, its bytes."""

    id: int
    number: BatchNumber
    made_ms: int
    readings: int
    body: bytes


class Gap(NamedTuple):
    """Readings that were lost, and why."""

    at_ms: int
    epoch: bytes | None
    from_seq: int | None
    to_seq: int | None
    from_ms: int | None
    to_ms: int | None
    readings: int
    reason: str


class JournalLimits(NamedTuple):
    """The greatest size of a journal, the greatest age of an unconfirmed batch, and how long stored batches are kept."""

    bytes: int
    age_s: float
    keep_stored_s: float


class Backlog(NamedTuple):
    """The batches that wait for a receipt."""

    batches: int
    readings: int
    oldest_ms: int | None


class NewestTimes(NamedTuple):
    """The time of the newest reading in a journal, and of the newest with a trusted clock; 0 if there is none."""

    any_ms: int
    trusted_ms: int
