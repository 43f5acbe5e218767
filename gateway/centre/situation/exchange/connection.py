"""The exchange of a Situation Room: what is published and what is requested, over one connection.

Where the broker takes the user for the client id, a user can be connected once.
"""

import asyncio
from collections.abc import Sequence

from gateway.centre.situation.exchange.admission import MOST_WAITING
from gateway.centre.situation.exchange.answering import Requesters
from gateway.centre.situation.exchange.outgoing import Directory
from gateway.centre.situation.exchange.publisher import SituationPublisher
from gateway.centre.situation.exchange.request_desk import RequestDesk
from gateway.centre.situation.exchange.summaries import Summary, SummaryPublisher
from gateway.centre.situation.port import SituationStore
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.telemetry.door import TelemetryEvents
from gateway.host.mqtt import Broker, Message, Mqtt
from gateway.model import topics

_SESSION_S = 24 * 3600
"""How long the broker keeps requests while this process is away."""

_IN_HAND_BESIDES = 200


class SituationExchange:
    """Publishes what happens in a Situation Room, and does what organisations request.

    Args:
        directory: Who takes part.
        room: The Situation Room.
        requesters: The organisations.
        store: A store for this alone.
        broker: The broker.
        telemetry: Follows alarms over the same connection; None if nobody does.
        summaries: What else is published, as it follows from all works.

    Raises:
        SituationsUnavailable: The store can't be used.
        SecretError: A file of the connection can't be used.
    """

    def __init__(
        self,
        directory: Directory,
        room: SituationRoom,
        requesters: Requesters,
        store: SituationStore,
        broker: Broker,
        telemetry: TelemetryEvents | None = None,
        summaries: Sequence[Summary] = (),
    ) -> None:
        self._room, self._telemetry = room, telemetry
        self.mqtt = Mqtt(
            broker,
            f"{directory.site}-situation",
            on_connect=self._connected,
            on_message=self._received,
            manual_ack=True,
            session_expiry_s=_SESSION_S,
            in_hand=MOST_WAITING * len(requesters.editors) + _IN_HAND_BESIDES,
        )
        self.publisher = SituationPublisher(directory, store, self.mqtt)
        self.desk = RequestDesk(directory.site, room, requesters, self.mqtt)
        self._summaries = SummaryPublisher(summaries, room.zone, room, self.mqtt)

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        self.mqtt.start()
        try:
            with self._room.watching() as changed:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self.publisher.run(changed, stop), name="situations out")
                    group.create_task(self.desk.run(stop), name="requests")
                    group.create_task(self._summaries.run(stop), name="summaries")
        finally:
            await self.mqtt.stop()

    def _connected(self) -> None:
        self.desk.connected()
        self.publisher.connected()
        if self._telemetry is not None:
            self._telemetry.connected()
            self.mqtt.subscribe(self._telemetry.topics)

    def _received(self, message: Message) -> None:
        if topics.parse_situation_request(message.topic) is not None:
            self.desk.received(message)
            return
        if self._telemetry is not None and topics.parse_alarm(message.topic) is not None:
            self._telemetry.received(message)
        else:
            self.publisher.received(message)
        self.mqtt.finish(message)
