"""The stop of a gateway: each part of it ends in time, whatever hangs."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

log = logging.getLogger(__name__)


class TimedStop:
    """A stop under way: each part of it ends by a time after the stop was requested."""

    def __init__(self) -> None:
        self._began_s: float | None = None

    def left_s(self, by_s: float) -> float:
        """Return how long a part of the stop may take."""
        now_s = asyncio.get_running_loop().time()
        if self._began_s is None:
            self._began_s = now_s
        return max(0.0, self._began_s + by_s - now_s)

    async def end_by(self, by_s: float, *tasks: "asyncio.Task[Any]") -> None:
        """Wait for tasks, and cancel those that take too long."""
        _, late = await asyncio.wait(tasks, timeout=self.left_s(by_s))
        for task in late:
            log.error("%s takes too long to stop; going on without it", task.get_name())
            task.cancel()

    async def end_tasks(self, stop: asyncio.Event, by_s: float, tasks: Sequence["asyncio.Task[None]"]) -> None:
        """Cancel the tasks that have not ended in time after a stop was requested."""
        await stop.wait()
        await self.end_by(by_s, *tasks)
