"""Sends one receiver what changes, in order, with retries.

What is to be sent is in the history of the store: the number up to which a receiver was sent it is all that is stored besides. A
receiver that was away is sent each situation that has changed, not each of its versions.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import NamedTuple

from gateway.centre.situation.changes import ChangeReader, Exercises, SituationChange
from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.present import PresentSituations
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.service import SituationService
from gateway.host.backoff import Backoff
from gateway.host.stopping import WorkStopped, unless_stopped, wait_for_stop
from gateway.host.threads import OneThread
from gateway.host.webhook.errors import NotDelivered

log = logging.getLogger(__name__)

_FIRST_RETRY_S, _LONGEST_RETRY_S = 5.0, 900.0
_REJECTED_ATTEMPTS = 8
"""A message that a receiver rejects for good is given up after so many attempts: its fault may be mended."""

SituationDelivery = Callable[[], None]
"""Send a change, in a thread of the receiver. It raises NotDelivered."""

Preparation = Callable[[SituationService, SituationChange], SituationDelivery]
"""Read in the thread of the room what a change needs, and return its delivery."""


class ChangeReceiver(NamedTuple):
    """Who is sent changes.

    Attributes:
        reader: The name under which the store has how far it has come.
        title: What messages to the operator call it.
        recipient: The organisation whose view it is sent; None for the public.
        exercises: Whether it is sent tests and exercises.
        from_beginning: Whether a new one begins with everything that there is, instead of what is new.
    """

    reader: str
    title: str
    recipient: str | None
    exercises: Exercises
    from_beginning: bool = False


class _Prepared(NamedTuple):
    number: int
    situation: str
    deliver: SituationDelivery


class _Batch(NamedTuple):
    last: int
    prepared: list[_Prepared]


class ChangeSender:
    """Sends one receiver what changes."""

    def __init__(self, receiver: ChangeReceiver, prepare: Preparation) -> None:
        self._receiver, self._prepare = receiver, prepare
        self._backoff = Backoff(_FIRST_RETRY_S, _LONGEST_RETRY_S)
        self._rejections = 0
        self.counts = {"sent": 0, "failed": 0, "dropped": 0}
        self.error: str | None = None

    @property
    def title(self) -> str:
        """What messages to the operator call the receiver."""
        return self._receiver.title

    async def run(self, room: SituationRoom, reader: ChangeReader, stop: asyncio.Event) -> None:
        """Send until told to stop."""
        number: int | None = None
        thread = OneThread(self._receiver.reader)
        try:
            with room.watching() as changed:
                while not stop.is_set():
                    changed.clear()
                    try:
                        number = await self._begin(room) if number is None else number
                        batch = await room.run(lambda service, after=number: self._read(service, reader, after))  # type: ignore[misc]
                        reached = await self._send(batch, thread, stop)
                        if reached != number:
                            await room.run(lambda service, to=reached: service.store.save_position(self._receiver.reader, to))  # type: ignore[misc]
                            number = reached
                    except SituationsUnavailable as error:
                        await self._wait_after(str(error), stop)
                        continue
                    if not batch.prepared and batch.last == number:
                        await unless_stopped(changed.wait(), stop)
        except WorkStopped:
            return
        finally:
            thread.close(wait=False)

    async def _begin(self, room: SituationRoom) -> int:
        """Return the number after which to continue; a new receiver begins with what is new, or with everything."""

        def begin(service: SituationService) -> int:
            number = service.store.position(self._receiver.reader)
            if number is None:
                number = 0 if self._receiver.from_beginning else service.store.newest()
                service.store.save_position(self._receiver.reader, number)
            return number

        return await room.run(begin)

    def _read(self, service: SituationService, reader: ChangeReader, number: int) -> _Batch:
        batch = reader.read(service.store, self._receiver.recipient, number, self._receiver.exercises)
        return _Batch(batch.last, [_Prepared(one.number, one.situation, self._prepare(service, one)) for one in batch.changes])

    async def _send(self, batch: _Batch, thread: OneThread, stop: asyncio.Event) -> int:
        """Send the changes of a batch, and return the number up to which it succeeded; if it failed, after a wait."""
        reached = batch.prepared[0].number - 1 if batch.prepared else batch.last
        for change in batch.prepared:
            try:
                await thread.run(change.deliver)
            except NotDelivered as error:
                self.counts["failed"] += 1
                self._rejections += error.is_final
                if self._rejections < _REJECTED_ATTEMPTS:
                    await self._wait_after(str(error), stop)
                    return reached
                self.counts["dropped"] += 1
                log.error("gave up to send %s the situation %s: %s", self.title, change.situation, error)  # noqa: TRY400 — for the operator
            else:
                self.counts["sent"] += 1
            self._rejections, self.error = 0, None
            self._backoff.succeeded()
            reached = change.number
            if stop.is_set():
                return reached
        self.error = None
        return batch.last

    async def _wait_after(self, error: str, stop: asyncio.Event) -> None:
        if self.error is None:
            log.warning("can't send %s what changes: %s; trying again", self.title, error)
        self.error = error
        await wait_for_stop(stop, self._backoff.failed())


def change_reader(service: SituationService) -> ChangeReader:
    """Return a reader of changes, which several senders share; it is used in the thread of the room."""
    return ChangeReader(PresentSituations(service.rules.times.zone), service.rules.parties)
