"""Receives what organisations request over MQTT, does it, and answers.

A request is acknowledged at the broker after its answer is: what was not answered before a crash comes again, and is done once.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Mapping
from collections.abc import Set as AbstractSet

import msgspec

from gateway.centre.progress import Progress
from gateway.centre.situation.exchange.admission import MOST_WAITING, Admitted, RequestQueue
from gateway.centre.situation.exchange.answering import Requester, answer_to
from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.room import SituationRoom
from gateway.host import clock
from gateway.host.mqtt import Broker, Message, Mqtt
from gateway.host.stopping import wait_for_stop
from gateway.model import topics
from gateway.situation.bilingual import Bilingual
from gateway.situation.event.reading import MOST_BYTES
from gateway.situation.requests import SituationAnswer, number_in, refused

log = logging.getLogger(__name__)

_SESSION_S = 24 * 3600
"""How long the broker keeps requests while this process is away."""

_PACKET_BYTES = MOST_BYTES + (2 << 10)
"""Of a request with its topic. The broker drops what is larger."""

_IN_HAND_BESIDES = 200
_AGAIN_AFTER_S = 1.0
_STUCK_AFTER_S = 120.0

_TOO_MANY = Bilingual(
    "too many requests at once: send this one again when the others are answered",
    "troppe richieste insieme: rinviare questa quando le altre hanno avuto risposta",
)


class RequestDesk:
    """Does the requests of organisations, one of each in turn.

    Args:
        site: The name of the site.
        room: The Situation Room.
        editors: The organisations, and the people who may act for each.
        broker: Where requests are received.

    Raises:
        SecretError: A file of the connection can't be used.
    """

    def __init__(self, site: str, room: SituationRoom, editors: Mapping[str, AbstractSet[str]], broker: Broker) -> None:
        self._site, self._room, self._editors = site, room, editors
        self._queue = RequestQueue[Message](list(editors))
        self._woken = asyncio.Event()
        self.mqtt = Mqtt(
            broker,
            f"{site}-situation-desk",
            on_connect=self._connected,
            on_message=self._received,
            manual_ack=True,
            session_expiry_s=_SESSION_S,
            in_hand=MOST_WAITING * len(editors) + _IN_HAND_BESIDES,
            max_packet_bytes=_PACKET_BYTES,
        )
        self.progress = Progress(_STUCK_AFTER_S)
        self.counted: Counter[str] = Counter()
        """Requests by what became of them."""

    async def run(self, stop: asyncio.Event) -> None:
        """Do what is requested until told to stop."""
        stopping = asyncio.ensure_future(stop.wait())
        stopping.add_done_callback(lambda _: self._woken.set())
        self.mqtt.start()
        try:
            while not stop.is_set():
                await self._woken.wait()
                self._woken.clear()
                await self._serve(stop)
        finally:
            stopping.cancel()
            await self.mqtt.stop()

    def _connected(self) -> None:
        self._queue.clear()  # what was not acknowledged comes again
        self.mqtt.subscribe(topics.situation_request(self._site))

    def _received(self, message: Message) -> None:
        organisation = topics.parse_situation_request(message.topic)
        if organisation is None or organisation not in self._editors or not message.payload:
            self.mqtt.finish(message)
            return
        admitted = self._queue.admit(organisation, message, asyncio.get_running_loop().time())
        if admitted is Admitted.WAITS:
            self._woken.set()
            return
        self.counted["too_many"] += 1
        if admitted is Admitted.REFUSED:
            log.warning("%s sends too many requests: some are refused", organisation)
            self._answer(organisation, refused(number_in(message.payload), [_TOO_MANY]), message)
        else:
            self.mqtt.finish(message)

    async def _serve(self, stop: asyncio.Event) -> None:
        while not stop.is_set() and (found := self._queue.next()) is not None:
            self.progress.step()
            organisation, message = found
            answer = await self._done(Requester(organisation, self._editors[organisation]), message, stop)
            if answer is not None:
                self.counted["done" if answer.done else "refused"] += 1
                self._answer(organisation, answer, message)
        self.progress.wait()

    async def _done(self, requester: Requester, message: Message, stop: asyncio.Event) -> SituationAnswer | None:
        """Do a request, again and again while the store can't be used; return None if the connection ends meanwhile: it comes again."""
        while not stop.is_set() and message.session == self.mqtt.state.session:
            with contextlib.suppress(SituationsUnavailable):  # the room says so
                return await self._room.run(lambda service: answer_to(service, requester, message.payload, clock.now_ms()))
            self.progress.still()
            await wait_for_stop(stop, _AGAIN_AFTER_S)
        return None

    def _answer(self, organisation: str, answer: SituationAnswer, message: Message) -> None:
        sent = self.mqtt.publish(topics.situation_answer(self._site, organisation), msgspec.json.encode(answer))
        sent.add_done_callback(lambda _: self.mqtt.finish(message))
