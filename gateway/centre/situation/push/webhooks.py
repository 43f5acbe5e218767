"""Posts what changes to the webhooks of organisations."""

import asyncio
from collections.abc import Iterable, Mapping
from functools import partial

from prometheus_client.core import Metric

from gateway.centre.situation.changes import SituationChange
from gateway.centre.situation.push.message import push_message
from gateway.centre.situation.push.sender import ChangeReceiver, ChangeSender, change_reader
from gateway.centre.situation.room import SituationRoom
from gateway.host import clock
from gateway.host.files import SecretError, read_secret
from gateway.host.http_server import counter, gauge
from gateway.host.webhook.errors import NotDelivered
from gateway.host.webhook.post import Receiver, post
from gateway.host.webhook.signature import key_of_secret
from gateway.model.site.situation.organisations import SituationWebhookSettings


class SituationWebhooks:
    """The webhooks of a site's organisations.

    Args:
        site: The name of the site.
        webhooks: Where organisations are sent what changes, by organisation.
    """

    def __init__(self, site: str, webhooks: Mapping[str, SituationWebhookSettings]) -> None:
        self._senders = [_sender(site, organisation, settings) for organisation, settings in webhooks.items()]

    async def __call__(self, room: SituationRoom, stop: asyncio.Event) -> None:
        """Send until told to stop."""
        reader = await room.run(change_reader)
        async with asyncio.TaskGroup() as group:
            for sender in self._senders:
                group.create_task(sender.run(room, reader, stop), name=f"webhook {sender.title}")

    def samples(self) -> Iterable[Metric]:
        """Yield how many messages were sent, and how many were not."""
        yield counter("street_situation_webhooks_sent", "Messages about situations that were accepted", self._sum("sent"))
        yield counter("street_situation_webhooks_failed", "Attempts to send one that failed", self._sum("failed"))
        yield counter("street_situation_webhooks_dropped", "Messages that were given up", self._sum("dropped"))
        yield gauge("street_situation_webhooks_failing", "Organisations that can't be sent anything now", len(self.failing()))

    def failing(self) -> list[str]:
        """Return a sentence for each organisation that can't be sent anything."""
        return [f"can't send to the webhook of {one.title}: {one.error}" for one in self._senders if one.error is not None]

    def _sum(self, count: str) -> int:
        return sum(one.counts[count] for one in self._senders)


def _sender(site: str, organisation: str, settings: SituationWebhookSettings) -> ChangeSender:
    receiver = ChangeReceiver(f"webhook-{organisation}", organisation, organisation, "include" if settings.exercises else "exclude")
    address = Receiver(settings.url, settings.ca, settings.private)

    def deliver(change: SituationChange) -> None:
        try:
            key = key_of_secret(read_secret(settings.secret_file))
        except (SecretError, ValueError) as error:
            raise NotDelivered(str(error)) from error
        message_id = f"{site}-{organisation}-{change.number}"
        post(address, key, message_id, push_message(change, clock.now_ms()), {"X-Correlation-ID": message_id})

    return ChangeSender(receiver, lambda _service, change: partial(deliver, change))
