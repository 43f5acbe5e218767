"""Replays dead letters: lines into the store, messages to the ingest."""

import asyncio
from collections.abc import Sequence

from gateway.centre.dead_letters import Letter
from gateway.centre.stores.influx.writer import InfluxStore
from gateway.host.mqtt import Broker, Disconnected, Mqtt, PublishRefused
from gateway.model.site.store import InfluxSettings
from gateway.model.topics import parse_gateway

_CONNECTED_WITHIN_S = 10.0


class NotPublished(Exception):
    """The broker can't be reached, or does not accept the messages."""


def write_lines(lines: Sequence[Letter], settings: InfluxSettings) -> dict[int, str]:
    """Write letters that are lines to the store; return the reasons for those that it refuses again.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    by_operator: dict[str, list[Letter]] = {}
    for one in lines:
        sent = parse_gateway(one.topic)
        by_operator.setdefault(sent.sender.operator if sent is not None else "", []).append(one)
    refused: dict[int, str] = {}
    for operator, letters in by_operator.items():
        store = InfluxStore(settings.of_operator(operator))
        try:
            rows = store.write([one.body.decode() for one in letters])
        finally:
            store.close()
        refused |= {letters[row.part].id: row.reason for row in rows}
    return refused


async def publish_messages(messages: Sequence[Letter], broker: Broker, client_id: str) -> None:
    """Publish letters that are messages, each on its topic.

    Raises:
        NotPublished: Not all of them are with the broker.
    """
    connected = asyncio.Event()
    mqtt = Mqtt(broker, client_id, on_connect=connected.set, on_message=lambda _: None)
    mqtt.start()
    try:
        async with asyncio.timeout(_CONNECTED_WITHIN_S):
            await connected.wait()
        for one in messages:
            await mqtt.publish(one.topic, one.body)
    except TimeoutError:
        raise NotPublished(f"can't reach the broker {broker.url}") from None
    except (PublishRefused, Disconnected) as error:
        raise NotPublished(f"the broker {broker.url} does not accept the messages: {error}") from error
    finally:
        await mqtt.stop()
