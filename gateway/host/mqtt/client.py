"""One connection to a broker, with MQTT 5, or 3.1.1 if the broker does not speak 5.

Whether a publish succeeded is the broker's decision, including the reason code of its acknowledgement.
"""

import asyncio
import contextlib
import logging
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from gateway.host.mqtt import connector
from gateway.host.mqtt.connector import Connector
from gateway.host.mqtt.failures import Failures, SocketErrors, reason_of
from gateway.host.mqtt.handover import LoopHandover
from gateway.host.mqtt.inbound import Inbound
from gateway.host.mqtt.publishes import UNACKNOWLEDGED_S, PendingPublishes, disconnected
from gateway.host.mqtt.types import Broker, Message, SessionTerms, Will
from gateway.host.mqtt.versions import UNSUPPORTED_VERSION, VersionFallback

log = logging.getLogger(__name__)

_PACKET_BYTES = (1 << 20) + (64 << 10)
"""The largest packet that the broker may send, by default: a batch and its topic."""

_END_S = 2.0
"""How long a client that ends may take to say so to the broker."""


class ConnectionState:
    """The state of a connection: up or not, how many there have been, whether the broker answered the last attempt, or could be reached."""

    def __init__(self) -> None:
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

    A connection on which the broker acknowledges nothing for long is made anew, so every publish ends.

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
    ) -> None:
        self._connector = Connector(broker, client_id, will, SessionTerms(manual_ack, session_expiry_s, max_packet_bytes))
        self._on_connect = on_connect
        self._handover = LoopHandover()
        self._inbound = Inbound(self._handled_by(on_message), self._handover, manual_ack=manual_ack, in_hand=in_hand, gather_s=gather_s)
        self._publishes = PendingPublishes(self._stuck)
        self._version, self._failures = VersionFallback(only_5=len(broker.urls) > 1), Failures(broker.url)
        self._client: paho.Client | None = None
        self._timer = _Timer()
        """Runs while an answer to CONNECT, or the next attempt with another protocol version, is awaited."""
        self.state = ConnectionState()

    def _handled_by(self, on_message: Callable[[Message], None]) -> Callable[[Message], None]:
        """Return a handler that finishes a message if it fails: unacknowledged, it would take room here and at the broker for ever."""

        def handle(message: Message) -> None:
            try:
                on_message(message)
            except Exception:
                self.finish(message)
                raise

        return handle

    def start(self) -> None:
        """Start to connect; `on_connect` is called each time a connection is made."""
        self._handover.attach()
        self._begin()

    async def stop(self) -> None:
        """Disconnect in order, so that the will is not published. Publishes that must arrive must be awaited before."""
        client, self._client = self._client, None
        self._inbound.current = None
        self.state.connected = False
        self._timer.cancel()
        if client is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(2 * _END_S):
                    await _end(client, self._inbound, self._handover).wait()
        self._publishes.fail_all()

    def subscribe(self, *filters: str) -> None:
        """Subscribe at QoS 1. A refusal is logged."""
        if self._client is None:
            return
        code, mid = self._client.subscribe([(one, 1) for one in filters])
        if code is MQTTErrorCode.MQTT_ERR_SUCCESS and mid is not None:
            answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            answered.add_done_callback(partial(self._failures.report_subscription, filters))
            self._publishes.add(mid, answered)

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
        """Finish a message: it is acknowledged, unless its session has ended."""
        if not self._connector.terms.manual_ack:
            return
        if self._client is not None and message.session == self.state.session and message.mid:  # without one it needs no acknowledgement
            self._client.ack(message.mid, 1)
        if self._inbound.finish(message):
            log.info("reconnecting to %s: all messages are finished", self._connector.addresses.current.url)
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
        client, errors = self._connector.client(self._version.current), SocketErrors()
        self._client = self._inbound.current = client
        call = self._handover.call

        def socket_opened(of: paho.Client, _data: object, _socket: object) -> None:
            self.state.answered = False
            call(self._opened, of)

        # These run in paho's thread: each hands over to the loop at once.
        client.enable_logger(errors.logger())
        client.on_connect = lambda of, _data, _flags, reason, _properties: self._session_begins(of, reason)
        client.on_socket_open = socket_opened
        client.on_connect_fail = lambda of, _data: call(self._unreachable, of, sys.exception())
        client.on_disconnect = lambda of, _data, _flags, reason, _properties: call(self._disconnected, of, reason, errors.take())
        client.on_publish = lambda _of, _data, mid, reason, _properties: call(self._publishes.acknowledged, mid, reason)
        client.on_subscribe = lambda _of, _data, mid, reasons, _properties: call(self._publishes.acknowledged, mid, max(reasons, key=_code))
        client.on_message = self._received
        self._connector.connect(client, self._version.current)

    def _session_begins(self, client: paho.Client, reason: ReasonCode) -> None:
        # Counted here, in paho's thread: the session's first message may be read before the loop learns of the session.
        self.state.session += 1
        self.state.answered = True
        self._handover.call(self._connected, client, reason)

    def _opened(self, client: paho.Client) -> None:
        if client is self._client:
            self._timer.start(self._version.unanswered_s, self._unanswered, client)

    def _unanswered(self, client: paho.Client) -> None:
        """Try the other protocol version if the broker listens and does not answer to this one."""
        if client is self._client and not self.state.answered:
            self._change_version(client, "no answer")

    def _unreachable(self, client: paho.Client, error: BaseException | None) -> None:
        if client is self._client:
            self.state.unreachable = True
            self._failures.report(reason_of(error if isinstance(error, OSError) else None))

    def _received(self, client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        """Queue a message, in paho's thread; give up a connection that the broker would soon consider dead."""
        if len(message.payload) > self._connector.terms.max_packet_bytes:
            self._handover.call(log.warning, "dropped a message of %d bytes on %s", len(message.payload), message.topic)
            if self._connector.terms.manual_ack and message.mid:
                client.ack(message.mid, 1)
            return
        stall_after_s = connector.KEEP_ALIVE_S / 2
        if self._inbound.put(client, message, self.state.session, stall_after_s):
            return
        will = self._connector.will
        if will is not None:
            client.publish(will.topic, will.payload, qos=1, retain=True)
        client.disconnect()
        self._handover.call(
            log.warning,
            "no message was finished for %g s; disconnected from %s until all are finished",
            stall_after_s,
            self._connector.addresses.current.url,
        )

    def _connected(self, client: paho.Client, reason: ReasonCode) -> None:
        if client is not self._client:
            return
        self._timer.cancel()
        if reason.is_failure:
            if reason.value == UNSUPPORTED_VERSION:
                self._change_version(client, f"it refuses the connection: {reason}")
            else:
                self._failures.report(f"it refuses the connection: {reason}")
            return
        self.state.connected = True
        self.state.unreachable = False
        self._version.accepted()
        self._failures.end()
        log.info("connected to %s with MQTT %s", self._connector.addresses.current.url, "5" if self.speaks_5 else "3.1.1")
        self._on_connect()

    def _disconnected(self, client: paho.Client, reason: ReasonCode, error: OSError | None) -> None:
        if client is not self._client:
            return
        was, self.state.connected = self.state.connected, False
        self._timer.cancel()
        self._publishes.fail_all()
        if self._inbound.stalled.is_set():
            return
        if was:
            log.warning(
                "the connection to %s ended: %s", self._connector.addresses.current.url, reason if error is None else reason_of(error)
            )
        elif not self.state.answered:
            if error is not None:
                self._failures.report(reason_of(error))
            elif self._version.cut_off():
                self._change_version(client, reason_of(None))

    def _stuck(self) -> None:
        """Connect again: the broker acknowledges nothing any more."""
        client = self._client
        if client is not None:
            log.warning(
                "the broker %s has acknowledged nothing for %g s; connecting again", self._connector.addresses.current.url, UNACKNOWLEDGED_S
            )
            self.state.connected = False
            self._publishes.fail_all()
            self._begin()
            _end(client, self._inbound, self._handover)

    def _change_version(self, client: paho.Client, reason: str) -> None:
        """Try the other protocol version: at once, or, if it was refused already, later and later."""
        self._version.switch()
        self._client = self._inbound.current = None
        wait_s = self._failures.before_switch_s()
        if wait_s:
            self._failures.report(reason)
            self._timer.start(wait_s, self._begin)
        else:
            self._begin()
        _end(client, self._inbound, self._handover)


class _Timer:
    """One call in the future, which the next one replaces."""

    def __init__(self) -> None:
        self._handle: asyncio.TimerHandle | None = None

    def start(self, after_s: float, function: Callable[..., None], *args: object) -> None:
        self.cancel()
        self._handle = asyncio.get_running_loop().call_later(after_s, function, *args)

    def cancel(self) -> None:
        if self._handle is not None:
            self._handle.cancel()


def _end(client: paho.Client, inbound: Inbound, handover: LoopHandover) -> asyncio.Event:
    """End a client in the background. Return the event that says that it has ended."""
    ended = asyncio.Event()

    def end() -> None:
        client.disconnect()
        inbound.release()  # its thread may be waiting for room
        # Its thread ends when it has sent the last packet, which a broker that reads nothing never takes.
        cut = threading.Timer(_END_S, _cut, (client,))
        cut.start()
        client.loop_stop()
        cut.cancel()
        handover.call(ended.set)

    threading.Thread(target=end, name="mqtt-end", daemon=True).start()
    return ended


def _code(reason: ReasonCode) -> int:
    return int(reason.value)


def _cut(client: paho.Client) -> None:
    connection = client.socket()
    if isinstance(connection, socket.socket):
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
