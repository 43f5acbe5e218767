"""A line that is started anew, once, if it stalls or fails, and that ends in time when the gateway stops."""

import asyncio
import logging

from gateway.fieldbus.line.owner import LineOwner

log = logging.getLogger(__name__)

_FINISH_S, _CANCEL_S = 2.5, 0.5
"""How long a line may go on with its current request when the gateway stops, and how long it may take to end after that."""


class SupervisedLine:
    """Runs the owner of a line."""

    def __init__(self, owner: LineOwner) -> None:
        self._owner = owner
        self._task: asyncio.Task[None] | None = None
        self._started_anew = False

    @property
    def name(self) -> str:
        """The name of the line."""
        return self._owner.name

    async def run(self, stop: asyncio.Event) -> None:
        """Run the line until told to stop. An error that it raises again after it was started anew is raised."""
        while not stop.is_set():
            self._task = task = asyncio.create_task(self._owner.run(stop), name=f"line {self._owner.name}")
            stopped = asyncio.create_task(stop.wait())
            try:
                await asyncio.wait((task, stopped), return_when=asyncio.FIRST_COMPLETED)
                if stop.is_set():
                    await self._finish(task)
            finally:
                stopped.cancel()
                await self._end(task)
            self._examine(task)

    async def _finish(self, task: "asyncio.Task[None]") -> None:
        """Let the poll under way end. The values of one that takes too long are lost; the device still has them."""
        await asyncio.wait((task,), timeout=_FINISH_S)
        if not task.done():
            log.warning("line %s takes too long to stop; its poll under way is abandoned", self._owner.name)

    async def _end(self, task: "asyncio.Task[None]") -> None:
        if task.done():
            return
        task.cancel()
        await asyncio.wait((task,), timeout=_CANCEL_S)
        if not task.done():
            log.error("line %s does not end; going on without it", self._owner.name)

    def _examine(self, task: "asyncio.Task[None]") -> None:
        """Raise the error that ended the line if it was started anew before."""
        error = task.exception() if task.done() and not task.cancelled() else None
        if error is None:
            return
        if self._started_anew:
            raise error
        self._started_anew = True
        log.error("line %s failed; starting it anew", self._owner.name, exc_info=error)

    def check(self) -> bool:
        """Start the line anew if it has stalled for the first time. Return False if it has stalled again, or does not end."""
        if not self._owner.stalled:
            return True
        if self._started_anew or self._task is None:
            return False
        self._started_anew = True
        log.error("line %s has made no progress for too long; starting it anew", self._owner.name)
        self._task.cancel()
        return True
