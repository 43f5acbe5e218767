"""Keeps the entities of context brokers as what is public in the Situation Room: Orion, Orion-LD, Snap4City."""

import asyncio
from collections.abc import Iterable, Mapping
from functools import partial
from urllib.parse import urlsplit

from prometheus_client.core import Metric

from gateway.centre.situation.changes import SituationChange
from gateway.centre.situation.push.entities import BrokerRequest, broker_requests
from gateway.centre.situation.push.sender import ChangeReceiver, ChangeSender, SituationDelivery, change_reader
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.service import SituationService
from gateway.host import clock
from gateway.host.files import SecretError, read_secret
from gateway.host.http_server import counter, gauge
from gateway.host.webhook.errors import NotDelivered
from gateway.host.webhook.post import Receiver, exchange
from gateway.model.site.situation.room import ContextBrokerSettings
from gateway.situation.audience import PUBLIC, seen_by
from gateway.situation.event.document import SituationFeature
from gateway.situation.formats.port import ExportedSituation, ExportRequest


class ContextBrokers:
    """The context brokers of a site.

    Args:
        site: The name of the site.
        brokers: Their addresses, by name.
    """

    def __init__(self, site: str, brokers: Mapping[str, ContextBrokerSettings]) -> None:
        self._senders = [_sender(site, name, settings) for name, settings in brokers.items()]

    async def __call__(self, room: SituationRoom, stop: asyncio.Event) -> None:
        """Send until told to stop."""
        reader = await room.run(change_reader)
        async with asyncio.TaskGroup() as group:
            for sender in self._senders:
                group.create_task(sender.run(room, reader, stop), name=sender.title)

    def samples(self) -> Iterable[Metric]:
        """Yield how many situations were sent, and how many were not."""
        yield counter("street_situation_brokers_sent", "Situations that context brokers accepted", self._sum("sent"))
        yield counter("street_situation_brokers_failed", "Attempts to send one that failed", self._sum("failed"))
        yield counter("street_situation_brokers_dropped", "Situations that were given up", self._sum("dropped"))
        yield gauge("street_situation_brokers_failing", "Context brokers that can't be sent anything now", len(self.failing()))

    def failing(self) -> list[str]:
        """Return a sentence for each broker that can't be sent anything."""
        return [f"can't send to {one.title}: {one.error}" for one in self._senders if one.error is not None]

    def _sum(self, count: str) -> int:
        return sum(one.counts[count] for one in self._senders)


def _sender(site: str, name: str, settings: ContextBrokerSettings) -> ChangeSender:
    receiver = ChangeReceiver(f"broker-{name}", f"the context broker {name}", PUBLIC, "exclude", from_beginning=True)
    return ChangeSender(receiver, partial(_prepared, site, settings))


def _prepared(site: str, settings: ContextBrokerSettings, service: SituationService, change: SituationChange) -> SituationDelivery:
    """Return the delivery of a change, with the first version of the situation, whose time is that of the alert."""
    titles = {name: one.title for name, one in service.rules.parties.organisations.items()}
    request = ExportRequest([], site, titles, service.rules.times.zone, clock.now_ms())
    one = None if change.seen is None else ExportedSituation(change.seen, _earlier(service, change.seen), change.number)
    return partial(_deliver, settings, broker_requests(settings.api, change.situation, one, request))


def _earlier(service: SituationService, seen: SituationFeature) -> tuple[SituationFeature, ...]:
    """Return the first version that everybody could see, unless that is the present one."""
    revision = 1
    while (entry := service.store.of_revision(seen.id, revision)) is not None:
        situation = entry.recorded.situation
        if situation.version >= seen.properties.version:
            break
        first = seen_by(situation, PUBLIC, service.rules.parties)
        if first is not None:
            return (first,)
        revision += 1
    return ()


def _deliver(settings: ContextBrokerSettings, requests: Iterable[BrokerRequest]) -> None:
    receiver = Receiver(settings.url, settings.ca, settings.private)
    headers = _headers(settings)
    root = urlsplit(settings.url).path.rstrip("/")
    for one in requests:
        kind = {} if one.media is None else {"Content-Type": one.media}
        exchange(receiver, one.method, root + one.path, one.body, {**headers, **kind}, one.accepts)


def _headers(settings: ContextBrokerSettings) -> dict[str, str]:
    """Return the headers of every request: who asks, and in which part of the broker the entities are."""
    tenant = "Fiware-Service" if settings.api == "ngsi-v2" else "NGSILD-Tenant"
    found = {} if settings.tenant is None else {tenant: settings.tenant}
    if settings.service_path is not None:
        found["Fiware-ServicePath"] = settings.service_path
    if settings.token_file is not None:
        try:
            found["Authorization"] = f"Bearer {read_secret(settings.token_file)}"
        except SecretError as error:
            raise NotDelivered(str(error)) from error
    return found
