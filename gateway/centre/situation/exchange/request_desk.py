"""Receives what organisations request over MQTT, does it, and answers.

A request is acknowledged at the broker after its answer is: what was not answered before a crash comes again, and is done once.
"""

import asyncio
import contextlib
import logging
from collections import Counter

import msgspec

from gateway.centre.progress import Progress
from gateway.centre.situation.exchange.admission import Admitted, RequestQueue
from gateway.centre.situation.exchange.answering import Requester, Requesters, answer_to
from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.service import SituationService
from gateway.host import clock
from gateway.host.mqtt import Message, Mqtt
from gateway.host.stopping import wait_for_stop
from gateway.model import topics
from gateway.situation.bilingual import Bilingual
from gateway.situation.event.reading import MOST_BYTES
from gateway.situation.requests import SituationAnswer, number_in, refused

log = logging.getLogger(__name__)

_TOGETHER = 32
"""Requests that are done together: what one does takes about a millisecond, to make it durable up to ten."""

_AGAIN_AFTER_S = 1.0
_STUCK_AFTER_S = 120.0

_TOO_LARGE = Bilingual(
    f"the request has more than {MOST_BYTES} bytes",
    f"la richiesta ha più di {MOST_BYTES} byte",
)
_TOO_MANY = Bilingual(
    "too many requests at once: send this one again when the others are answered",
    "troppe richieste insieme: rinviare questa quando le altre hanno avuto risposta",
)


class RequestDesk:
    """Does the requests of organisations, one of each in turn.

    Args:
        site: The name of the site.
        room: The Situation Room.
        requesters: The organisations.
        mqtt: The connection, which somebody else starts and stops; messages on it are acknowledged one by one.
    """

    def __init__(self, site: str, room: SituationRoom, requesters: Requesters, mqtt: Mqtt) -> None:
        self._site, self._room, self._editors, self._mqtt = site, room, requesters.editors, mqtt
        self._queue = RequestQueue[Message](requesters.editors, requesters.a_minute / 60)
        self._woken = asyncio.Event()
        self.progress = Progress(_STUCK_AFTER_S)
        self.counted: Counter[str] = Counter()
        """Requests by what became of them."""

    async def run(self, stop: asyncio.Event) -> None:
        """Do what is requested until told to stop."""
        stopping = asyncio.ensure_future(stop.wait())
        stopping.add_done_callback(lambda _: self._woken.set())
        try:
            while not stop.is_set():
                await self._woken.wait()
                self._woken.clear()
                await self._serve(stop)
        finally:
            stopping.cancel()

    def connected(self) -> None:
        """Begin anew: there is a new connection. What was not acknowledged comes again."""
        self._queue.clear()
        self._mqtt.subscribe(topics.situation_request(self._site))

    def received(self, message: Message) -> None:
        """Let a request wait for its turn, or refuse it."""
        organisation = topics.parse_situation_request(message.topic)
        if organisation is None or organisation not in self._editors or not message.payload:
            self._mqtt.finish(message)
            return
        now_s = asyncio.get_running_loop().time()
        if len(message.payload) > MOST_BYTES:
            self._refuse(organisation, message, _TOO_LARGE, answered=self._queue.may_refuse(organisation, now_s))
            return
        admitted = self._queue.admit(organisation, message, len(message.payload), now_s)
        if admitted is Admitted.WAITS:
            self._woken.set()
        else:
            self._refuse(organisation, message, _TOO_MANY, answered=admitted is Admitted.REFUSED)

    def _refuse(self, organisation: str, message: Message, why: Bilingual, *, answered: bool) -> None:
        """Refuse a request, with or without an answer: who sends many is not answered each time."""
        self.counted["too_many"] += 1
        if answered:
            log.warning("a request of %s is refused: %s", organisation, why.en)
            self._answer(organisation, refused(number_in(message.payload), [why]), message)
        else:
            self._mqtt.finish(message)

    async def _serve(self, stop: asyncio.Event) -> None:
        while not stop.is_set() and (some := self._some()):
            self.progress.step()
            answers = await self._done(some, stop)
            for (requester, message), answer in zip(some, answers, strict=False):
                self.counted["done" if answer.done else "refused"] += 1
                self._answer(requester.organisation, answer, message)
        self.progress.wait()

    def _some(self) -> list[tuple[Requester, Message]]:
        """Return requests that are done together, those whose turn it is."""
        found = list[tuple[Requester, Message]]()
        while len(found) < _TOGETHER and (one := self._queue.next()) is not None:
            organisation, message = one
            found.append((Requester(organisation, self._editors[organisation]), message))
        return found

    async def _done(self, some: list[tuple[Requester, Message]], stop: asyncio.Event) -> list[SituationAnswer]:
        """Do requests, again and again while the store can't be used; return no answers if the connection ends: they come again."""
        while not stop.is_set() and some[0][1].session == self._mqtt.state.session:
            with contextlib.suppress(SituationsUnavailable):  # the room says so
                return await self._room.run(lambda service: _answers(service, some))
            self.progress.still()
            await wait_for_stop(stop, _AGAIN_AFTER_S)
        return []

    def _answer(self, organisation: str, answer: SituationAnswer, message: Message) -> None:
        sent = self._mqtt.publish(topics.situation_answer(self._site, organisation), msgspec.json.encode(answer))
        sent.add_done_callback(lambda _: self._mqtt.finish(message))


def _answers(service: SituationService, some: list[tuple[Requester, Message]]) -> list[SituationAnswer]:
    """Do requests, and return the answers when what was done is durable: together, that takes as long as for one."""
    with service.together():
        return [answer_to(service, requester, message.payload, clock.now_ms()) for requester, message in some]
