"""Keeps the times of readings true: updates the clock, and corrects earlier readings when the clock can be trusted."""

import logging
import sqlite3
from types import MappingProxyType
from typing import Literal

from gateway.edge.clock.trusted_time import TrustedTime
from gateway.host.threads import OneThread
from gateway.journal.journal import Journal
from gateway.journal.recorder import Recorder
from gateway.model.batch import Clock
from gateway.uplink.session import UplinkSession

log = logging.getLogger(__name__)

CLOCK_NAMES: MappingProxyType[Clock, Literal["synced", "holdover", "unsynced"]] = MappingProxyType(
    {Clock.SYNCED: "synced", Clock.HOLDOVER: "holdover", Clock.UNSYNCED: "unsynced"}
)


class ClockCorrector:
    """Updates the clock between flushes. No batch is sent while waiting batches have wrong times (`ready`)."""

    def __init__(self, time: TrustedTime, journal: Journal, recorder: Recorder, thread: OneThread) -> None:
        self._time, self._journal, self._recorder, self._thread = time, journal, recorder, thread
        self._uncorrected_ms = 0

    def ready(self) -> bool:
        """Return whether waiting batches may be sent."""
        return self._time.may_send and not self._uncorrected_ms

    def ask_centre(self, uplink: UplinkSession) -> None:
        """Ask the centre for the time if this machine has no trusted clock."""
        if self._time.wants_centre:
            uplink.ask_time(int(self._time.up_ms()))

    async def update(self, uplink: UplinkSession) -> None:
        """Update the clock. If it can be trusted now, correct the times of earlier readings."""
        self.ask_centre(uplink)
        before = self._time.clock
        move_ms, stepped_back = self._time.update()
        if stepped_back:
            self._recorder.allow_earlier_times()
        if move_ms:
            self._recorder.shift_pending(move_ms)
            self._uncorrected_ms += move_ms
        if self._uncorrected_ms:
            await self._correct_journal(self._uncorrected_ms, uplink)
        elif self._journal.corrections.pending:
            await self._continue_corrections(uplink)
        if self._time.clock is not before:
            log.info("the clock is %s", CLOCK_NAMES[self._time.clock])
            uplink.report_clock(CLOCK_NAMES[self._time.clock])

    async def _correct_journal(self, move_ms: int, uplink: UplinkSession) -> None:
        """Correct the batches in the journal. While the disk does not take that, nothing is sent."""
        correct, journal = self._journal.corrections.correct, self._journal
        try:
            count = await self._thread.run(correct, journal.epoch, uplink.sender.sent_up_to, move_ms, self._time.clock)
        except sqlite3.Error as error:
            log.error("can't correct the journal (%s): nothing is sent until it succeeds", error)  # noqa: TRY400 — for the operator
            return
        self._uncorrected_ms = 0
        uplink.wake()
        log.warning("the clock was wrong by %.3f s: %d batches were corrected before sending", move_ms / 1000, count)

    async def _continue_corrections(self, uplink: UplinkSession) -> None:
        """Correct batches that were sent before the clock could be trusted."""
        try:
            if await self._thread.run(self._journal.corrections.step):
                uplink.sender.rewind()
        except sqlite3.Error as error:
            log.error("can't correct batches that were sent with wrong times (%s); retrying", error)  # noqa: TRY400 — for the operator
