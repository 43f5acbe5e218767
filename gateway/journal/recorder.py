"""From single readings to batches: collected in memory, written to the journal at every flush; events at once, in batches of their own.

What is lost here, because the disk took nothing for longer than memory lasts, becomes a gap in the journal; and every gap of the journal
becomes a reading of its own, so that the centre hears of it.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from gateway.host.threads import OneThread
from gateway.journal.entries import Gap
from gateway.journal.gaps import Loss, gap_values
from gateway.journal.journal import Journal
from gateway.model.batch import BatchError, Clock, Flag, Value, encode_rows

log = logging.getLogger(__name__)

_ROWS_A_BATCH = 2000
"""Far below the megabyte that a batch may unpack to, with the longest rows that profiles make."""

HELD_ROWS_LIMIT = 200_000
"""What is kept in memory while the disk takes nothing. The oldest telemetry goes first, then events; all of it is written down as lost."""

_Reading = tuple[int, int, Sequence[Value], Mapping[int, int]]
"""Stream, time in milliseconds, values, qualities that are not good."""


class Recorder:
    """Collects readings; `flush` makes batches of them that are on the disk when it returns.

    `events` are the streams whose readings are events; one of them sets `urgent`. Gaps are told as readings of stream `gaps`.
    """

    def __init__(
        self,
        journal: Journal,
        thread: OneThread,
        schema: bytes,
        clock: Callable[[], Clock],
        events: Collection[int] = (),
        gaps: int | None = None,
    ) -> None:
        self._journal, self._thread, self._schema = journal, thread, schema
        self._clock = clock
        self._event_streams, self._gap_stream = frozenset(events), gaps
        self._telemetry: list[_Reading] = []
        self._events: list[_Reading] = []
        self._last_ms: dict[int, int] = {}
        self._loss = Loss()
        self.urgent = asyncio.Event()
        self.recorded = 0
        self.dropped = 0

    def record(self, first: int, readings: Iterable[tuple[int, int, Sequence[Value], Mapping[int, int]]]) -> None:
        """Take readings: of each the stream (counted from `first`), its time in milliseconds, its values, and what is not good of them.

        Within a stream time stamps strictly increase: an equal or older one is moved behind the last.
        """
        last_ms, held, events = self._last_ms, self._telemetry, self._event_streams
        for number, t_ms, values, quality in readings:
            stream = first + number
            if t_ms <= last_ms.get(stream, 0):
                t_ms = last_ms[stream] + 1  # noqa: PLW2901 — the same reading, moved
            last_ms[stream] = t_ms
            if stream in events:
                self._events.append((stream, t_ms, values, quality))
                self.urgent.set()
            else:
                held.append((stream, t_ms, values, quality))
            self.recorded += 1

    def move(self, move_ms: int) -> None:
        """Move what is held, because the clock by which it was stamped was wrong by so much."""
        for held in (self._telemetry, self._events):
            held[:] = [(stream, t_ms + move_ms, values, quality) for stream, t_ms, values, quality in held]
        self._last_ms = {stream: t_ms + move_ms for stream, t_ms in self._last_ms.items()}

    def go_back(self) -> None:
        """Let time stamps begin anew: what was stamped before was in the future."""
        self._last_ms.clear()

    async def flush(self) -> int:
        """Write what was taken since the last flush, events first; gives how many readings that was. On a failing disk they stay held."""
        self.urgent.clear()
        try:
            done = await self._write_all(self._events, Flag.EVENTS) + await self._write_all(self._telemetry, Flag(0))
            if self._loss or self._journal.untold:
                done += await self._thread.run(self._tell_gaps)
        except sqlite3.Error as error:
            if not await self._thread.run(self._journal.renew, error):
                self._hold_on(error)
            return 0
        return done

    async def _write_all(self, held: list[_Reading], flags: Flag) -> int:
        """Write what is held of one kind.

        Raises:
            sqlite3.Error: the disk takes nothing; what is not written stays held.
        """
        done = 0
        while held:
            taken = held[:_ROWS_A_BATCH]
            await self._thread.run(self._write, taken, flags)
            del held[: len(taken)]
            done += len(taken)
        return done

    def _write(self, taken: Sequence[_Reading], flags: Flag) -> None:
        """Write readings as one batch, or as several when they are too large for one."""
        try:
            self._append(taken, flags)
        except BatchError as error:
            if len(taken) == 1:
                self._drop(taken, f"a reading larger than a batch: {error}")
            else:
                self._write(taken[: len(taken) // 2], flags)
                self._write(taken[len(taken) // 2 :], flags)

    def _append(self, taken: Sequence[_Reading], flags: Flag, told: Sequence[int] = ()) -> None:
        t0_ms = min(reading[1] for reading in taken)
        rows = encode_rows([(stream, t_ms - t0_ms, values, quality) for stream, t_ms, values, quality in taken])
        self._journal.append(
            schema=self._schema, t0_ms=t0_ms, clock=self._clock(), flags=flags, readings=len(taken), rows=rows, told_gaps=told
        )

    def _tell_gaps(self) -> int:
        """Write down what was lost in memory, and tell of every gap that was not told yet: one transaction with its batch."""
        if self._loss:
            self._journal.note_gap(self._loss.gap(self._journal.now_ms()))
            self._loss = Loss()
        if self._gap_stream is None:
            return 0
        untold = self._journal.untold_gaps()
        if untold:
            self._append([self._gap_reading(gap) for _, gap in untold], Flag.EVENTS, [number for number, _ in untold])
        return len(untold)

    def _gap_reading(self, gap: Gap) -> _Reading:
        stream = self._gap_stream or 0
        t_ms = max(gap.at_ms, self._last_ms.get(stream, 0) + 1)
        self._last_ms[stream] = t_ms
        return stream, t_ms, gap_values(gap), {}

    def _hold_on(self, error: sqlite3.Error) -> None:
        """Keep what could not be written, as long as memory lasts."""
        held = len(self._telemetry) + len(self._events)
        log.error("the journal can't be written (%s): %d readings are held in memory", error, held)
        for kept in (self._telemetry, self._events):
            over = min(len(kept), len(self._telemetry) + len(self._events) - HELD_ROWS_LIMIT)
            if over > 0:
                self._drop(kept[:over], "the disk took nothing, and memory was full")
                del kept[:over]

    def _drop(self, readings: Sequence[_Reading], reason: str) -> None:
        """Lose readings, and remember that, until it can be written down."""
        self.dropped += len(readings)
        self._loss = self._loss.of(readings[0][1], readings[-1][1], len(readings), reason)
        log.error("%d readings are lost: %s", len(readings), reason)
