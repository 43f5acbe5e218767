"""Publishes the city plane: the latest values of every asset, from what gateways send."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import ParamSpec

import msgspec

from gateway.centre.city.latest import LatestValues, Pace
from gateway.centre.city.schema_asks import SchemaAsks
from gateway.centre.fair_queue import FairQueue
from gateway.centre.progress import Progress
from gateway.centre.schemas import PACKET_LIMIT_BYTES, Schemas
from gateway.host.mqtt import Broker, Message, Mqtt
from gateway.host.stopping import wait_for_stop
from gateway.model import topics
from gateway.model.batch import BatchError, Unpacker, rows_of
from gateway.model.messages import Ask, CityMessage
from gateway.model.topics import GatewayId
from gateway.model.untrusted_json import json_reader

log = logging.getLogger(__name__)

_TICK_S = 0.25
"""How often due messages are published; each may be this late."""

_ADDED_WITHIN_S = 0.1

_STUCK_AFTER_S = 30.0
"""A tick takes a part of a second."""

P = ParamSpec("P")

_message = json_reader(CityMessage)


class CityPublisher:
    """Publishes for one operator, or for all of a site. What was published before it started, it reads from the broker."""

    def __init__(self, site: str, operator: str | None, broker: Broker, pace: Pace) -> None:
        self._site, self._operator = site, operator or "+"
        self._schemas, self._unpacker, self._latest = Schemas(), Unpacker(), LatestValues(pace)
        self._queue, self.progress = FairQueue[Message](), Progress(_STUCK_AFTER_S)
        self._restoring, self._asks = True, SchemaAsks()
        self.published = self.ignored = 0
        self.mqtt = Mqtt(
            broker, f"{site}-city-{operator or 'all'}", on_connect=self._connected, on_message=self._received,
            max_packet_bytes=PACKET_LIMIT_BYTES,
        )  # fmt: skip

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        self.mqtt.start()
        try:
            while not await wait_for_stop(stop, 0.0 if self._queue else _TICK_S):
                self.progress.step()
                self._add_round()
                self._guarded(self._publish_due)
        finally:
            self.progress.wait()
            await self.mqtt.stop()

    def _add_round(self) -> None:
        """Add a round of batches, for a short time: the ingest may run beside this."""
        until_s = asyncio.get_running_loop().time() + _ADDED_WITHIN_S
        with contextlib.closing(self._queue.take()) as some:
            for message in some:
                self._guarded(self._add, message)
                if asyncio.get_running_loop().time() > until_s:
                    return

    def _guarded(self, work: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Do something with what others sent; whatever it raises ends nothing but itself."""
        try:
            work(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 — the last resort: no message, whatever is in it, ends the city plane
            self.ignored += 1
            log.warning("a message was ignored: %r", error)

    def _connected(self) -> None:
        # The retained messages of the city plane arrive first: nothing older is published again.
        self._restoring = True
        filters = (topics.every_gateway(self._site, channel, self._operator) for channel in ("schema/+", "data"))
        self.mqtt.subscribe(topics.every_asset(self._site, self._operator), *filters)

    def _received(self, message: Message) -> None:
        self._guarded(self._sort, message)

    def _sort(self, message: Message) -> None:
        if topics.parse_city(message.topic) is not None:
            self._restore(message)
            return
        topic = topics.parse_gateway(message.topic)
        if topic is not None and topic.schema is not None:
            self._schemas.update(topic.sender, topic.schema, message.payload)
        elif topic is not None and topic.channel == "data":
            self._queue.put(topic.sender, message)

    def _restore(self, message: Message) -> None:
        if not message.retained:
            # The first one that is not retained is our own: all retained ones have arrived.
            if self._restoring:
                self.mqtt.unsubscribe(topics.every_asset(self._site, self._operator))
                self._restoring = False
            return
        try:
            self._latest.restore(message.topic, _message(message.payload))
        except ValueError as error:
            log.warning("%s: the retained message is invalid (%s) and will be overwritten", message.topic, error)

    def _add(self, message: Message) -> None:
        topic = topics.parse_gateway(message.topic)
        if topic is None:
            return
        try:
            batch = self._unpacker.unpack(message.payload)
            document = self._schemas.get(topic.sender, batch.schema)
            if document is None:
                self._ask(topic.sender, batch.schema)
            elif not isinstance(document, str):
                self._latest.add(topic.sender, batch, rows_of(batch), document)
        except BatchError as error:
            self.ignored += 1
            log.debug("%s/%s: %s; the ingest reports it", topic.sender.operator, topic.sender.gateway, error)

    def _ask(self, sender: GatewayId, schema: bytes) -> None:
        """Ask a gateway for a schema document that the broker did not have. Its values are published with the next batch."""
        if self._asks.due(sender, asyncio.get_running_loop().time()):
            self.mqtt.publish(sender.topic("ask"), msgspec.json.encode(Ask(schema=schema.hex())))

    def _publish_due(self) -> None:
        if not self.mqtt.state.connected:
            return
        for topic, payload in self._latest.due_messages(asyncio.get_running_loop().time()):
            self.mqtt.publish(topic, payload, retain=True)
            self.published += 1
