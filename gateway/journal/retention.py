"""What a journal deletes: old stored batches, and, as recorded gaps, batches that waited too long or for which there is no room."""

import logging
import sqlite3

from gateway.journal.entries import BatchState, Gap, JournalLimits
from gateway.journal.file import UNCONFIRMED, JournalFile
from gateway.journal.gaps import GapLog
from gateway.journal.start.full_disk import MEMORY_BYTES

log = logging.getLogger(__name__)

_LARGE_BYTES = 64 << 20
"""The size from which bodies are not added up: the pages in use say it without reading them."""

_PRUNE_BATCHES = 500
"""Pruning in bulk writes fewer pages than pruning one by one."""

_DELETE_BATCHES = 50
"""How many batches are deleted at once to make room."""

_SETTLED = f"state IN ({BatchState.STORED:d}, {BatchState.REJECTED:d})"
"""Nothing is lost with a settled batch. A withdrawn one is not settled: the journal has its only copy."""

_BY_VALUE = (
    (_SETTLED, False),
    (f"{UNCONFIRMED} AND events = 0", True),
    (UNCONFIRMED, True),
    (f"state = {BatchState.WITHDRAWN:d}", True),
)
"""What is deleted first when there is no room, and whether readings are lost with it."""


class Retention:
    """Keeps a journal within its limits."""

    def __init__(self, file: JournalFile, gaps: GapLog, limits: JournalLimits) -> None:
        self._file, self._gaps = file, gaps
        self.limits = limits
        self.bytes = 0
        """The size of all batches."""

    def measure(self) -> None:
        """Measure the file: the bytes of all bodies, or, if it is large, of its pages in use."""
        pages, free, size = (self._file.value(f"PRAGMA {name}") for name in ("page_count", "freelist_count", "page_size"))
        used = int((pages - free) * size)
        self.bytes = used if used > _LARGE_BYTES else int(self._file.value("SELECT total(length(body)) FROM batches"))

    @property
    def _most_bytes(self) -> int:
        """The limit of the size, which is lower in memory."""
        return min(self.limits.bytes, MEMORY_BYTES) if self._file.in_memory else self.limits.bytes

    def added(self, size: int, now_ms: int) -> None:
        """Count a batch that was written, and make room if the journal is over its limit."""
        self.bytes += size
        if self.bytes <= self._most_bytes:
            return
        try:
            self._make_room(now_ms)
        except sqlite3.Error as error:
            # The batch is on disk: an error here would make the caller write it again.
            log.warning("the journal %s can't be made smaller (%s); retrying with the next batch", self._file.path, error)

    def prune(self, now_ms: int, newest_schema: bytes) -> list[bytes]:
        """Delete, in bulk, batches settled long enough ago, and give up batches that waited too long, as a gap.

        Return the hashes of the schema documents, except the newest, that no batch refers to any more; they are deleted too.
        """
        self._file.write_receipts()
        too_old_ms = now_ms - int(1000 * self.limits.age_s)
        self._give_up(f"{UNCONFIRMED} AND made_ms < ?", too_old_ms, "waited longer than the journal keeps batches", now_ms)
        old_ms = now_ms - int(1000 * self.limits.keep_stored_s)
        if self._file.value(f"SELECT count(*) FROM batches WHERE {_SETTLED} AND made_ms < ?", old_ms) < _PRUNE_BATCHES:
            return []
        with self._file.database as database:
            size = self._delete(f"{_SETTLED} AND made_ms < ?", old_ms)
            unused = "hash != ? AND hash NOT IN (SELECT DISTINCT schema FROM batches)"
            hashes = [row[0] for row in database.execute(f"DELETE FROM schemas WHERE {unused} RETURNING hash", (newest_schema,))]
        self.bytes -= size
        return hashes

    def _make_room(self, now_ms: int) -> None:
        """Come back under the limit: settled batches go first, then the oldest telemetry that waits, then events."""
        for condition, lost in _BY_VALUE:
            while self.bytes > self._most_bytes:
                oldest = f"SELECT id FROM batches WHERE {condition} ORDER BY id LIMIT {_DELETE_BATCHES}"
                last_id = self._file.value(f"SELECT max(id) FROM ({oldest})")
                if last_id is None:
                    break
                if lost:
                    self._give_up(f"{condition} AND id <= ?", last_id, "the journal was full", now_ms)
                else:
                    with self._file.database:
                        size = self._delete(f"{condition} AND id <= ?", last_id)
                    self.bytes -= size

    def _give_up(self, condition: str, limit: int, reason: str, now_ms: int) -> None:
        """Delete batches that wait, and record in the same transaction which readings are lost."""
        columns = "epoch, min(seq), max(seq), min(t0_ms), max(made_ms), sum(readings)"
        with self._file.database as database:
            lost = database.execute(f"SELECT {columns} FROM batches WHERE {condition} GROUP BY epoch", (limit,)).fetchall()
            for epoch, from_seq, to_seq, from_ms, to_ms, readings in lost:
                self._gaps.insert(database, Gap(now_ms, epoch, from_seq, to_seq, from_ms, to_ms, readings, reason))
                log.error("%d readings are lost: %s", readings, reason)
            size = self._delete(condition, limit) if lost else 0
        self.bytes -= size

    def _delete(self, condition: str, limit: int) -> int:
        """Delete batches. Return how many bytes of bodies they had."""
        deleted = self._file.database.execute(f"DELETE FROM batches WHERE {condition} RETURNING length(body)", (limit,))
        return sum(row[0] for row in deleted)
