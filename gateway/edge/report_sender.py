"""Sends the newest report to the centre when it is there; the broker retains it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from gateway.host.mqtt import Disconnected, PublishRefused
from gateway.model.stream import pack_document
from gateway.provision.report.kept import kept_reports

log = logging.getLogger(__name__)

LARGEST_BYTES = 512 << 10
"""Of a report as it is sent: half of the largest packet. A thousand devices with twenty values have less."""


class ReportSender:
    """Sends each report once; one whose publish fails is sent again when the centre is there again."""

    def __init__(self, state: Path, publish: Callable[[bytes], Awaitable[object]]) -> None:
        self._state, self._publish = state, publish
        self._sent: Path | None = None
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[bool]] = set()

    def begin(self) -> None:
        """Send the newest report in the background, unless it was sent before."""
        task = asyncio.get_running_loop().create_task(self.send())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def send(self) -> bool:
        """Send the newest report, unless it was sent before. Return whether the broker has it."""
        async with self._turn:
            try:
                newest = next(iter(await asyncio.to_thread(kept_reports, self._state)), None)
                if newest is None or newest == self._sent:
                    return newest is not None
                packed = pack_document(await asyncio.to_thread(newest.read_bytes))
                if len(packed) > LARGEST_BYTES:
                    log.warning("the report %s is too large to be sent: copy it by hand", newest)
                    return False
                await self._publish(packed)
            except (OSError, Disconnected, PublishRefused) as error:
                log.warning("the report is not sent: %s", error)
                return False
            self._sent = newest
            return True
