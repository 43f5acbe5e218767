"""Sends situations to who subscribes to them.

As with webhooks, what is to be sent is in the history of the store, and the number up to which everything was sent is all that is stored
besides. What waits for the end of quiet hours is read again by a process that begins anew.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from zoneinfo import ZoneInfo

from prometheus_client.core import Metric

from gateway.centre.situation.changes import ChangeReader, Exercises, SituationChange
from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.present import PresentSituations
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.service import SituationService
from gateway.centre.situation.subscriptions.delivery import SubscriptionPostman
from gateway.centre.situation.subscriptions.nearby import NearbyWorks
from gateway.centre.situation.subscriptions.waiting import WaitingChanges
from gateway.host import clock
from gateway.host.backoff import Backoff
from gateway.host.http_server import counter, gauge
from gateway.host.stopping import WorkStopped, unless_stopped, wait_for_stop
from gateway.host.threads import OneThread
from gateway.host.webhook.errors import NotDelivered
from gateway.model.site.alarms import SmtpSettings
from gateway.model.site.situation.subscriptions import SubscriptionSettings
from gateway.situation.conflicts.shape import Box
from gateway.situation.event.kinds import SeverityLevel
from gateway.situation.subscription import Subscription

log = logging.getLogger(__name__)

_LOOK_EVERY_S = 5.0
"""How often it is looked whether quiet hours or an interval are over."""

_FIRST_RETRY_S, _LONGEST_RETRY_S = 5.0, 900.0
_REJECTED_ATTEMPTS = 8
"""What a receiver rejects for good is given up after so many attempts: its fault may be mended."""


class SituationSubscriptions:
    """The subscriptions of a site.

    Args:
        site: The name of the site.
        subscriptions: Who is sent what, by name.
        smtp: The mail server, if there is one.
        zone: The time zone of the site.
        nearby: What finds the works near to an organisation's layer, by subscription, for those that are sent these alone.
    """

    def __init__(
        self,
        site: str,
        subscriptions: Mapping[str, SubscriptionSettings],
        smtp: SmtpSettings | None,
        zone: ZoneInfo,
        nearby: Mapping[str, NearbyWorks] = MappingProxyType({}),
    ) -> None:
        self._senders = [
            _Subscriber(name, settings, SubscriptionPostman(site, name, settings, smtp, zone), nearby.get(name))
            for name, settings in subscriptions.items()
        ]

    async def __call__(self, room: SituationRoom, stop: asyncio.Event) -> None:
        """Send until told to stop."""
        reader = await room.run(lambda service: ChangeReader(PresentSituations(service.rules.times.zone), service.rules.parties))
        async with asyncio.TaskGroup() as group:
            for sender in self._senders:
                group.create_task(sender.run(room, reader, stop), name=f"subscription {sender.name}")

    def samples(self) -> Iterable[Metric]:
        """Yield how many e-mails were sent, and how many were not."""
        yield counter("street_situation_subscriptions_sent", "Messages to subscriptions that were accepted", self._sum("sent"))
        yield counter("street_situation_subscriptions_failed", "Attempts to send one that failed", self._sum("failed"))
        yield counter("street_situation_subscriptions_dropped", "Messages to subscriptions that were given up", self._sum("dropped"))
        yield gauge(
            "street_situation_subscriptions_waiting",
            "Situations that subscribers are not told of yet",
            sum(one.waiting for one in self._senders),
        )

    def failing(self) -> list[str]:
        """Return a sentence for each subscription that can't be sent anything."""
        return [f"can't send to the subscription {one.name}: {one.error}" for one in self._senders if one.error is not None]

    def _sum(self, count: str) -> int:
        return sum(one.counts[count] for one in self._senders)


class _Subscriber:
    """Sends the messages of one subscription."""

    def __init__(self, name: str, settings: SubscriptionSettings, postman: SubscriptionPostman, nearby: NearbyWorks | None) -> None:
        self.name, self._settings, self._postman, self._nearby = name, settings, postman, nearby
        self._backoff, self._rejections = Backoff(_FIRST_RETRY_S, _LONGEST_RETRY_S), 0
        self.counts = {"sent": 0, "failed": 0, "dropped": 0}
        self._saved = self.waiting = 0
        self.error: str | None = None

    async def run(self, room: SituationRoom, reader: ChangeReader, stop: asyncio.Event) -> None:
        """Send until told to stop."""
        thread, waiting = OneThread(f"mail-{self.name}"), None
        try:
            with room.watching() as changed:
                while not stop.is_set():
                    changed.clear()
                    try:
                        waiting = waiting or await self._begin(room)
                        await self._read(room, reader, waiting)
                        await self._send(thread, waiting)
                        await self._save(room, waiting)
                        self._succeeded()
                    except (SituationsUnavailable, NotDelivered) as error:
                        await self._wait_after(str(error), stop)
                        continue
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(_LOOK_EVERY_S if len(waiting) else None):
                            await unless_stopped(changed.wait(), stop)
        except WorkStopped:
            return
        finally:
            thread.close(wait=False)

    @property
    def _reader_name(self) -> str:
        """The name under which the store has how far this has come."""
        return f"subscription-{self.name}"

    async def _begin(self, room: SituationRoom) -> WaitingChanges:
        """Continue after what was sent; a new subscription begins with what is new."""

        def begin(service: SituationService) -> int:
            number = service.store.position(self._reader_name)
            if number is None:
                number = service.store.newest()
                service.store.save_position(self._reader_name, number)
            return number

        settings = self._settings
        self._saved = await room.run(begin)
        return WaitingChanges(subscription_of(settings), settings.quiet, settings.interval, self._postman.zone, self._saved)

    async def _read(self, room: SituationRoom, reader: ChangeReader, waiting: WaitingChanges) -> None:
        """Read everything that has changed."""
        exercises: Exercises = "include" if self._settings.exercises else "exclude"
        while True:
            batch = await room.run(lambda service: reader.read(service.store, self._settings.organisation, waiting.number, exercises))
            if batch.last == waiting.number:
                return
            changes = batch.changes if self._nearby is None else await asyncio.to_thread(self._nearby.among, batch.changes)
            waiting.add(changes, batch.last)
            self.waiting = len(waiting)

    async def _send(self, thread: OneThread, waiting: WaitingChanges) -> None:
        for message in self._postman.in_messages(waiting.due(clock.now_ms())):
            if message:
                await self._deliver(thread, message)
                waiting.sent(message, clock.now_ms())
                self.waiting = len(waiting)

    async def _deliver(self, thread: OneThread, message: Sequence[SituationChange]) -> None:
        """Deliver a message; return if it was accepted, or rejected too often."""
        try:
            said = await thread.run(self._postman.deliver, message)
        except NotDelivered as error:
            self.counts["failed"] += 1
            self._rejections += error.is_final
            if self._rejections < _REJECTED_ATTEMPTS:
                raise
            self.counts["dropped"] += 1
            log.error("gave up to send the subscription %s %d situations: %s", self.name, len(message), error)  # noqa: TRY400 — for the operator
        else:
            self.counts["sent"] += 1
            log.info("the subscription %s was sent %d situations: %s", self.name, len(message), said)
        self._rejections = 0

    async def _save(self, room: SituationRoom, waiting: WaitingChanges) -> None:
        done = waiting.done
        if done != self._saved:
            await room.run(lambda service: service.store.save_position(self._reader_name, done))
            self._saved = done

    def _succeeded(self) -> None:
        self.error = None
        self._backoff.succeeded()

    async def _wait_after(self, error: str, stop: asyncio.Event) -> None:
        if self.error is None:
            log.warning("can't send to the subscription %s: %s; trying again", self.name, error)
        self.error = error
        await wait_for_stop(stop, self._backoff.failed())


def subscription_of(settings: SubscriptionSettings) -> Subscription:
    """Return what a subscription of a site file wants."""
    least = None if settings.severity is None else SeverityLevel(settings.severity)
    area = None if settings.area is None else Box(settings.area.west, settings.area.south, settings.area.east, settings.area.north)
    return Subscription(frozenset(settings.kinds), least, area)
