"""The retained states of a site's gateways."""

import asyncio
import logging

from gateway.host.mqtt import Broker, Message, Mqtt
from gateway.model import topics
from gateway.model.messages import GatewayState
from gateway.model.topics import GatewayId
from gateway.model.untrusted_json import json_reader

log = logging.getLogger(__name__)

_state = json_reader(GatewayState)


class BrokerUnreachable(Exception):
    """The broker did not answer in time."""


async def gateway_states(site: str, broker: Broker, wait_s: float) -> dict[GatewayId, GatewayState]:
    """Return the retained states that the broker sends within a time; MQTT does not tell which is the last one.

    Raises:
        BrokerUnreachable: There was no connection by then.
    """
    found: dict[GatewayId, GatewayState] = {}

    def received(message: Message) -> None:
        topic = topics.parse_gateway(message.topic)
        if topic is not None and message.payload:
            try:
                found[topic.sender] = _state(message.payload)
            except ValueError as error:
                log.warning("%s: invalid state: %s", message.topic, error)

    mqtt = Mqtt(broker, f"{site}-fleet", on_connect=lambda: mqtt.subscribe(topics.every_gateway(site, "state")), on_message=received)
    mqtt.start()
    await asyncio.sleep(wait_s)
    connected = mqtt.state.connected
    await mqtt.stop()
    if not connected:
        raise BrokerUnreachable(f"the broker {broker.url} did not answer within {wait_s:g} s")
    return found
