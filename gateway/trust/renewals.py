"""Renews the certificates of gateways over MQTT: asks those whose certificates end soon, and answers their requests.

The centre decides when, by its own clock: that of a gateway may be wrong.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable

import msgspec

from gateway.host.mqtt import Broker, Message, Mqtt
from gateway.model import topics
from gateway.model.messages import Ask, GatewayState, RenewalRequest, RenewedCertificate
from gateway.model.topics import GatewayId
from gateway.model.untrusted_json import json_reader
from gateway.trust.authority import Authority, TrustError
from gateway.trust.enrolment import EnrolmentRequest
from gateway.trust.openssl import OpensslError

log = logging.getLogger(__name__)

_AGAIN_MS = 3_600_000
"""How long after a request a gateway is asked again."""

_LARGEST_BYTES = 16_384

_read_state = json_reader(GatewayState)
_read_request = json_reader(RenewalRequest)


class RenewalService:
    """Renews the certificates of a site until told to stop.

    Of the requests of one gateway only the newest waits, and the newest for its page, so none can keep the others waiting.

    Raises:
        SecretError: A file of the connection can't be used.
    """

    def __init__(self, site: str, authority: Authority, broker: Broker, now_ms: Callable[[], int], days: int) -> None:
        self._site, self._authority, self._now_ms, self._days = site, authority, now_ms, days
        self._online: set[GatewayId] = set()
        self._asked_ms: dict[GatewayId, int] = {}
        self._requests: dict[tuple[GatewayId, bool], bytes] = {}
        self._woken = asyncio.Event()
        self.mqtt = Mqtt(broker, f"{site}-trust", on_connect=self._connected, on_message=self._received)

    async def run(self, stop: asyncio.Event) -> None:
        """Ask and answer until told to stop."""
        self.mqtt.start()
        stopped = asyncio.ensure_future(stop.wait())
        stopped.add_done_callback(lambda _: self._woken.set())
        while not stop.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_AGAIN_MS / 1000):
                    await self._woken.wait()
            self._woken.clear()
            try:
                await self._ask_those_due()
                await self._answer_all(stop)
            except (TrustError, OSError) as error:
                log.error("no certificate is renewed: %s", error)  # noqa: TRY400 — a sentence for the operator
        stopped.cancel()
        await self.mqtt.stop()

    def _connected(self) -> None:
        self.mqtt.subscribe(*(topics.every_gateway(self._site, channel) for channel in ("state", "renewal")))

    def _received(self, message: Message) -> None:
        topic = topics.parse_gateway(message.topic)
        if topic is None or len(message.payload) > _LARGEST_BYTES:
            return
        if topic.channel == "renewal":
            self._requests[topic.sender, _is_for_page(message.payload)] = message.payload
        elif _is_online(message.payload):
            self._online.add(topic.sender)
        else:
            self._online.discard(topic.sender)
        self._woken.set()

    async def _ask_those_due(self) -> None:
        now_ms, register = self._now_ms(), await asyncio.to_thread(self._authority.register)
        for one in self._online:
            renew, page = register.is_due(one.user, now_ms), register.needs_page(one.user, now_ms)
            if now_ms - self._asked_ms.get(one, -_AGAIN_MS) >= _AGAIN_MS and (renew or page):
                self._asked_ms[one] = now_ms
                if renew:
                    log.info("asking %s/%s to renew its certificate", one.operator, one.gateway)
                self.mqtt.publish(one.topic("ask"), msgspec.json.encode(Ask(renew=renew, page=page)))

    async def _answer_all(self, stop: asyncio.Event) -> None:
        """Answer the requests in turn: a gateway that asks again meanwhile comes behind the others."""
        while self._requests and not stop.is_set():
            first = next(iter(self._requests))
            await self._answer(first[0], self._requests.pop(first))

    async def _answer(self, sender: GatewayId, payload: bytes) -> None:
        try:
            request = _read_request(payload)
            made = await asyncio.to_thread(self._certified, sender, request)
        except (TrustError, OpensslError, ValueError) as error:
            log.warning("the request of %s/%s is not answered: %s", sender.operator, sender.gateway, error)
            return
        log.info("%s of %s/%s is certified", "the page" if request.page else "the new key", sender.operator, sender.gateway)
        self.mqtt.publish(sender.topic("certificate"), msgspec.json.encode(RenewedCertificate(made, request.page)))

    def _certified(self, sender: GatewayId, request: RenewalRequest) -> str:
        """Return the certificate (PEM) for a request. The page's is for the gateway that the topic names."""
        proved = EnrolmentRequest(sender.user, request.request, signature=request.signature)
        if request.page:
            return self._authority.certify_page(proved, sender.gateway, self._now_ms(), self._days).decode()
        return self._authority.answer(proved, self._now_ms(), self._days, attended=False).certificate


def _is_for_page(payload: bytes) -> bool:
    try:
        return _read_request(payload).page
    except ValueError:
        return False


def _is_online(payload: bytes) -> bool:
    try:
        return _read_state(payload).state == "online"
    except ValueError:
        return False
