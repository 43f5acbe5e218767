"""Of several processes that can run a Situation Room, the one that holds the lock does; another takes over when it no longer can."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from gateway.centre.situation.port import SituationsUnavailable
from gateway.host.stopping import wait_for_stop
from gateway.host.threads import OneThread

log = logging.getLogger(__name__)

LEASE_S = 3.0
"""Who has not been told for so long that it holds the lock no longer acts: less than `IDLE_S`, with a margin for a slow machine."""

IDLE_S = 5.0
"""The server ends the session of who has not been heard of for so long; then another can hold the lock."""

EVERY_S = 1.0
"""How often a process asks for the lock, or whether it still holds it. Together with `IDLE_S`, another takes over within 7 s."""


class RoomLock(Protocol):
    """A lock that one process holds at a time, and loses when it ends or can't be heard of."""

    def hold(self) -> bool:
        """Take the lock if nobody holds it, and return whether this process holds it now.

        Raises:
            SituationsUnavailable: Nobody knows: this process no longer holds it.
        """
        ...

    def release(self) -> None:
        """Let another process take the lock."""
        ...


def _boot_s() -> float:
    """Return the seconds since the machine was started, also those in which it slept."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class ActiveRoom:
    """Runs the work of a Situation Room while this process holds the lock."""

    def __init__(self, lock: RoomLock, now_s: Callable[[], float] = _boot_s) -> None:
        self._lock, self._now_s = lock, now_s
        self._thread = OneThread("room-lock")
        self._until_s = float("-inf")
        self._reason = ""

    @property
    def active(self) -> bool:
        """Whether this process may act; it may not if it was stopped for too long, even before it knows that it lost the lock."""
        return self._now_s() < self._until_s

    async def run(self, work: Callable[[], Coroutine[Any, Any, None]], stop: asyncio.Event) -> None:
        """Do the work whenever the lock is held, until told to stop and the work has ended by itself.

        When the lock is lost the work is cancelled at once. What it raises is raised here.
        """
        try:
            while not stop.is_set():
                if await self._hold(LEASE_S):
                    await self._while_held(work)
                else:
                    await wait_for_stop(stop, EVERY_S)
        finally:
            self._until_s = float("-inf")
            self._thread.close(wait=False)

    async def _while_held(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        log.info("this process runs the Situation Room now")
        task = asyncio.create_task(work())
        try:
            while not task.done():
                await asyncio.wait((task,), timeout=EVERY_S)
                if not task.done() and not await self._hold(self._until_s - self._now_s()):
                    log.warning("this process no longer runs the Situation Room: %s", self._reason)
                    return
        finally:
            try:
                await _ended(task)
            finally:
                self._until_s = float("-inf")
                await self._release()

    async def _hold(self, within_s: float) -> bool:
        """Ask for the lock, and return whether this process holds it, for which it is told before the time is over."""
        asked_s = self._now_s()
        try:
            async with asyncio.timeout(max(0.0, within_s)):
                held = await self._thread.run(self._lock.hold)
        except TimeoutError:
            held, reason = False, "the server does not answer"
        except SituationsUnavailable as error:
            held, reason = False, str(error)
        else:
            reason = "another process runs it"
        self._until_s = asked_s + LEASE_S if held else float("-inf")
        if not held and reason != self._reason:
            log.info("this process waits to run the Situation Room: %s", reason)
        self._reason = "" if held else reason
        return held

    async def _release(self) -> None:
        with contextlib.suppress(SituationsUnavailable, TimeoutError):
            async with asyncio.timeout(LEASE_S):
                await self._thread.run(self._lock.release)


async def _ended(task: asyncio.Task[None]) -> None:
    """Cancel work, wait until it has ended, and raise what it raised."""
    task.cancel()
    await asyncio.wait((task,))
    if not task.cancelled():
        task.result()
