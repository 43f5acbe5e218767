"""Keeps the times of readings true: sees when the clock can be trusted, and corrects what was read before."""

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
    """Looks at the clock between flushes. Batches that wait with a wrong time must not go: `ready` tells."""

    def __init__(self, time: TrustedTime, journal: Journal, recorder: Recorder, thread: OneThread) -> None:
        self._time, self._journal, self._recorder, self._thread = time, journal, recorder, thread
        self._uncorrected_ms = 0

    def ready(self) -> bool:
        """Tell whether what waits may be sent."""
        return self._time.waited and not self._uncorrected_ms

    def ask_centre(self, uplink: UplinkSession) -> None:
        """Ask the centre for its time, where this machine has none of its own."""
        if self._time.wants_centre:
            uplink.ask_time(int(self._time.up_ms()))

    async def look(self, uplink: UplinkSession) -> None:
        """See whether the clock can be trusted now, and correct what was read before and is still here."""
        self.ask_centre(uplink)
        before = self._time.clock
        move_ms, back = self._time.look()
        if back:
            self._recorder.go_back()
        if move_ms:
            self._recorder.move(move_ms)
            self._uncorrected_ms += move_ms
        if self._uncorrected_ms:
            await self._correct_journal(self._uncorrected_ms, uplink)
        elif self._journal.correcting:
            await self._take_back(uplink)
        if self._time.clock is not before:
            log.info("the clock is %s", CLOCK_NAMES[self._time.clock])
            uplink.tell_clock(CLOCK_NAMES[self._time.clock])

    async def _correct_journal(self, move_ms: int, uplink: UplinkSession) -> None:
        """Correct what waits in the journal. Where the disk does not take that, nothing is sent until it does."""
        try:
            count = await self._thread.run(self._journal.correct, uplink.sent_up_to, move_ms, self._time.clock)
        except sqlite3.Error as error:
            log.error("the journal can't be corrected (%s): nothing is sent until it is", error)  # noqa: TRY400 — for the operator
            return
        self._uncorrected_ms = 0
        uplink.wake()
        log.warning("the clock was wrong by %.3f s: %d batches that were not sent are corrected", move_ms / 1000, count)

    async def _take_back(self, uplink: UplinkSession) -> None:
        """Correct in the store what was sent before the clock could be trusted."""
        try:
            if await self._thread.run(self._journal.go_on_correcting):
                uplink.look_again()
        except sqlite3.Error as error:
            log.error("what was sent with a wrong time can't be corrected (%s): tried again later", error)  # noqa: TRY400 — for the operator
