"""A Situation Room that runs: its service in a thread of its own, and events for those who want to know that something was done."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterator
from typing import TypeVar
from zoneinfo import ZoneInfo

from gateway.centre.situation.port import SituationStore, SituationsUnavailable
from gateway.centre.situation.service import SituationService
from gateway.host import clock
from gateway.host.stopping import wait_for_stop
from gateway.host.threads import OneThread

log = logging.getLogger(__name__)

_WAIT_S = 0.5
"""How long the thread that waits for other processes does so at once: a stop waits for it."""

_AGAIN_AFTER_S = 1.0
_PASS_EVERY_S, _LOOK_EVERY_S = 0.2, 60.0
"""How often at most it is looked what is due, and how often at least: the clock may be set."""

T = TypeVar("T")


class SituationRoom:
    """The service of a Situation Room, for several users on the event loop; what the command line does meanwhile is noticed.

    Args:
        service: The service. Only `run` uses it from now on.
        waiting: A store for this alone, which waits for what other processes do.
    """

    def __init__(self, service: SituationService, waiting: SituationStore) -> None:
        self._service, self._waiting = service, waiting
        self._thread, self._waiting_thread = OneThread("situations"), OneThread("situations-wait")
        self._watching: set[asyncio.Event] = set()
        self.failing: str | None = None
        """Why the store can't be used."""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of the site."""
        return self._service.rules.times.zone

    @property
    def number(self) -> int:
        """The number of the last entry of the history that is known."""
        return self._service.number

    async def run(self, use: Callable[[SituationService], T]) -> T:
        """Use the service, one after the other.

        Raises:
            ActionRefused: An action is not possible.
            SituationsUnavailable: The store can't be used.
        """
        before = self.number
        try:
            return await self._thread.run(use, self._service)
        finally:
            if self.number != before:
                self._wake()

    @contextlib.contextmanager
    def watching(self) -> Iterator[asyncio.Event]:
        """Yield an event that is set when something was done, and at a stop; whoever waits for it clears it."""
        event = asyncio.Event()
        self._watching.add(event)
        try:
            yield event
        finally:
            self._watching.discard(event)

    async def follow(self, stop: asyncio.Event) -> None:
        """Notice what other processes do, and let time do what is due, until told to stop."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow_others(stop), name="situations of others")
            group.create_task(self._pass_time(stop), name="time of situations")
            await stop.wait()
            self._wake()

    async def close(self) -> None:
        """Close the stores."""
        await self._waiting_thread.run(self._waiting.close)
        await self._thread.run(SituationService.close, self._service)
        self._waiting_thread.close()
        self._thread.close()

    async def _follow_others(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self._waiting_thread.run(self._waiting.wait, self.number, _WAIT_S)
                await self.run(SituationService.catch_up)
                self._note(None)
            except SituationsUnavailable as error:
                self._note(error)
                await wait_for_stop(stop, _AGAIN_AFTER_S)

    async def _pass_time(self, stop: asyncio.Event) -> None:
        with self.watching() as changed:
            while not stop.is_set():
                changed.clear()
                due_s = await self._do_what_is_due()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(min(due_s, _LOOK_EVERY_S)):
                        await changed.wait()
                await wait_for_stop(stop, _PASS_EVERY_S)

    async def _do_what_is_due(self) -> float:
        """Do what is due, and return after how many seconds the next is."""
        try:
            done = await self.run(lambda service: service.pass_time(clock.now_ms()))
            due_ms = await self.run(SituationService.next_due_ms)
        except SituationsUnavailable as error:
            self._note(error)
            return _AGAIN_AFTER_S
        for situation in done:
            log.info("situation %s: %s", situation.id, situation.state)
        return _LOOK_EVERY_S if due_ms is None else max(0.0, (due_ms - clock.now_ms()) / 1000)

    def _note(self, error: SituationsUnavailable | None) -> None:
        said = None if error is None else str(error)
        if said is not None and said != self.failing:
            log.error("situations can't be used: %s; trying again", said)
        self.failing = said

    def _wake(self) -> None:
        for event in self._watching:
            event.set()
