"""One connection to a broker, with MQTT 5, or 3.1.1 if the broker does not speak 5.

Whether a publish succeeded is the broker's decision, including the reason code of its acknowledgement.
"""

import asyncio
import logging
from collections.abc import Callable

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from gateway.host.mqtt import connector
from gateway.host.mqtt.connector import Connector
from gateway.host.mqtt.handover import LoopHandover
from gateway.host.mqtt.inbound import Inbound
from gateway.host.mqtt.publishes import PendingPublishes, disconnected
from gateway.host.mqtt.types import Broker, Message, Will
from gateway.host.mqtt.versions import UNSUPPORTED_VERSION, VersionFallback

log = logging.getLogger(__name__)

_UNANSWERED_S = 3.0
"""A broker that accepts the connection and does not answer for this long may not know the protocol (amqtt with properties)."""


class ConnectionState:
    """The state of a connection: up or not, how many there have been, whether the last attempt found no broker."""

    def __init__(self) -> None:
        self.connected = False
        self.session = 0
        self.unreachable = False


class Mqtt:
    """A connection that reconnects by itself. All methods and all callbacks belong to the event loop's thread.

    At most `in_hand` messages may be unfinished: beyond that, nothing more is read from the broker. With `manual_ack` a message is
    finished, and acknowledged, only by `finish`. If no message is finished for half a keep-alive, the client publishes its will and
    disconnects in order, before the broker would consider it dead; it reconnects when all messages are finished.

    Messages wait up to `gather_s` to be delivered together, unless there are enough of them.

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
    ) -> None:
        self._connector = Connector(broker, client_id, will, manual_ack=manual_ack, session_expiry_s=session_expiry_s)
        self._url, self._on_connect = broker.url, on_connect
        self._handover = LoopHandover()
        self._inbound = Inbound(on_message, self._handover, manual_ack=manual_ack, in_hand=in_hand, gather_s=gather_s)
        self._publishes = PendingPublishes()
        self._version = VersionFallback()
        self._client: paho.Client | None = None
        self.state = ConnectionState()

    def start(self) -> None:
        """Start to connect; `on_connect` is called each time a connection is made."""
        self._handover.attach()
        self._begin()

    async def stop(self) -> None:
        """Disconnect in order, so that the will is not published. Publishes that must arrive must be awaited before."""
        client, self._client = self._client, None
        self._inbound.current = None
        self.state.connected = False
        if client is not None:
            await asyncio.to_thread(self._end, client)
        self._publishes.fail_all()

    def subscribe(self, *filters: str) -> None:
        """Subscribe at QoS 1."""
        if self._client is not None:
            self._client.subscribe([(one, 1) for one in filters])

    def unsubscribe(self, *filters: str) -> None:
        """Remove subscriptions."""
        if self._client is not None:
            self._client.unsubscribe(list(filters))

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> asyncio.Future[None]:
        """Publish at QoS 1. The future ends when the broker has acknowledged the message.

        Raises (in the future):
            PublishRefused: The broker acknowledged it with a reason code that refuses it.
            Disconnected: The connection ended first, or there is none.
        """
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._client is None or not self.state.connected:
            return disconnected(future, "not connected")
        info = self._client.publish(topic, payload, qos=1, retain=retain)
        if info.rc is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            return disconnected(future, paho.error_string(info.rc))
        self._publishes.add(info.mid, future)
        return future

    def finish(self, message: Message) -> None:
        """Finish a message: it is acknowledged, unless its session has ended, or it was sent with QoS 0 and has no number."""
        if not self._connector.manual_ack:
            return
        if message.mid and self._client is not None and message.session == self.state.session:
            self._client.ack(message.mid, 1)
        if self._inbound.finish():
            log.info("reconnecting to %s: all messages are finished", self._url)
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
        client = self._connector.client(self._version.current)
        self._client = self._inbound.current = client
        call = self._handover.call
        # These run in paho's thread: each hands over to the loop at once.
        client.on_connect = lambda of, _data, _flags, reason, _properties: self._session_begins(of, reason)
        client.on_socket_open = lambda of, _data, _socket: call(self._opened, of)
        client.on_connect_fail = lambda of, _data: call(self._unreachable, of)
        client.on_disconnect = lambda of, _data, _flags, reason, _properties: call(self._disconnected, of, reason)
        client.on_publish = lambda _of, _data, mid, reason, _properties: call(self._publishes.acknowledged, mid, reason)
        client.on_message = self._received
        self._connector.connect(client, self._version.current)

    def _session_begins(self, client: paho.Client, reason: ReasonCode) -> None:
        # Counted here, in paho's thread: the session's first message may be read before the loop learns of the session.
        self.state.session += 1
        self._handover.call(self._connected, client, reason)

    def _opened(self, client: paho.Client) -> None:
        asyncio.get_running_loop().call_later(_UNANSWERED_S, self._unanswered, client, self.state.session)

    def _unanswered(self, client: paho.Client, session: int) -> None:
        """Try the other protocol version if the broker listens and does not answer to this one."""
        if client is self._client and session == self.state.session and not self.state.connected:
            self._change_version(client)

    def _unreachable(self, client: paho.Client) -> None:
        if client is self._client and not self.state.unreachable:
            self.state.unreachable = True
            log.warning("the broker %s can't be reached; retrying", self._url)

    def _received(self, client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        """Queue a message, in paho's thread; give up a connection that the broker would soon consider dead."""
        stall_after_s = connector.KEEP_ALIVE_S / 2
        if self._inbound.put(client, message, self.state.session, stall_after_s):
            return
        will = self._connector.will
        if will is not None:
            client.publish(will.topic, will.payload, qos=1, retain=True)
        client.disconnect()
        self._handover.call(
            log.warning, "no message was finished for %g s; disconnected from %s until all are finished", stall_after_s, self._url
        )

    def _connected(self, client: paho.Client, reason: ReasonCode) -> None:
        if client is not self._client:
            return
        if reason.is_failure:
            if reason.value == UNSUPPORTED_VERSION:
                self._change_version(client)
            else:
                log.warning("the broker %s refuses the connection: %s", self._url, reason)
            return
        self.state.connected = True
        self.state.unreachable = False
        self._version.accepted()
        log.info("connected to %s with MQTT %s", self._url, "5" if self.speaks_5 else "3.1.1")
        self._on_connect()

    def _disconnected(self, client: paho.Client, reason: ReasonCode) -> None:
        if client is not self._client:
            return
        was, self.state.connected = self.state.connected, False
        self._publishes.fail_all()
        if self._inbound.stalled.is_set():
            return
        if was:
            log.warning("the connection to %s ended: %s", self._url, reason)
        elif self._version.cut_off():
            self._change_version(client)

    def _change_version(self, client: paho.Client) -> None:
        self._version.switch()
        self._begin()
        asyncio.get_running_loop().run_in_executor(None, self._end, client)

    def _end(self, client: paho.Client) -> None:
        client.disconnect()
        self._inbound.release()  # its thread may be waiting for room
        client.loop_stop()
