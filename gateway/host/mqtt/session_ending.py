"""Ends sessions at the broker: of clients that may do less than before."""

import asyncio
from collections.abc import Iterable

from gateway.host.mqtt.client import Mqtt
from gateway.host.mqtt.types import Broker

_WITHIN_S = 10.0


class SessionNotEnded(Exception):
    """The broker does not answer."""


async def end_sessions(broker: Broker, users: Iterable[str]) -> None:
    """End the sessions of users, with everything that waits for them, and their connections.

    The client id of each is its user. A connection under the same client id takes a session over, and a clean start empties it
    (MQTT 5, section 3.1.4). So `broker` is the listener of the centre, where a client may have any client id.

    Raises:
        SessionNotEnded: The broker does not answer in time.
        SecretError: A file of the connection can't be used.
    """
    ended = await asyncio.gather(*(_take_over(broker, user) for user in users), return_exceptions=True)
    for error in ended:
        if error is not None:
            raise error


async def _take_over(broker: Broker, user: str) -> None:
    connected = asyncio.Event()
    mqtt = Mqtt(broker, user, on_connect=connected.set, on_message=lambda _: None)
    mqtt.start()
    try:
        async with asyncio.timeout(_WITHIN_S):
            await connected.wait()
    except TimeoutError as error:
        raise SessionNotEnded(f"the broker {broker.url} does not answer") from error
    finally:
        await mqtt.stop()
