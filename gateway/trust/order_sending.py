"""Sends a configuration to a gateway, and follows what becomes of it."""

import asyncio
from collections.abc import AsyncIterator

import msgspec

from gateway.host.mqtt import Broker, Disconnected, Message, Mqtt, PublishRefused
from gateway.model.messages import ConfigurationOrder, ConfigurationOutcome
from gateway.model.topics import GatewayId
from gateway.model.untrusted_json import json_reader

_read_outcome = json_reader(ConfigurationOutcome)

_ENDS = frozenset({"refused", "checked", "confirmed", "undone"})


class OrderNotFollowed(Exception):
    """The broker did not take an order, or the gateway did not say in time what became of it."""


async def send_order(to: GatewayId, broker: Broker, order: ConfigurationOrder, within_s: float) -> AsyncIterator[ConfigurationOutcome]:
    """Send an order, and yield what becomes of it, until its end.

    Raises:
        OrderNotFollowed: The broker does not accept it, or the gateway does not say what became of it within a time.
    """
    outcomes, connected = asyncio.Queue[ConfigurationOutcome](), asyncio.Event()

    def on_connect() -> None:
        mqtt.subscribe(to.topic("configured"))
        connected.set()

    def on_message(message: Message) -> None:
        try:
            outcome = _read_outcome(message.payload)
        except ValueError:
            return
        if outcome.number == order.number:
            outcomes.put_nowait(outcome)

    mqtt = Mqtt(broker, f"{to.site}-fleet", on_connect=on_connect, on_message=on_message)
    mqtt.start()
    try:
        try:
            async with asyncio.timeout(within_s):
                await connected.wait()
            await mqtt.publish(to.topic("configure"), msgspec.json.encode(order))
        except (TimeoutError, Disconnected, PublishRefused) as error:
            raise OrderNotFollowed(f"the broker {broker.url} did not take the configuration: {str(error) or 'no connection'}") from error
        ended = False
        while not ended:
            try:
                async with asyncio.timeout(within_s):
                    outcome = await outcomes.get()
            except TimeoutError as error:
                raise OrderNotFollowed(f"{to.operator}/{to.gateway} did not answer within {within_s:g} s; it may be offline") from error
            ended = outcome.state in _ENDS
            yield outcome
    finally:
        await mqtt.stop()
