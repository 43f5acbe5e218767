"""Keeps the times of readings true: updates the clock, and corrects earlier readings when the clock can be trusted."""

import logging
import sqlite3
from types import MappingProxyType
from typing import Literal

from gateway.edge.clock.trusted_time import SLEWED_MS, ClockUpdate, TrustedTime
from gateway.host.threads import OneThread
from gateway.journal.journal import Journal
from gateway.journal.recorder import Recorder
from gateway.model.batch import Clock
from gateway.uplink.session import UplinkSession

log = logging.getLogger(__name__)

CLOCK_NAMES: MappingProxyType[Clock, Literal["synced", "holdover", "unsynced"]] = MappingProxyType(
    {Clock.SYNCED: "synced", Clock.HOLDOVER: "holdover", Clock.UNSYNCED: "unsynced"}
)


_STEPS = 10
"""How many steps of a correction one flush makes at most."""


class ClockCorrector:
    """Updates the clock between flushes. No batch is sent while waiting batches have wrong times (`ready`)."""

    def __init__(self, time: TrustedTime, journal: Journal, recorder: Recorder, thread: OneThread) -> None:
        self._time, self._journal, self._recorder, self._thread = time, journal, recorder, thread
        self._uncorrected: ClockUpdate | None = None

    def begin(self) -> None:
        """Start behind the newest reading in the journal, before the first reading of this run."""
        newest = self._journal.newest_times()
        self._time.not_before(newest)
        if self.trusted():
            self._uncorrected = ClockUpdate(now_trusted=True)
            try:
                self._move_earlier_runs()
                self._uncorrected = None
            except sqlite3.Error as error:
                log.error("can't correct the journal (%s): nothing is sent until it succeeds", error)  # noqa: TRY400 — for the operator
        self._recorder.start_after(min(newest.any_ms, self._time.now_ms() + SLEWED_MS))

    def _move_earlier_runs(self) -> int:
        """Correct runs that ended with a clock that was ahead. Return how many batches they have."""
        moved = self._journal.corrections.move_before(self._time.started_ms, self._journal.epoch)
        if moved:
            log.warning("%d batches of earlier runs have times in the future: they are sent again, unsynced, with earlier ones", moved)
        return moved

    def ready(self) -> bool:
        """Return whether waiting batches may be sent."""
        return self._time.may_send and self._uncorrected is None

    def trusted(self) -> bool:
        """Return whether the clock can be trusted."""
        return self._time.clock is not Clock.UNSYNCED

    def trusted_ms(self) -> int | None:
        """Return the time in milliseconds since 1970, or None if the clock can't be trusted."""
        return self._time.now_ms() if self.trusted() else None

    @property
    def state(self) -> Literal["synced", "holdover", "unsynced"]:
        """How far the clock can be trusted, in the words of the protocol."""
        return CLOCK_NAMES[self._time.clock]

    def ask_centre(self, uplink: UplinkSession) -> None:
        """Ask the centre for the time if this machine has no trusted clock."""
        if self._time.wants_centre:
            uplink.ask_time(int(self._time.up_ms()))

    async def update(self, uplink: UplinkSession) -> None:
        """Update the clock. If it can be trusted now, correct the times of earlier readings."""
        self.ask_centre(uplink)
        before = self._time.clock
        update = self._time.update()
        if update.move_ms:
            self._recorder.shift_pending(update.move_ms)
        self._uncorrected = _sum(self._uncorrected, update)
        if self._uncorrected is not None:
            await self._correct_journal(self._uncorrected, uplink)
        elif self._journal.corrections.pending:
            await self._continue_corrections(uplink)
        if self._time.clock is not before:
            log.info("the clock is %s", CLOCK_NAMES[self._time.clock])
            uplink.report(clock=CLOCK_NAMES[self._time.clock])

    async def _correct_journal(self, update: ClockUpdate, uplink: UplinkSession) -> None:
        """Correct the batches in the journal. While the disk does not take that, nothing is sent."""
        try:
            count = await self._thread.run(self._correct, update, uplink.sender.sent_up_to)
        except sqlite3.Error as error:
            log.error("can't correct the journal (%s): nothing is sent until it succeeds", error)  # noqa: TRY400 — for the operator
            return
        self._uncorrected = None
        uplink.wake()
        if update.move_ms:
            log.warning("the clock was wrong by %.3f s: %d batches were corrected before sending", update.move_ms / 1000, count)

    def _correct(self, update: ClockUpdate, sent_up_to: int) -> int:
        journal, clock = self._journal, self._time.clock
        count = journal.corrections.correct(journal.epoch, sent_up_to, update.move_ms, clock, whole_run=update.whole_run)
        self._uncorrected = ClockUpdate(now_trusted=update.now_trusted)  # a second attempt does not move them again
        if self.trusted():
            self._move_earlier_runs()
        return count

    async def _continue_corrections(self, uplink: UplinkSession) -> None:
        """Correct batches that were sent before the clock could be trusted."""
        corrections, due = self._journal.corrections, 0
        try:
            for _ in range(_STEPS):
                count = await self._thread.run(corrections.step)
                due += count
                if not count or not corrections.pending:
                    break
            if due:
                uplink.sender.rewind()
        except sqlite3.Error as error:
            log.error("can't correct batches that were sent with wrong times (%s); retrying", error)  # noqa: TRY400 — for the operator


def _sum(first: ClockUpdate | None, then: ClockUpdate) -> ClockUpdate | None:
    """Return a correction that is due and another as one; None if there is nothing to correct."""
    if first is None:
        return then if then != ClockUpdate() else None
    return ClockUpdate(first.move_ms + then.move_ms, first.whole_run or then.whole_run, first.now_trusted or then.now_trusted)
