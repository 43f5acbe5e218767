"""Collects readings in memory and writes them to the journal as batches at every flush, events in batches of their own.

Readings lost here, because the disk was not writable for longer than memory lasts, become a gap in the journal. Every gap of the journal
becomes a reading of its own, which reports it to the centre.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from time import monotonic

from gateway.host.threads import OneThread
from gateway.journal.entries import Gap
from gateway.journal.gaps import Loss, gap_values
from gateway.journal.journal import Journal
from gateway.journal.numbered_streams import SchemaBatch, StreamNumbers
from gateway.journal.pending import PendingReadings, PendingRow
from gateway.journal.write_times import WriteTimes
from gateway.model.batch import BatchError, Clock, Flag, encode_rows
from gateway.model.reading import Reading
from gateway.model.stream import Stream

log = logging.getLogger(__name__)

_BATCH_ROWS = 2000
"""Far below the megabyte that a batch may unpack to, with the longest rows that profiles make."""

PENDING_LIMIT = 200_000
"""How many readings are held in memory while the disk is not writable."""

_NO_LAST_MS = 1 << 62
"""The time of the last reading of a stream that had none: the first is checked in another way."""

ReadingWriter = Callable[[Iterable[Reading]], None]
"""Records readings whose stream numbers count from the first of the streams that were registered together."""


class Recorder:
    """Collects readings; `flush` makes batches of them that are on disk when it returns.

    All streams are registered first, then `store_schema` is called. Streams change with `begin_schema`, after which all are registered
    again; readings that wait keep their earlier schema. A reading of measurement `event` sets `urgent`.
    """

    def __init__(self, journal: Journal, thread: OneThread, clock: Callable[[], Clock]) -> None:
        self._journal, self._thread, self._clock = journal, thread, clock
        self._numbers = StreamNumbers()
        self._pending = PendingReadings()
        self._loss = Loss()
        self.urgent = asyncio.Event()
        self.recorded = 0
        self.dropped = 0
        self.writes = WriteTimes()

    @property
    def durable(self) -> bool:
        """Whether what is flushed is on disk; false while the journal is in memory, because the disk was full at the start."""
        return not self._journal.file.in_memory

    def register(self, streams: Sequence[Stream]) -> ReadingWriter:
        """Add streams to the schema. Return the function that records their readings."""
        return partial(self._record, self._numbers.present.add(streams))

    def register_gaps(self, stream: Stream) -> None:
        """Add the stream in which the journal's gaps are reported; without one, they are only recorded."""
        table = self._numbers.present
        table.gaps = table.add([stream])

    def begin_schema(self) -> None:
        """Begin a new schema: all streams are registered again before anything else is awaited, and `end_schema` follows.

        What `register` returned before must not be used any more.
        """
        self._numbers.begin()

    def end_schema(self) -> None:
        """End the registration of the streams of a new schema. The next flush stores it, unless `store_schema` does."""
        self._pending.renumber(dict(self._numbers.earlier_numbers()))

    def store_schema(self) -> bytes:
        """Write the schema documents that are not in the journal yet; batches refer to them. Return the hash of the present one."""
        for table in self._numbers.unstored:
            name, document = table.document()
            self._journal.keep_schema(name, document)
            table.hash = name
        return self._numbers.present.hash

    def _record(self, first: int, readings: Iterable[Reading]) -> None:
        """Collect readings. One that is not later than the last of its stream is moved behind it: no instant is used twice."""
        last_ms, telemetry, events = self._pending.last_ms, self._pending.telemetry, self._numbers.present.events
        if self._pending.moved_ms:
            readings = self._pending.moved_along(readings, self._journal.now_ms())
        for reading in readings:
            stream, t_ms = first + reading.stream, reading.t_ms
            if t_ms <= last_ms.get(stream, _NO_LAST_MS):
                t_ms = self._pending.next_ms(stream, t_ms)
            last_ms[stream] = t_ms
            if stream in events:
                self._pending.events.append((stream, t_ms, reading.values, reading.quality))
                self.urgent.set()
            else:
                telemetry.append((stream, t_ms, reading.values, reading.quality))
            self.recorded += 1

    def start_after(self, floor_ms: int) -> None:
        """Record readings of the present behind this time, that of the newest reading in the journal."""
        self._pending.floor_ms = floor_ms

    def shift_pending(self, move_ms: int) -> None:
        """Move the times of the readings in memory, and of those on their way, because the clock was wrong by so much."""
        self._pending.shift(move_ms, self._journal.now_ms())

    async def flush(self) -> int:
        """Write the pending readings, events first. Return how many. While the disk is not writable, they stay in memory."""
        self.urgent.clear()
        try:
            if self._numbers.unstored:
                await self._thread.run(self.store_schema)
            written = await self._write_all(self._pending.events, Flag.EVENTS) + await self._write_all(self._pending.telemetry, Flag(0))
            if self._loss or self._journal.gaps.unreported:
                written += await self._thread.run(self._report_gaps)
        except sqlite3.Error as error:
            if await self._thread.run(self._journal.renew, error):
                self._numbers.store_earlier_again()
            else:
                self._limit_pending(error)
            return 0
        self._numbers.forget_written((self._pending.events, self._pending.telemetry))
        return written

    async def _write_all(self, rows: list[PendingRow], flags: Flag) -> int:
        """Write readings of one kind.

        Raises:
            sqlite3.Error: The disk is not writable; readings that are not written stay in memory.
        """
        written = 0
        while rows:
            batch = self._numbers.next_batch(rows, _BATCH_ROWS)
            await self._thread.run(self._write, batch, flags)
            del rows[: len(batch.rows)]
            written += len(batch.rows)
        return written

    def _write(self, batch: SchemaBatch, flags: Flag) -> None:
        """Write readings as one batch, or as several if they are too large for one."""
        table, rows = batch
        try:
            self._append(batch, flags)
        except BatchError as error:
            if len(rows) == 1:
                self._drop(rows, f"a reading too large for a batch: {error}")
            else:
                self._write(SchemaBatch(table, rows[: len(rows) // 2]), flags)
                self._write(SchemaBatch(table, rows[len(rows) // 2 :]), flags)

    def _append(self, batch: SchemaBatch, flags: Flag, reported_gaps: Sequence[int] = ()) -> None:
        table, rows = batch
        t0_ms = min(row[1] for row in rows)
        encoded = encode_rows(rows, t0_ms, table.first)
        started_s = monotonic()
        try:
            self._journal.append(
                schema=table.hash,
                t0_ms=t0_ms,
                clock=self._clock(),
                flags=flags,
                readings=len(rows),
                rows=encoded,
                reported_gaps=reported_gaps,
            )
        finally:
            ended_s = monotonic()
            self.writes.add(ended_s, ended_s - started_s)

    def _report_gaps(self) -> int:
        """Record the readings lost in memory as a gap, and report gaps that no batch reports yet. Return how many."""
        if self._loss:
            self._journal.gaps.record(self._loss.gap(self._journal.now_ms()))
            self._loss = Loss()
        table = self._numbers.present
        if table.gaps is None:
            return 0
        stream, gaps = table.gaps, self._journal.gaps.next_unreported()
        if gaps:
            self._append(SchemaBatch(table, [self._gap_row(stream, gap) for _, gap in gaps]), Flag.EVENTS, [id_ for id_, _ in gaps])
        return len(gaps)

    def _gap_row(self, stream: int, gap: Gap) -> PendingRow:
        return stream, self._pending.next_ms(stream, gap.at_ms), gap_values(gap), {}

    def _limit_pending(self, error: sqlite3.Error) -> None:
        """Keep readings that could not be written, as long as memory lasts."""
        log.error("the journal is not writable (%s): %d readings are held in memory", error, len(self._pending))
        excess = self._pending.remove_excess(PENDING_LIMIT)
        if excess:
            self._drop(excess, "the disk was not writable and memory was full")

    def _drop(self, rows: Sequence[PendingRow], reason: str) -> None:
        """Count lost readings until they can be recorded as a gap."""
        self.dropped += len(rows)
        times_ms = [row[1] for row in rows]
        self._loss = self._loss.plus(min(times_ms), max(times_ms), len(rows), reason)
        log.error("%d readings are lost: %s", len(rows), reason)
