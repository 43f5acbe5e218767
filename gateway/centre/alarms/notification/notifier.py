"""Notifies contacts of alarms: decides, stores what is to be sent, and delivers it, with retries."""

import asyncio
import logging
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from prometheus_client.core import Metric

from gateway.alarms.notification.notice import Notification
from gateway.alarms.notification.plan import NotificationPlan
from gateway.alarms.state import Alarm, AlarmKey
from gateway.centre.alarms.notification.delivery import Postman
from gateway.centre.alarms.notification.queue import NotificationQueue, WaitingNotification
from gateway.centre.role import RoleContext
from gateway.centre.stores.port import StoreUnavailable
from gateway.host import clock
from gateway.host.backoff import jitter
from gateway.host.http_server import counter, gauge
from gateway.host.threads import OneThread
from gateway.host.webhook.errors import NotDelivered

log = logging.getLogger(__name__)

_FIRST_RETRY_S, _LONGEST_RETRY_S = 15.0, 900.0
_GIVE_UP_AFTER_MS = 86_400_000
_REJECTED_ATTEMPTS = 8
"""A message that a receiver rejects for good is given up after so many attempts, which take about half an hour: its fault may be mended."""


class _Outgoing(NamedTuple):
    """A message on its way, and when it is tried again, on the clock of the loop; None while it is being tried."""

    waiting: WaitingNotification
    retry_s: float | None


class Notifier:
    """Notifies the contacts of a site. Each has one message on its way; what comes meanwhile is in the next one.

    Raises:
        StoreUnavailable: The file of alarms can't be opened.
    """

    def __init__(self, context: RoleContext) -> None:
        settings = context.settings.alarms
        self._queue = _opened(Path(context.settings.alarms_path()), context.operator or "")
        self._plan = NotificationPlan(settings, context.time_zone, self._queue.cases(), self._queue.sent_ms())
        self._outgoing = {one.notification.contact: _Outgoing(one, 0.0) for one in self._queue.waiting()}
        self._postman = Postman(context.site, settings, context.time_zone)
        self._unsaved: list[Notification] = []
        self._storing_fails = False
        self._thread = OneThread("alarms-queue")
        self._tasks: set[asyncio.Task[None]] = set()
        self.sent = self.failed = self.dropped = 0

    async def step(self, alarms: Mapping[AlarmKey, Alarm]) -> None:
        """Decide what is to be sent, store it, and begin to deliver what is due."""
        busy = {*self._outgoing, *(one.contact for one in self._unsaved)}
        self._unsaved += self._plan.decide(alarms, clock.now_ms(), busy)
        await self._save()
        now_s = asyncio.get_running_loop().time()
        for contact, one in self._outgoing.items():
            if one.retry_s is not None and now_s >= one.retry_s:
                self._outgoing[contact] = _Outgoing(one.waiting, None)
                task = asyncio.create_task(self._deliver(one.waiting), name=f"notify {contact}")
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _save(self) -> None:
        keys, notifications = set(self._plan.changed), list(self._unsaved)
        if not keys and not notifications:
            return
        try:
            changed = {key: self._plan.copy_of(key) for key in keys}
            added = await self._thread.run(self._queue.add, changed, notifications)
        except sqlite3.Error as error:
            if not self._storing_fails:
                log.error("can't store notifications: %s; trying again", error)  # noqa: TRY400 — the sentence is for the operator
            self._storing_fails = True
            return
        self._storing_fails = False
        self._plan.changed -= keys
        self._unsaved.clear()
        self._outgoing |= {one.notification.contact: _Outgoing(one, 0.0) for one in added}

    async def _deliver(self, waiting: WaitingNotification) -> None:
        contact = waiting.notification.contact
        try:
            said = await asyncio.to_thread(self._postman.deliver, waiting)
        except NotDelivered as error:
            self.failed += 1
            await self._retry(waiting._replace(attempts=waiting.attempts + 1, error=str(error)), is_final=error.is_final)
            return
        self.sent += 1
        log.info("notified %s of %d alarms: %s", contact, len(waiting.notification.notices), said)
        await self._forget(waiting)

    async def _retry(self, waiting: WaitingNotification, *, is_final: bool) -> None:
        contact = waiting.notification.contact
        is_late = clock.now_ms() - waiting.notification.at_ms > _GIVE_UP_AFTER_MS
        if is_late or (is_final and waiting.attempts >= _REJECTED_ATTEMPTS):
            self.dropped += 1
            log.error("gave up to notify %s of %d alarms: %s", contact, len(waiting.notification.notices), waiting.error)
            await self._forget(waiting)
            return
        if waiting.attempts == 1:
            log.warning("can't notify %s: %s; trying again", contact, waiting.error)
        wait_s = min(_LONGEST_RETRY_S, _FIRST_RETRY_S * 2 ** (waiting.attempts - 1)) * jitter()
        try:
            await self._thread.run(self._queue.failed, waiting.id, waiting.error)
        except sqlite3.Error as error:
            log.warning("can't note that %s was not notified: %s", contact, error)
        self._outgoing[contact] = _Outgoing(waiting, asyncio.get_running_loop().time() + wait_s)

    async def _forget(self, waiting: WaitingNotification) -> None:
        """Remove a message from the queue. If that fails, it is sent again after the next start, with the same id."""
        try:
            await self._thread.run(self._queue.remove, waiting.id)
        except sqlite3.Error as error:
            log.warning("can't remove a notification that is done: %s", error)
        del self._outgoing[waiting.notification.contact]

    async def close(self) -> None:
        """Wait for the messages that are being sent, and close the file."""
        await asyncio.gather(*self._tasks)
        await self._thread.run(self._queue.close)
        self._thread.close()

    def samples(self) -> Iterable[Metric]:
        """Yield how many messages were sent, and how many were not."""
        yield counter("street_alarms_notifications_sent", "Messages about alarms that were accepted", self.sent)
        yield counter("street_alarms_notifications_failed", "Attempts to send one that failed", self.failed)
        yield counter("street_alarms_notifications_dropped", "Messages that were given up", self.dropped)
        yield gauge("street_alarms_notifications_waiting", "Messages that are not accepted yet", len(self._outgoing))

    def failing(self) -> list[str]:
        """Return a sentence for each contact that can't be notified."""
        return [f"can't notify {contact}: {one.waiting.error}" for contact, one in self._outgoing.items() if one.waiting.attempts]


def _opened(path: Path, owner: str) -> NotificationQueue:
    try:
        return NotificationQueue(path, owner)
    except sqlite3.Error as error:
        raise StoreUnavailable(f"can't open the alarms {path}: {error}") from error
