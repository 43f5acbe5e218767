"""Background work that needs the journal."""

import asyncio
import logging
import sqlite3
from collections.abc import Coroutine

from gateway.host.threads import OneThread
from gateway.journal.journal import Journal

log = logging.getLogger(__name__)


class JournalTasks:
    """Runs coroutines that use the journal. Errors of the journal do not end the uplink: resending makes up for them."""

    def __init__(self, journal: Journal, thread: OneThread) -> None:
        self._journal, self._thread = journal, thread
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[None, None, None]) -> None:
        """Run a coroutine in the background."""
        task = asyncio.create_task(self.run(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def run(self, work: Coroutine[None, None, None]) -> None:
        """Run a coroutine; log an error of the journal, and renew the journal if it is damaged."""
        try:
            await work
        except sqlite3.Error as error:
            log.error("the journal can't be used (%s)", error)  # noqa: TRY400 — a traceback does not help the operator
            await self._thread.run(self._journal.renew, error)

    async def finish(self, timeout_s: float) -> None:
        """Wait for background work to end."""
        if self._running:
            await asyncio.wait(list(self._running), timeout=timeout_s)
