"""Reads what the broker retains of situations."""

import asyncio
import secrets

from gateway.centre.situation.exchange.reconciliation import RetainedEvent, retained_event
from gateway.host.mqtt import Disconnected, Message, Mqtt
from gateway.model import topics
from gateway.situation.event.kinds import SituationKind

_ANSWER_S = 30.0
"""Within which the broker sends what it retains of one kind, and the mark after it."""


class RetainedReader:
    """Reads one kind of situation after the other: mosquitto drops retained messages beyond those that may wait for one client.

    Args:
        site: The name of the site.
        mqtt: The connection. Its messages are passed to `received`.
    """

    def __init__(self, site: str, mqtt: Mqtt) -> None:
        self._site, self._mqtt = site, mqtt
        self._found: dict[str, RetainedEvent] = {}
        self._mark = b""
        self._marked = asyncio.Event()

    def received(self, message: Message) -> None:
        """Note what the broker retains, or that it has sent everything."""
        if message.topic == topics.situation_mark(self._site):
            if message.payload == self._mark:
                self._marked.set()
        elif message.retained and message.payload:
            self._found[message.topic] = retained_event(message.payload)

    async def read(self) -> dict[str, RetainedEvent]:
        """Return what the broker retains, by topic.

        Raises:
            Disconnected: The connection ended, or the broker does not answer in time.
            PublishRefused: The broker does not let the mark through.
        """
        self._found.clear()
        self._mqtt.subscribe(topics.situation_mark(self._site))
        for kind in SituationKind:
            filters = [topics.every_situation(self._site, organisation, kind) for organisation in (None, "+")]
            self._mqtt.subscribe(*filters)
            await self._wait_for_mark()
            self._mqtt.unsubscribe(*filters)
        self._mqtt.unsubscribe(topics.situation_mark(self._site))
        return dict(self._found)

    async def _wait_for_mark(self) -> None:
        """Wait for a message of our own: the broker sends what it retains before it."""
        self._marked.clear()
        self._mark = secrets.token_bytes(8)
        session = self._mqtt.state.session
        await self._mqtt.publish(topics.situation_mark(self._site), self._mark)
        try:
            async with asyncio.timeout(_ANSWER_S):
                await self._marked.wait()
        except TimeoutError as error:
            raise Disconnected("the broker does not send what it retains") from error
        if self._mqtt.state.session != session:
            raise Disconnected("the connection ended")

    def give_up(self) -> None:
        """Wait no longer: there is a new connection."""
        self._marked.set()
