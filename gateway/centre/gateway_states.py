"""What the broker retains of a site's gateways: their states, and how it is cleared."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence

from gateway.host.mqtt import Broker, Disconnected, Message, Mqtt, PublishRefused
from gateway.model import topics
from gateway.model.messages import CityMessage, GatewayState
from gateway.model.stream import unpack_document
from gateway.model.topics import GatewayId
from gateway.model.untrusted_json import json_reader

log = logging.getLogger(__name__)

_state, _city = json_reader(GatewayState), json_reader(CityMessage)


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

    async with _following(site, broker, wait_s, [topics.every_gateway(site, "state")], received):
        return found


LARGEST_REPORT_BYTES = 4 << 20
"""Of a report, unpacked."""


async def gateway_reports(site: str, broker: Broker, wait_s: float) -> dict[GatewayId, bytes]:
    """Return the reports of installations that the broker sends within a time, as they are: nobody has verified them.

    Raises:
        BrokerUnreachable: There was no connection by then.
    """
    found: dict[GatewayId, bytes] = {}

    def received(message: Message) -> None:
        topic = topics.parse_gateway(message.topic)
        if topic is not None and message.payload:
            try:
                found[topic.sender] = unpack_document(message.payload, LARGEST_REPORT_BYTES)
            except ValueError as error:
                log.warning("%s: invalid report: %s", message.topic, error)

    async with _following(site, broker, wait_s, [topics.every_gateway(site, "report")], received):
        return found


class StillOnline(Exception):
    """The gateway runs."""


async def forget_gateway(sender: GatewayId, broker: Broker, wait_s: float) -> int:
    """Clear state, report, schemas and latest values of a gateway that the broker sends within a time; return how many messages.

    Raises:
        BrokerUnreachable: There was no connection by then, or it ended.
        StillOnline: The gateway is online.
    """
    own: list[str] = []
    online = False

    def received(message: Message) -> None:
        nonlocal online
        topic = topics.parse_gateway(message.topic)
        if topic is not None and topic.channel == "state" and message.payload:
            with contextlib.suppress(ValueError):  # what can't be read is cleared too
                online = _state(message.payload).state == "online"
        if message.payload and (topic is not None or _sent_by(message.payload) == sender.gateway):
            own.append(message.topic)

    filters = [
        sender.topic("state"),
        sender.topic("report"),
        sender.every_schema(),
        topics.every_asset(sender.site, sender.operator),
    ]
    async with _following(sender.site, broker, wait_s, filters, received) as mqtt:
        if online:
            raise StillOnline(f"{sender.operator}/{sender.gateway} is online; stop it first")
        try:
            await asyncio.gather(*(mqtt.publish(topic, b"", retain=True) for topic in set(own)))
        except (Disconnected, PublishRefused) as error:
            raise BrokerUnreachable(f"the broker {broker.url} does not accept the messages: {error}") from error
    return len(set(own))


def _sent_by(payload: bytes) -> str | None:
    """Return the gateway of a message of the city plane; None if it can't be read."""
    try:
        return _city(payload).gateway
    except ValueError:
        return None


@contextlib.asynccontextmanager
async def _following(
    site: str, broker: Broker, wait_s: float, filters: Sequence[str], on_message: Callable[[Message], None]
) -> AsyncIterator[Mqtt]:
    """Yield a connection after it has received messages for a time.

    Raises:
        BrokerUnreachable: There was no connection by then.
    """
    mqtt = Mqtt(broker, f"{site}-fleet", on_connect=lambda: mqtt.subscribe(*filters), on_message=on_message)
    mqtt.start()
    try:
        await asyncio.sleep(wait_s)
        if not mqtt.state.connected:
            raise BrokerUnreachable(f"the broker {broker.url} did not answer within {wait_s:g} s")
        yield mqtt
    finally:
        await mqtt.stop()
