"""One connection to a broker, with MQTT 5, or 3.1.1 if the broker does not speak 5.

Whether a publish succeeded is the broker's decision, including the reason code of its acknowledgement.
"""

import asyncio
import logging
from collections.abc import Callable
from functools import partial

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from gateway.host.mqtt import connector
from gateway.host.mqtt.client_loop import ClientLoop, ReconnectTerms
from gateway.host.mqtt.connector import Connector
from gateway.host.mqtt.failures import Failures, SocketErrors, reason_of
from gateway.host.mqtt.handover import LoopHandover
from gateway.host.mqtt.inbound import Inbound, InboundTerms
from gateway.host.mqtt.publishes import PendingPublishes, disconnected
from gateway.host.mqtt.timer import Timer
from gateway.host.mqtt.types import Broker, Message, SessionTerms, Will
from gateway.host.mqtt.versions import UNSUPPORTED_VERSION, VersionFallback

log = logging.getLogger(__name__)

_PACKET_BYTES = (1 << 20) + (64 << 10)
"""The largest packet that the broker may send, by default: a batch and its topic."""


class ConnectionState(ReconnectTerms):
    """The state of a connection: up or not, how many there have been, whether the broker answered the last attempt, or could be reached."""

    def __init__(self) -> None:
        super().__init__()
        self.connected = False
        self.session = 0
        self.answered = False
        self.unreachable = False


class Mqtt:
    """A connection that reconnects by itself. All methods and all callbacks belong to the event loop's thread.

    At most `in_hand` messages may be unfinished: beyond that, nothing more is read from the broker. With `manual_ack` a message is
    finished, and acknowledged, by `finish`, or if its handler fails. If no message is finished for half a keep-alive, the client publishes
    its will and disconnects in order, before the broker would consider it dead; it reconnects when all messages are finished.

    Messages wait up to `gather_s` to be delivered together, unless there are enough of them. The broker sends no packet larger than
    `max_packet_bytes`; if it does so all the same, as with MQTT 3.1.1, it is dropped.

    A connection on which the broker acknowledges nothing for `unacknowledged_s` (by default a minute), or leaves an acknowledgement out, is
    made anew, so every publish ends. With a session that the broker keeps, messages that it left out come again.

    Raises:
        SecretError: The file of a password or a certificate can't be used.
    """

    def __init__(
        self,
        broker: Broker,
        client_id: str,
        *,
        on_connect: Callable[[], None],
        on_message: Callable[[Message], None],
        will: Will | None = None,
        manual_ack: bool = False,
        session_expiry_s: int = 0,
        in_hand: int = 1000,
        gather_s: float = 0.0,
        max_packet_bytes: int = _PACKET_BYTES,
        unacknowledged_s: float | None = None,
    ) -> None:
        self._connector = Connector(broker, client_id, will, SessionTerms(manual_ack, session_expiry_s, max_packet_bytes))
        self._on_connect = on_connect
        self._handover = LoopHandover()
        terms = InboundTerms(manual_ack, in_hand, gather_s, connector.KEEP_ALIVE_S / 2)
        self._inbound = Inbound(_finished_on_failure(on_message, self.finish), self._stalled, terms)
        self._publishes = PendingPublishes(self._stuck, unacknowledged_s)
        self._version, self._failures = VersionFallback(only_5=len(broker.urls) > 1), Failures(broker.url)
        self._client: ClientLoop | None = None
        self._timer = Timer()
        """Runs while an answer to CONNECT, or the next attempt with another protocol version, is awaited."""
        self.state = ConnectionState()
        self.state.addresses = len(broker.urls)

    def start(self) -> None:
        """Start to connect; `on_connect` is called each time a connection is made."""
        self._handover.attach()
        self._begin()

    async def stop(self) -> None:
        """Disconnect in order, so that the will is not published. Publishes that must arrive must be awaited before."""
        client, self._client = self._client, None
        self._inbound.reader = None
        self.state.connected = False
        self._timer.cancel()
        self._inbound.drop()
        if client is not None:
            client.end()
            try:
                await client.ended.wait()
            finally:
                client.cut()  # also if whoever stops has no time left
        self._publishes.fail_all()

    def subscribe(self, *filters: str) -> None:
        """Subscribe at QoS 1. A refusal is logged."""
        if self._client is None:
            return
        code, mid = self._client.paho.subscribe([(one, 1) for one in filters])
        if code is MQTTErrorCode.MQTT_ERR_SUCCESS and mid is not None:
            answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            answered.add_done_callback(partial(self._failures.report_subscription, filters))
            self._publishes.add(mid, answered, ordered=False)

    def unsubscribe(self, *filters: str) -> None:
        """Remove subscriptions."""
        if self._client is not None:
            self._client.paho.unsubscribe(list(filters))

    def publish(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 1) -> asyncio.Future[None]:
        """Publish at QoS 1. The future ends when the broker has acknowledged the message. One of QoS 0 is never acknowledged.

        Raises (in the future):
            PublishRefused: The broker acknowledged it with a reason code that refuses it.
            Disconnected: The connection ended first, or there is none.
        """
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._client is None or not self.state.connected:
            return disconnected(future, "not connected")
        info = self._client.paho.publish(topic, payload, qos=qos, retain=retain)
        if info.rc is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            return disconnected(future, paho.error_string(info.rc))
        if qos:
            self._publishes.add(info.mid, future)
        else:
            future.set_result(None)
        return future

    def finish(self, message: Message) -> None:
        """Finish a message: it is acknowledged, unless its session has ended."""
        if not self._connector.terms.manual_ack:
            return
        client = self._client
        if client is not None and self.state.connected and message.session == self.state.session and message.mid:
            client.paho.ack(message.mid, 1)  # a message without a number needs none
        if self._inbound.finish(message) and client is not None:
            log.info("reconnecting to %s: all messages are finished", self._connector.url)
            self._begin()

    @property
    def speaks_5(self) -> bool:
        """Whether the broker speaks MQTT 5, which has shared subscriptions and reason codes in its acknowledgements."""
        return self._version.is_5

    @property
    def share(self) -> str:
        """The prefix of subscriptions that clients with the same login share; empty if the broker does not speak MQTT 5."""
        return self._connector.share if self.speaks_5 else ""

    def _begin(self) -> None:
        made, errors = self._connector.client(self._version.current), SocketErrors()
        client = ClientLoop(made, self._handover, lambda: self._opened(client), lambda error: self._unreachable(client, error), self.state)
        self._client = self._inbound.reader = client
        call = self._handover.call  # paho calls most of these within its own work, where nothing else may change the client
        made.enable_logger(errors.logger())
        made.on_connect = lambda _of, _data, _flags, reason, _properties: self._session_begins(client, reason)
        made.on_disconnect = lambda _of, _data, _flags, reason, _properties: call(self._disconnected, client, reason, errors.take())
        made.on_publish = lambda _of, _data, mid, reason, _properties: self._publishes.acknowledged(mid, reason)
        made.on_subscribe = lambda _of, _data, mid, reasons, _properties: call(self._publishes.acknowledged, mid, max(reasons, key=_code))
        made.on_message = lambda _of, _data, message: self._received(client, message)
        client.connect()

    def _session_begins(self, client: ClientLoop, reason: ReasonCode) -> None:
        # Counted at once: the session's first message may be read before `_connected` runs.
        self.state.session += 1
        self.state.answered = True
        self._handover.call(self._connected, client, reason)

    def _opened(self, client: ClientLoop) -> None:
        if client is self._client:
            self.state.answered = False
            self._timer.start(self._version.unanswered_s, self._unanswered, client)

    def _unanswered(self, client: ClientLoop) -> None:
        """Try the other protocol version if the broker listens and does not answer to this one."""
        if client is self._client and not self.state.answered:
            self._change_version(client, "no answer")

    def _unreachable(self, client: ClientLoop, error: Exception) -> None:
        if client is self._client:
            self.state.unreachable = True
            self._failures.report(reason_of(error if isinstance(error, OSError) else None))

    def _received(self, client: ClientLoop, message: paho.MQTTMessage) -> None:
        """Queue a message."""
        if client is not self._client:
            return
        if len(message.payload) > self._connector.terms.max_packet_bytes:
            log.warning("dropped a message of %d bytes on %s", len(message.payload), message.topic)
            if self._connector.terms.manual_ack and message.mid:
                client.paho.ack(message.mid, 1)
            return
        self._inbound.put(Message(message.topic, bytes(message.payload), bool(message.retain), message.mid, self.state.session))

    def _stalled(self) -> None:
        """Give up a connection that the broker would soon consider dead."""
        client, will = self._client, self._connector.will
        if client is None:
            return
        if will is not None and self.state.connected:
            client.paho.publish(will.topic, will.payload, qos=1, retain=True)
        self.state.connected = False
        client.end()
        self._publishes.fail_all()
        log.warning("no message was finished for long; disconnected from %s until all are finished", self._connector.url)

    def _connected(self, client: ClientLoop, reason: ReasonCode) -> None:
        if client is not self._client:
            return
        self._timer.cancel()
        if reason.is_failure:
            if reason.value == UNSUPPORTED_VERSION:
                self._change_version(client, f"it refuses the connection: {reason}", refused=True)
            else:
                self._failures.report(f"it refuses the connection: {reason}")
            return
        self._failures.end()
        if not self._version.accepted():
            self._change_version(client, "it does not answer to MQTT 5")
            return
        self.state.connected = True
        self.state.unreachable = False
        client.connected()
        log.info("connected to %s with MQTT %s", self._connector.url, "5" if self.speaks_5 else "3.1.1")
        self._on_connect()

    def _disconnected(self, client: ClientLoop, reason: ReasonCode, error: OSError | None) -> None:
        if client is not self._client:
            return
        was, self.state.connected = self.state.connected, False
        self._timer.cancel()
        self._publishes.fail_all()
        if self._inbound.stalled:
            return
        if was:
            self.state.answered = False
            log.warning("the connection to %s ended: %s", self._connector.url, reason if error is None else reason_of(error))
        elif not self.state.answered:
            if error is not None:
                self._failures.report(reason_of(error))
            elif self._version.cut_off():
                self._change_version(client, reason_of(None))

    def _stuck(self) -> None:
        """Connect again: the broker acknowledges nothing any more."""
        client = self._client
        if client is not None:
            if self._publishes.lost:
                log.warning("the broker %s left out an acknowledgement; connecting again", self._connector.url)
            else:
                log.warning(
                    "the broker %s has acknowledged nothing for %g s; connecting again",
                    self._connector.url,
                    self._publishes.unacknowledged_s,
                )
            self.state.connected = False
            self._publishes.fail_all()
            self._inbound.drop()
            self._begin()
            client.end()

    def _change_version(self, client: ClientLoop, reason: str, *, refused: bool = False) -> None:
        """Try the other protocol version: at once, or, if it was refused already, later and later."""
        self._version.switch(refused=refused)
        self._client = self._inbound.reader = None
        self._inbound.drop()
        wait_s = self._failures.before_switch_s()
        if wait_s:
            self._failures.report(reason)
            self._timer.start(wait_s, self._begin)
        else:
            self._begin()
        client.end()


def _finished_on_failure(on_message: Callable[[Message], None], finish: Callable[[Message], None]) -> Callable[[Message], None]:
    """Return a handler that finishes a message if it fails: unacknowledged, it would take room here and at the broker for ever."""

    def handle(message: Message) -> None:
        try:
            on_message(message)
        except Exception:
            finish(message)
            raise

    return handle


def _code(reason: ReasonCode) -> int:
    return int(reason.value)
