"""Posts what changes to the webhooks of organisations, in order, with retries.

What is to be sent is in the history of the store: the number up to which an organisation was sent it is all that is stored besides. A
receiver that was away is sent each situation that has changed, not each of its versions.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping

from prometheus_client.core import Metric

from gateway.centre.situation.changes import ChangeBatch, ChangeReader, Exercises, SituationChange
from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.present import PresentSituations
from gateway.centre.situation.push.message import push_message
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.service import SituationService
from gateway.host import clock
from gateway.host.backoff import Backoff
from gateway.host.files import SecretError, read_secret
from gateway.host.http_server import counter, gauge
from gateway.host.stopping import WorkStopped, unless_stopped, wait_for_stop
from gateway.host.threads import OneThread
from gateway.host.webhook.errors import NotDelivered
from gateway.host.webhook.post import Receiver, post
from gateway.host.webhook.signature import key_of_secret
from gateway.model.site import SituationWebhookSettings

log = logging.getLogger(__name__)

_FIRST_RETRY_S, _LONGEST_RETRY_S = 5.0, 900.0
_REJECTED_ATTEMPTS = 8
"""A message that a receiver rejects for good is given up after so many attempts: its fault may be mended."""


class SituationWebhooks:
    """The webhooks of a site's organisations.

    Args:
        site: The name of the site.
        webhooks: Where organisations are sent what changes, by organisation.
    """

    def __init__(self, site: str, webhooks: Mapping[str, SituationWebhookSettings]) -> None:
        self._senders = [_Sender(site, organisation, settings) for organisation, settings in webhooks.items()]

    async def __call__(self, room: SituationRoom, stop: asyncio.Event) -> None:
        """Send until told to stop."""
        reader = await room.run(_reader)
        async with asyncio.TaskGroup() as group:
            for sender in self._senders:
                group.create_task(sender.run(room, reader, stop), name=f"webhook {sender.organisation}")

    def samples(self) -> Iterable[Metric]:
        """Yield how many messages were sent, and how many were not."""
        yield counter("street_situation_webhooks_sent", "Messages about situations that were accepted", self._sum("sent"))
        yield counter("street_situation_webhooks_failed", "Attempts to send one that failed", self._sum("failed"))
        yield counter("street_situation_webhooks_dropped", "Messages that were given up", self._sum("dropped"))
        yield gauge("street_situation_webhooks_failing", "Organisations that can't be sent anything now", len(self.failing()))

    def failing(self) -> list[str]:
        """Return a sentence for each organisation that can't be sent anything."""
        return [f"can't send to the webhook of {one.organisation}: {one.error}" for one in self._senders if one.error is not None]

    def _sum(self, count: str) -> int:
        return sum(one.counts[count] for one in self._senders)


def _reader(service: SituationService) -> ChangeReader:
    return ChangeReader(PresentSituations(service.rules.times.zone), service.rules.parties)


class _Sender:
    """Sends one organisation what changes."""

    def __init__(self, site: str, organisation: str, settings: SituationWebhookSettings) -> None:
        self.organisation, self._site, self._settings = organisation, site, settings
        self._exercises: Exercises = "include" if settings.exercises else "exclude"
        self._receiver = Receiver(settings.url, settings.ca, settings.private)
        self._backoff = Backoff(_FIRST_RETRY_S, _LONGEST_RETRY_S)
        self._rejections = 0
        self.counts = {"sent": 0, "failed": 0, "dropped": 0}
        self.error: str | None = None

    async def run(self, room: SituationRoom, reader: ChangeReader, stop: asyncio.Event) -> None:
        """Send until told to stop."""
        number: int | None = None
        thread = OneThread(f"webhook-{self.organisation}")
        try:
            with room.watching() as changed:
                while not stop.is_set():
                    changed.clear()
                    try:
                        number = await self._begin(room) if number is None else number
                        batch = await room.run(lambda service, after=number: self._read(service, reader, after))  # type: ignore[misc]
                        reached = await self._send(batch, thread, stop)
                        if reached != number:
                            await room.run(lambda service, to=reached: service.store.save_position(self._name, to))  # type: ignore[misc]
                            number = reached
                    except SituationsUnavailable as error:
                        await self._wait_after(str(error), stop)
                        continue
                    if not batch.changes and batch.last == number:
                        await unless_stopped(changed.wait(), stop)
        except WorkStopped:
            return
        finally:
            thread.close(wait=False)

    @property
    def _name(self) -> str:
        """The name under which the store has how far this has come."""
        return f"webhook-{self.organisation}"

    async def _begin(self, room: SituationRoom) -> int:
        """Return the number after which to continue; a new webhook begins with what is new."""

        def begin(service: SituationService) -> int:
            number = service.store.position(self._name)
            if number is None:
                number = service.store.newest()
                service.store.save_position(self._name, number)
            return number

        return await room.run(begin)

    def _read(self, service: SituationService, reader: ChangeReader, number: int) -> ChangeBatch:
        return reader.read(service.store, self.organisation, number, self._exercises)

    async def _send(self, batch: ChangeBatch, thread: OneThread, stop: asyncio.Event) -> int:
        """Send the changes of a batch, and return the number up to which it succeeded; if it failed, after a wait."""
        reached = batch.changes[0].number - 1 if batch.changes else batch.last
        for change in batch.changes:
            try:
                await thread.run(self._post, change)
            except NotDelivered as error:
                self.counts["failed"] += 1
                self._rejections += error.is_final
                if self._rejections < _REJECTED_ATTEMPTS:
                    await self._wait_after(str(error), stop)
                    return reached
                self.counts["dropped"] += 1
                log.error("gave up to send %s the situation %s: %s", self.organisation, change.situation, error)  # noqa: TRY400 — for the operator
            else:
                self.counts["sent"] += 1
            self._rejections, self.error = 0, None
            self._backoff.succeeded()
            reached = change.number
            if stop.is_set():
                return reached
        self.error = None
        return batch.last

    def _post(self, change: SituationChange) -> None:
        try:
            key = key_of_secret(read_secret(self._settings.secret_file))
        except (SecretError, ValueError) as error:
            raise NotDelivered(str(error)) from error
        message_id = f"{self._site}-{self.organisation}-{change.number}"
        post(self._receiver, key, message_id, push_message(change, clock.now_ms()), {"X-Correlation-ID": message_id})

    async def _wait_after(self, error: str, stop: asyncio.Event) -> None:
        if self.error is None:
            log.warning("can't send %s what changes: %s; trying again", self.organisation, error)
        self.error = error
        await wait_for_stop(stop, self._backoff.failed())
