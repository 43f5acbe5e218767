"""From single readings to batches: collected in memory, written to the journal at every flush."""

import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence

from gateway.host.threads import OneThread
from gateway.journal.journal import Journal
from gateway.model.batch import BatchError, Clock, Flag, Value, encode_rows

log = logging.getLogger(__name__)

_ROWS_A_BATCH = 2000
"""Far below the megabyte that a batch may unpack to, with the longest rows that profiles make."""

_HELD_ROWS_LIMIT = 200_000
"""What is kept in memory while the disk takes nothing; the oldest goes first, and is counted."""


_Reading = tuple[int, int, Sequence[Value], Mapping[int, int]]
"""Stream, time in milliseconds, values, qualities that are not good."""


class Recorder:
    """Collects readings; `flush` makes batches of them that are on the disk when it returns."""

    def __init__(self, journal: Journal, thread: OneThread, schema: bytes, clock: Callable[[], Clock]) -> None:
        self._journal, self._thread, self._schema = journal, thread, schema
        self._clock = clock
        self._held: list[_Reading] = []
        self._last_ms: dict[int, int] = {}
        self.recorded = 0
        self.dropped = 0

    def record(self, first: int, readings: Iterable[tuple[int, int, Sequence[Value], Mapping[int, int]]]) -> None:
        """Take readings: of each the stream (counted from `first`), its time in milliseconds, its values, and what is not good of them.

        Within a stream time stamps strictly increase: an equal or older one is moved behind the last.
        """
        last_ms, held = self._last_ms, self._held
        for number, t_ms, values, quality in readings:
            stream = first + number
            if t_ms <= last_ms.get(stream, 0):
                t_ms = last_ms[stream] + 1  # noqa: PLW2901 — the same reading, moved
            last_ms[stream] = t_ms
            held.append((stream, t_ms, values, quality))
            self.recorded += 1

    async def flush(self) -> int:
        """Write what was taken since the last flush; gives how many readings that was. On a failing disk they stay held."""
        done = 0
        while self._held:
            taken = self._held[:_ROWS_A_BATCH]
            try:
                await self._thread.run(self._write, taken)
            except sqlite3.Error as error:
                self._hold_on(error)
                break
            del self._held[: len(taken)]
            done += len(taken)
        return done

    def _write(self, taken: Sequence[_Reading]) -> None:
        """Write readings as one batch, or as several when they are too large for one."""
        try:
            self._append(taken)
        except BatchError as error:
            if len(taken) == 1:
                self.dropped += 1
                log.error("a reading of stream %d is dropped: %s", taken[0][0], error)  # noqa: TRY400 — for the operator
            else:
                self._write(taken[: len(taken) // 2])
                self._write(taken[len(taken) // 2 :])

    def _append(self, taken: Sequence[_Reading]) -> None:
        t0_ms = min(reading[1] for reading in taken)
        rows = encode_rows([(stream, t_ms - t0_ms, values, quality) for stream, t_ms, values, quality in taken])
        self._journal.append(schema=self._schema, t0_ms=t0_ms, clock=self._clock(), flags=Flag(0), readings=len(taken), rows=rows)

    def _hold_on(self, error: sqlite3.Error) -> None:
        log.error("the journal can't be written (%s): %d readings are held in memory", error, len(self._held))
        over = len(self._held) - _HELD_ROWS_LIMIT
        if over > 0:
            self.dropped += over
            del self._held[:over]
