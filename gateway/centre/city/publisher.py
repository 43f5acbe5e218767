"""The city plane's publisher: reads what gateways send, says the latest of every asset. One of them for each operator."""

import asyncio
import logging

from gateway.centre.city.latest import LatestValues, Pace
from gateway.centre.schemas import Schemas
from gateway.host.mqtt import Broker, Message, Mqtt
from gateway.host.stopping import wait_for_stop
from gateway.model import topics
from gateway.model.batch import BatchError, Unpacker, rows_of
from gateway.model.messages import CityMessage
from gateway.model.topics import GatewayTopic
from gateway.model.untrusted_json import json_reader

log = logging.getLogger(__name__)

_TICK_S = 0.25
"""How often is looked at what is due: a message may come so much late."""

_message = json_reader(CityMessage)


class CityPublisher:
    """Publishes for one operator, or for all of a site. What it said before it ran, it learns of the broker."""

    def __init__(self, site: str, operator: str | None, broker: Broker, pace: Pace) -> None:
        self._site, self._operator = site, operator or "+"
        self._schemas, self._batches, self._city = Schemas(), Unpacker(), LatestValues(pace)
        self._remembering = True
        self.said = 0
        self.mqtt = Mqtt(broker, f"{site}-city-{operator or 'all'}", on_connect=self._connected, on_message=self._received)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        self.mqtt.start()
        try:
            while not await wait_for_stop(stop, _TICK_S):
                self._tell()
        finally:
            await self.mqtt.stop()

    def _connected(self) -> None:
        # What is retained of the city plane comes first: nothing older than that is to be said.
        self._remembering = True
        filters = (topics.every_gateway(self._site, channel, self._operator) for channel in ("schema/+", "data"))
        self.mqtt.subscribe(topics.every_asset(self._site, self._operator), *filters)

    def _received(self, message: Message) -> None:
        if topics.parse_city(message.topic) is not None:
            self._remember(message)
            return
        topic = topics.parse_gateway(message.topic)
        if topic is not None and topic.schema is not None:
            self._schemas.learn(topic.sender, topic.schema, message.payload)
        elif topic is not None and topic.channel == "data":
            self._take(topic, message.payload)

    def _remember(self, message: Message) -> None:
        if not message.retained:
            # The first that is not retained is our own: all that was retained has come.
            if self._remembering:
                self.mqtt.unsubscribe(topics.every_asset(self._site, self._operator))
                self._remembering = False
            return
        try:
            self._city.remember(message.topic, _message(message.payload))
        except ValueError as error:
            log.warning("%s: what is retained there can't be read (%s); it is written over", message.topic, error)

    def _take(self, topic: GatewayTopic, payload: bytes) -> None:
        try:
            found = self._batches.unpack(payload)
            document = self._schemas.get(topic.sender, found.schema)
            if document is not None and not isinstance(document, str):
                self._city.take(topic.sender, found, rows_of(found), document)
        except BatchError as error:
            log.debug("%s/%s: %s; the ingest sets it aside", topic.sender.operator, topic.sender.gateway, error)

    def _tell(self) -> None:
        if not self.mqtt.state.connected:
            return
        for topic, payload in self._city.due(asyncio.get_running_loop().time()):
            self.mqtt.publish(topic, payload, retain=True)
            self.said += 1
