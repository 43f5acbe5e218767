"""The journal: one SQLite file, one row a batch, one fsync a batch; what is stored is kept for a while and then pruned.

Not for concurrent use: everything here runs in one thread, `stored` excepted, which only takes note. `synchronous=FULL` because NORMAL
skips the commit's fsync in WAL mode (sqlite.org/pragma.html#pragma_synchronous).
"""

import contextlib
import logging
import os
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from gateway.journal import corrections
from gateway.journal.entries import Backlog, BatchNumber, Gap, JournalEntry, JournalLimits
from gateway.journal.file import connect, insert_gap, is_damage, let_wait
from gateway.model import batch
from gateway.model.batch import Clock, Flag

log = logging.getLogger(__name__)

_LARGE_BYTES = 64 << 20

_FIRST = 64

_PRUNE_BATCHES = 500
"""Pruning in bulk writes fewer pages than pruning one by one."""


class Journal:
    """The open journal. Opening begins a new epoch; a damaged file is set aside and a new one begun.

    A run that did not end by `close` was killed, or lost its power: what it read after its last batch is lost, and becomes a gap.

    Raises:
        OSError, sqlite3.Error: there is no writing at this path at all.
    """

    def __init__(self, path: Path, limits: JournalLimits, now_ms: Callable[[], int]) -> None:
        self.path, self._limits, self.now_ms = path, limits, now_ms
        self.epoch = os.urandom(8)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = self._open()
        self._newest_document: tuple[bytes, bytes] | None = None
        self._damaged = False
        self.newest_id = 0
        """The place of the newest batch: behind it there is nothing to ask for."""
        self.untold = False
        """Whether there are gaps that no batch tells of yet."""
        self.correcting = False
        """Whether batches that were sent unsynced are to be taken back yet."""
        self._look_in()

    def _look_in(self) -> None:
        """Begin to use the file that is open now."""
        self._next_seq = 0
        self._data_version: int | None = None
        self._settled: list[tuple[bytes, int, int]] = []
        self._size = self._held_bytes()
        self.newest_id = self._one("SELECT coalesce(max(id), 0) FROM batches")
        self.untold = bool(self._one("SELECT count(*) FROM gaps WHERE told = 0"))
        self.correcting = corrections.any_left(self._database)
        self._begin()

    def _held_bytes(self) -> int:
        """Give the bytes of all bodies; of a large file those of its pages, which are told without reading them."""
        pages, free, size = (self._one(f"PRAGMA {name}") for name in ("page_count", "freelist_count", "page_size"))
        used = int((pages - free) * size)
        return used if used > _LARGE_BYTES else int(self._one("SELECT total(length(body)) FROM batches"))

    def _begin(self) -> None:
        """Note that the journal is in use, and what is lost if it was when it was last left."""
        with self._database:
            for (epoch,) in self._database.execute("SELECT epoch FROM running").fetchall():
                last_ms = self._last_reading_ms(epoch)
                reason = "the gateway was killed, or lost its power: what it read since its last flush is lost"
                insert_gap(self._database, Gap(self.now_ms(), epoch, None, None, last_ms, self.now_ms(), 0, reason))
                self.untold = True
            self._database.execute("DELETE FROM running")
            self._database.execute("INSERT INTO running VALUES (?)", (self.epoch,))
        # Of a WAL that rots SQLite drops what follows without a word: the mark must outlive it.
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _last_reading_ms(self, epoch: bytes) -> int | None:
        """Give when the last reading of an epoch's last batch was taken: all that came after it was in no batch."""
        query = "SELECT body FROM batches WHERE epoch = ? ORDER BY seq DESC LIMIT 1"
        row = self._database.execute(query, (epoch,)).fetchone()
        if row is None:
            return None
        try:
            found = batch.unpack(row[0])
            return found.t0_ms + max((one.dt_ms for one in batch.rows_of(found)), default=0)
        except batch.BatchError:
            return None

    def _open(self) -> sqlite3.Connection:
        try:
            return connect(self.path)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise  # a full or read-only disk, a lock: what is in the file is good
            return self._set_aside(error)

    def _set_aside(self, error: sqlite3.Error) -> sqlite3.Connection:
        """Keep a damaged file beside, and begin a new one that says so."""
        aside = self.path.with_name(f"{self.path.name}.damaged-{time.strftime('%Y%m%dT%H%M%S')}-{self.now_ms() % 1000:03d}")
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                self.path.with_name(self.path.name + suffix).rename(aside.with_name(aside.name + suffix))
        log.error("the journal %s is damaged (%s): set aside as %s, a new one begins", self.path, error, aside.name)
        database = connect(self.path)
        with database:
            insert_gap(database, Gap(self.now_ms(), None, None, None, None, None, 0, f"journal damaged, kept as {aside.name}"))
        return database

    def renew(self, error: sqlite3.Error) -> bool:
        """Begin a new journal, with a new epoch, where an error says that this one is damaged; False if it is not, or none can be made."""
        if not (self._damaged or is_damage(error)):
            return False
        self._damaged = True
        self._database.close()
        try:
            self._database = self._set_aside(error)
            self.epoch = os.urandom(8)
            self._look_in()
            if self._newest_document is not None:
                self.keep_schema(*self._newest_document)
        except (OSError, sqlite3.Error) as again:
            log.error("a new journal can't be made (%s): tried again", again)  # noqa: TRY400 — the sentence is for the operator
            return False
        self._damaged = False
        return True

    def close(self) -> None:
        """Close the file."""
        try:
            with self._settling():
                self._database.execute("DELETE FROM running WHERE epoch = ?", (self.epoch,))
        except sqlite3.Error as error:
            log.warning("the end of this run can't be written to the journal (%s): the next one will take it for killed", error)
        finally:
            self._database.close()

    def keep_schema(self, document_hash: bytes, document: bytes) -> None:
        """Keep a schema document for as long as a batch refers to it, and, being the newest, while the journal is open."""
        self._newest_document = document_hash, document
        with self._database:
            self._database.execute("INSERT OR IGNORE INTO schemas VALUES (?, ?)", (document_hash, document))

    def schemas(self) -> dict[bytes, bytes]:
        """Give the schema documents that waiting batches, or the newest ones, refer to."""
        return dict(self._database.execute("SELECT hash, document FROM schemas").fetchall())

    def append(
        self, *, schema: bytes, t0_ms: int, clock: Clock, flags: Flag, readings: int, rows: bytes, told_gaps: Sequence[int] = ()
    ) -> BatchNumber:
        """Make a batch of rows and keep it; when this returns, it is on the disk. `told_gaps` are those that it tells of.

        Raises:
            sqlite3.Error: it could not be written; nothing of it was.
        """
        number = BatchNumber(self.epoch, self._next_seq)
        events = int(Flag.EVENTS in flags)
        with self._settling():
            # The oldest that wait are the first ones, but for a few: an event's batch comes before that of the seconds around it.
            waiting_since = self._one(f"SELECT min(t0_ms) FROM (SELECT t0_ms FROM batches WHERE state = 0 ORDER BY id LIMIT {_FIRST})")  # noqa: S608
            floor_ms = t0_ms if waiting_since is None else min(t0_ms, waiting_since)
            body = batch.encode(
                epoch=number.epoch,
                seq=number.seq,
                schema=schema,
                t0_ms=t0_ms,
                clock=clock,
                flags=flags,
                floor_ms=floor_ms,
                rows=rows,
            )
            # Counted here: AUTOINCREMENT would write a page more at every flush (sqlite.org/autoinc.html).
            self._database.execute(
                "INSERT INTO batches (id, epoch, seq, state, events, t0_ms, made_ms, readings, schema, body, clock)"
                " VALUES (?,?,?,0,?,?,?,?,?,?,?)",
                (self.newest_id + 1, number.epoch, number.seq, events, t0_ms, self.now_ms(), readings, schema, body, int(clock)),
            )
            for gap in told_gaps:
                self._database.execute("UPDATE gaps SET told = 1 WHERE id = ?", (gap,))
        self.newest_id += 1
        self._next_seq += 1
        self._size += len(body)
        if self._size > self._limits.bytes:
            try:
                self._make_room()
            except sqlite3.Error as error:
                # The batch is on the disk: whoever wrote it must not write it again.
                log.warning("the journal %s can't be made smaller (%s): tried again with the next batch", self.path, error)
        return number

    def waiting(self, after_id: int, limit: int) -> list[JournalEntry]:
        """Give batches that wait for their receipt, oldest first, from behind a place in the journal."""
        self._settle()
        found = self._database.execute(
            "SELECT id, epoch, seq, made_ms, readings, body FROM batches WHERE state = 0 AND id > ? ORDER BY id LIMIT ?",
            (after_id, limit),
        )
        return [JournalEntry(id_, BatchNumber(epoch, seq), made_ms, readings, body) for id_, epoch, seq, made_ms, readings, body in found]

    def first_made_since(self, made_ms: int) -> int:
        """Give the place of the oldest waiting batch that was made at a time or later; behind the newest, where there is none."""
        self._settle()
        return int(self._one("SELECT coalesce(min(id), ?) FROM batches WHERE state = 0 AND made_ms >= ?", self.newest_id + 1, made_ms))

    def one(self, number: BatchNumber) -> JournalEntry | None:
        """Give one batch that still waits."""
        self._settle()
        row = self._database.execute(
            "SELECT id, made_ms, readings, body FROM batches WHERE epoch = ? AND seq = ? AND state = 0", number
        ).fetchone()
        return JournalEntry(row[0], number, *row[1:]) if row else None

    def stored(self, epoch: bytes, ranges: Iterable[tuple[int, int]]) -> None:
        """Settle ranges of an epoch's batches (both ends included): they are stored.

        It goes to the disk with the next batch: a receipt that a power cut takes back costs a repetition and no fsync of its own.
        """
        self._settled.extend((epoch, first, last) for first, last in ranges)

    @contextlib.contextmanager
    def _settling(self) -> Iterator[None]:
        """Hold a transaction that begins with what was settled since the last."""
        settled = list(self._settled)
        with self._database:
            for one in settled:
                self._database.execute("UPDATE batches SET state = 1 WHERE epoch = ? AND seq BETWEEN ? AND ? AND state = 0", one)
            yield
        del self._settled[: len(settled)]

    def _settle(self) -> None:
        """Write down what is settled, before a look at what waits. What a full disk does not take stays for the next time."""
        try:
            if self._settled:
                with self._settling():
                    pass
        except sqlite3.Error as error:
            log.warning("receipts can't be written to the journal %s (%s): tried again with the next batch", self.path, error)

    def replay(self, since_ms: int, until_ms: int | None = None) -> int:
        """Let stored batches with readings of a time wait again, as far back as they are kept; gives how many."""
        with self._settling():
            return let_wait(self._database, since_ms, until_ms)

    def correct(self, after_id: int, move_ms: int, clock: Clock) -> int:
        """Move the batches of this run that were made while no clock could be trusted, behind a place up to which they were sent.

        Gives how many. Those that were sent are taken back by `go_on_correcting`.
        """
        with self._settling():
            query = "SELECT id, body FROM batches WHERE epoch = ? AND clock = ? AND state = 0 AND id > ?"
            moved = self._database.execute(query, (self.epoch, int(Clock.UNSYNCED), after_id)).fetchall()
            corrections.note(self._database, self.epoch, move_ms, clock)
            for place, body in moved:
                found = corrections.readable(self._database, place, body)
                if found is not None:
                    moved_body = batch.pack(corrections.move(found, move_ms, clock))
                    self._database.execute("UPDATE batches SET body = ?, clock = ? WHERE id = ?", (moved_body, int(clock), place))
        self.correcting = corrections.any_left(self._database)
        return len(moved)

    def go_on_correcting(self) -> int:
        """Take back what was sent before the clock could be trusted, and, when all is taken back, let it wait with its true times.

        Gives how many batches wait to be sent thereby.
        """
        with self._settling():
            count = corrections.step(self._database)
        self.correcting = corrections.any_left(self._database)
        return count

    def changed_elsewhere(self) -> bool:
        """Tell whether another program changed the file since the last look (sqlite.org/pragma.html#pragma_data_version)."""
        version = self._one("PRAGMA data_version")
        before, self._data_version = self._data_version, version
        return before not in (None, version)

    def rejected(self, number: BatchNumber, reason: str) -> None:
        """Set a batch aside that the centre can't store: it is kept, and no longer sent."""
        with self._settling():
            if corrections.refused(self._database, *number):
                return
            self._database.execute("UPDATE batches SET state = 2, reason = ? WHERE epoch = ? AND seq = ? AND state = 0", (reason, *number))

    def damaged(self, number: BatchNumber, reason: str) -> None:
        """Set a batch aside whose bytes are no longer what was written: what it held is lost, and becomes a gap."""
        query = "SELECT id, made_ms, t0_ms, readings FROM batches WHERE epoch = ? AND seq = ?"
        with self._settling():
            place, made_ms, t0_ms, readings = self._database.execute(query, number).fetchone()
            corrections.set_aside(self._database, place, reason)
            gap = Gap(
                self.now_ms(), number.epoch, number.seq, number.seq, t0_ms, made_ms, readings, f"the journal's disk spoilt it: {reason}"
            )
            insert_gap(self._database, gap)
        self.untold = True
        log.error("batch %d is spoilt (%s): %d readings are lost", number.seq, reason, readings)

    def backlog(self) -> Backlog:
        """Count what waits."""
        self._settle()
        row = self._database.execute("SELECT count(*), coalesce(sum(readings), 0), min(t0_ms) FROM batches WHERE state = 0").fetchone()
        return Backlog(*row)

    def waiting_batches(self) -> int:
        """Count the batches that wait, by their index alone."""
        return int(self._one("SELECT count(*) FROM batches WHERE state = 0"))

    def gaps(self) -> list[Gap]:
        """Give every recorded loss, oldest first."""
        found = self._database.execute("SELECT at_ms, epoch, from_seq, to_seq, from_ms, to_ms, readings, reason FROM gaps ORDER BY id")
        return [Gap(*row) for row in found]

    def untold_gaps(self) -> list[tuple[int, Gap]]:
        """Give the recorded losses that no batch tells of yet, with their numbers."""
        query = "SELECT id, at_ms, epoch, from_seq, to_seq, from_ms, to_ms, readings, reason FROM gaps WHERE told = 0 ORDER BY id LIMIT 100"
        found = [(number, Gap(*gap)) for number, *gap in self._database.execute(query)]
        self.untold = bool(found)
        return found

    def note_gap(self, gap: Gap) -> None:
        """Write a loss down that happened outside of the journal."""
        with self._settling():
            insert_gap(self._database, gap)
        self.untold = True

    def prune(self) -> list[bytes]:
        """Forget, in bulk, what was stored long enough ago, and give up what waited too long, as a recorded gap.

        Gives the hashes of the schema documents that no batch refers to any more; they are forgotten too.
        """
        self._settle()
        now_ms = self.now_ms()
        too_old = now_ms - int(1000 * self._limits.age_s)
        self._give_up("state = 0 AND made_ms < ?", (too_old,), "waited longer than the journal may keep it")
        old = now_ms - int(1000 * self._limits.keep_stored_s)
        unused: list[bytes] = []
        if self._one("SELECT count(*) FROM batches WHERE state != 0 AND made_ms < ?", old) >= _PRUNE_BATCHES:
            with self._database:
                size = self._delete("state != 0 AND made_ms < ?", old)
                gone = "hash != ? AND hash NOT IN (SELECT DISTINCT schema FROM batches)"
                newest = (self._newest_document[0] if self._newest_document else b"",)
                unused = [row[0] for row in self._database.execute(f"SELECT hash FROM schemas WHERE {gone}", newest)]  # noqa: S608
                self._database.execute(f"DELETE FROM schemas WHERE {gone}", newest)  # noqa: S608 — written above
            self._size -= size
        return unused

    def _make_room(self) -> None:
        """Come back under the limit: what is stored goes first, then the oldest telemetry that waits, events last."""
        for condition, lost in (("state != 0", False), ("state = 0 AND events = 0", True), ("state = 0", True)):
            while self._size > self._limits.bytes:
                oldest = self._one(f"SELECT max(id) FROM (SELECT id FROM batches WHERE {condition} ORDER BY id LIMIT 50)")  # noqa: S608 — one of three
                if oldest is None:
                    break
                if lost:
                    self._give_up(f"{condition} AND id <= ?", (oldest,), "the journal was full")
                else:
                    with self._database:
                        size = self._delete(f"{condition} AND id <= ?", oldest)
                    self._size -= size

    def _give_up(self, condition: str, values: tuple[int, ...], reason: str) -> None:
        """Delete waiting batches, and write down in the same transaction what is lost thereby."""
        with self._database:
            lost = self._database.execute(
                f"SELECT epoch, min(seq), max(seq), min(t0_ms), max(made_ms), sum(readings) FROM batches WHERE {condition} GROUP BY epoch",  # noqa: S608 — conditions are written in this class
                values,
            ).fetchall()
            for epoch, from_seq, to_seq, from_ms, to_ms, readings in lost:
                insert_gap(self._database, Gap(self.now_ms(), epoch, from_seq, to_seq, from_ms, to_ms, readings, reason))
                log.error("%d readings are lost: %s", readings, reason)
            size = self._delete(condition, *values) if lost else 0
        self._size -= size
        self.untold = self.untold or bool(lost)

    def _delete(self, condition: str, *values: int) -> int:
        """Delete batches; gives how many bytes of bodies go."""
        gone = self._database.execute(f"DELETE FROM batches WHERE {condition} RETURNING length(body)", values)  # noqa: S608 — written here
        return sum(row[0] for row in gone)

    def _one(self, query: str, *values: int | bytes) -> Any:  # noqa: ANN401 — whatever the query asks for
        return self._database.execute(query, values).fetchone()[0]
