"""One connection to a broker: paho's client, whose thread is bridged to the event loop here and nowhere else.

MQTT 5, and 3.1.1 where a broker speaks no 5. What a publish came to is the broker's word, its reason code included.
"""

import asyncio
import logging
import random
import ssl
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from gateway.host.files import SecretError, read_secret
from gateway.model.site import LoginSettings, TlsSettings

log = logging.getLogger(__name__)

KEEP_ALIVE_S = 30
_RECONNECT_LONGEST_S = 30
_IN_FLIGHT = 20
"""No client honours the broker's receive maximum, and 20 is the smallest default among brokers."""

_ENOUGH_BYTES = 32 << 10
"""So much waits for no more."""

_UNANSWERED_S = 3.0
"""A broker that took the connection and says nothing for so long may not know the protocol (amqtt with properties)."""

_UNSUPPORTED_VERSION = 0x84
_FAILURE = 0x80


class Broker(NamedTuple):
    """Where a broker is, and how to be let in."""

    url: str
    tls: TlsSettings = TlsSettings()
    login: LoginSettings | None = None


class Message(NamedTuple):
    """One message that came; `mid` and `session` are for its acknowledgement."""

    topic: str
    payload: bytes
    retained: bool
    mid: int
    session: int


class PublishRefused(Exception):
    """The broker took a publish with a reason code that says no (an ACL, a quota)."""


class Disconnected(Exception):
    """The connection ended before the broker said anything on a publish."""


class Will(NamedTuple):
    """What the broker says for a client that vanishes, retained."""

    topic: str
    payload: bytes


class Mqtt:
    """A connection that comes back by itself. All methods and all callbacks belong to the event loop's thread.

    Raises SecretError when made with a password's or certificate's file that can't be used.

    `in_hand` bounds how many messages may be unfinished: beyond it nothing more is read from the broker. With
    `manual_ack`, a message counts as finished, and is acknowledged, only by `finish`. When nothing is finished for half a keep-alive, the
    connection is given up in good order, its will said, before the broker would take it for dead; it comes back when all is finished.

    Messages wait for `gather_s` for others to be delivered with, unless there is enough of them.
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
        self._broker, self._client_id, self._will = broker, client_id, will
        self._on_connect, self._on_message = on_connect, on_message
        self._manual_ack, self._session_expiry_s, self._gather_s = manual_ack, session_expiry_s, gather_s
        self._password = read_secret(broker.login.password_file) if broker.login else None
        self._tls = _tls_context(broker.tls) if urlsplit(broker.url).scheme == "mqtts" else None
        self._room, self._unfinished = threading.BoundedSemaphore(in_hand), 0
        self._stalled = threading.Event()
        self._came: deque[tuple[paho.Client, Message]] = deque()
        self._came_bytes, self._told, self._urged = 0, False, False
        self._publishing: dict[int, asyncio.Future[None]] = {}
        self._client: paho.Client | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.state = ConnectionState()

    def start(self) -> None:
        """Begin to connect; `on_connect` is called at every connection made."""
        self._loop = asyncio.get_running_loop()
        self._begin(MQTTProtocolVersion.MQTTv5)

    async def stop(self) -> None:
        """Disconnect in order, so that the will is not sent; what must arrive must have been awaited before."""
        client, self._client = self._client, None
        self.state.connected = False
        if client is not None:
            await asyncio.to_thread(self._end, client)
        self._forget_publishing()

    def subscribe(self, *filters: str) -> None:
        """Subscribe at QoS 1."""
        if self._client is not None:
            self._client.subscribe([(one, 1) for one in filters])

    def unsubscribe(self, *filters: str) -> None:
        """Take subscriptions back."""
        if self._client is not None:
            self._client.unsubscribe(list(filters))

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> asyncio.Future[None]:
        """Publish at QoS 1. The future ends when the broker has taken the message.

        Raises (in the future):
            Refused: the broker took it with a reason that says no.
            Disconnected: the connection ended first, or there is none.
        """
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._client is None or not self.state.connected:
            return _failed(future, "not connected")
        info = self._client.publish(topic, payload, qos=1, retain=retain)
        if info.rc is not MQTTErrorCode.MQTT_ERR_SUCCESS:
            return _failed(future, paho.error_string(info.rc))
        self._publishing[info.mid] = future
        return future

    def finish(self, message: Message) -> None:
        """Say that a message is dealt with: it is acknowledged, unless its session ended meanwhile."""
        if self._manual_ack:
            if self._client is not None and message.session == self.state.session:
                self._client.ack(message.mid, 1)
            self._unfinished -= 1
            self._release()
            if self._stalled.is_set() and self._unfinished == 0 and self._client is not None:
                self._stalled.clear()
                log.info("connecting to %s again: everything in hand is dealt with", self._broker.url)
                self._begin(self.state.version)

    @property
    def speaks_5(self) -> bool:
        """Whether the broker was reached with MQTT 5, which has shared subscriptions and reasons in its acknowledgements."""
        return self.state.version is MQTTProtocolVersion.MQTTv5

    def _begin(self, version: MQTTProtocolVersion) -> None:
        self.state.version = version
        self._client = client = self._made(version)
        url = urlsplit(self._broker.url)
        options: dict[str, Any] = {}
        if version is MQTTProtocolVersion.MQTTv5:
            options = {"clean_start": self._session_expiry_s == 0}
            if self._session_expiry_s:
                options["properties"] = properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
                properties.SessionExpiryInterval = self._session_expiry_s
        port = url.port or (8883 if url.scheme == "mqtts" else 1883)
        client.connect_async(url.hostname or "", port, KEEP_ALIVE_S, **options)
        client.loop_start()

    def _made(self, version: MQTTProtocolVersion) -> paho.Client:
        clean = None if version is MQTTProtocolVersion.MQTTv5 else self._session_expiry_s == 0
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            self._client_id,
            clean_session=clean,
            protocol=version,
            manual_ack=self._manual_ack,
        )
        client.max_inflight_messages_set(_IN_FLIGHT)
        client.reconnect_delay_set(min_delay=1, max_delay=random.randint(_RECONNECT_LONGEST_S // 2, _RECONNECT_LONGEST_S))  # noqa: S311 — jitter
        if self._will is not None:
            client.will_set(self._will.topic, self._will.payload, qos=1, retain=True)
        if self._tls is not None:
            client.tls_set_context(self._tls)
        if self._broker.login is not None:
            client.username_pw_set(self._broker.login.user, self._password)
        # These run in paho's thread: each hands over to the loop at once.
        client.on_connect = lambda of, _data, _flags, reason, _properties: self._session_begins(of, reason)
        client.on_socket_open = lambda of, _data, _socket: self._hand_over(self._opened, of)
        client.on_connect_fail = lambda of, _data: self._hand_over(self._unreachable, of)
        client.on_disconnect = lambda of, _data, _flags, reason, _properties: self._hand_over(self._disconnected, of, reason)
        client.on_publish = lambda _of, _data, mid, reason, _properties: self._hand_over(self._published, mid, reason)
        client.on_message = self._received
        return client

    def _hand_over(self, function: Callable[..., None], *args: object) -> None:
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(function, *args)

    def _session_begins(self, client: paho.Client, reason: ReasonCode) -> None:
        # Counted here, in paho's thread: the session's first message may be read before the loop hears of the session.
        self.state.session += 1
        self._hand_over(self._connected, client, reason)

    def _opened(self, client: paho.Client) -> None:
        asyncio.get_running_loop().call_later(_UNANSWERED_S, self._unanswered, client, self.state.session)

    def _unanswered(self, client: paho.Client, session: int) -> None:
        """Change the protocol when the broker listens, and says nothing to this one."""
        if client is self._client and session == self.state.session and not self.state.connected:
            self._change_version(client)

    def _unreachable(self, client: paho.Client) -> None:
        if client is self._client and not self.state.unreachable:
            self.state.unreachable = True
            log.warning("the broker %s can't be reached; trying again", self._broker.url)

    def _received(self, client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        """Wait for room, in paho's thread: while it waits, nothing is read from the broker."""
        if self._stalled.is_set():
            return  # not acknowledged: it comes again
        if not self._room.acquire(timeout=KEEP_ALIVE_S / 2 if self._manual_ack else None):
            self._give_up(client)
            return
        came = Message(message.topic, bytes(message.payload), bool(message.retain), message.mid, self.state.session)
        self._came.append((client, came))
        self._came_bytes += len(came.payload)
        if not self._told:
            self._told = True
            self._hand_over(self._gather)
        elif self._came_bytes >= _ENOUGH_BYTES and not self._urged:
            self._urged = True
            self._hand_over(self._deliver_all)

    def _give_up(self, client: paho.Client) -> None:
        """End a connection that would soon be taken for dead, in paho's thread."""
        self._stalled.set()
        if self._will is not None:
            client.publish(self._will.topic, self._will.payload, qos=1, retain=True)
        client.disconnect()
        self._hand_over(
            log.warning, "nothing was dealt with for %g s: disconnected from %s until it is", KEEP_ALIVE_S / 2, self._broker.url
        )

    def _gather(self) -> None:
        """Let more come before anything is delivered: to wake the loop costs more than a message does."""
        if self._gather_s and self._came_bytes < _ENOUGH_BYTES:
            asyncio.get_running_loop().call_later(self._gather_s, self._deliver_all)
        else:
            self._deliver_all()

    def _deliver_all(self) -> None:
        self._told = self._urged = False
        self._came_bytes = 0
        try:
            while self._came:
                self._deliver(*self._came.popleft())
        finally:
            if self._came:  # what one message broke does not hold the others up
                self._hand_over(self._deliver_all)

    def _deliver(self, client: paho.Client, message: Message) -> None:
        if client is self._client:
            self._unfinished += self._manual_ack
            self._on_message(message)
        if not self._manual_ack or client is not self._client:
            self._release()

    def _release(self) -> None:
        try:
            self._room.release()
        except ValueError:
            log.debug("a message was finished twice")

    def _connected(self, client: paho.Client, reason: ReasonCode) -> None:
        if client is not self._client:
            return
        if reason.is_failure:
            self._not_let_in(client, reason)
            return
        self.state.connected = True
        self.state.unreachable = False
        self.state.refusals = 0
        log.info("connected to %s with MQTT %s", self._broker.url, "5" if self.speaks_5 else "3.1.1")
        self._on_connect()

    def _not_let_in(self, client: paho.Client, reason: ReasonCode) -> None:
        if reason.value == _UNSUPPORTED_VERSION:
            self._change_version(client)
        else:
            log.warning("the broker %s refuses: %s", self._broker.url, reason)

    def _disconnected(self, client: paho.Client, reason: ReasonCode) -> None:
        if client is not self._client:
            return
        was, self.state.connected = self.state.connected, False
        self._forget_publishing()
        if self._stalled.is_set():
            return
        if was:
            log.warning("the connection to %s ended: %s", self._broker.url, reason)
            return
        # Brokers of the 3.1.1 age end a connection with MQTT 5 without a word.
        self.state.refusals += 1
        if self.state.refusals >= 2:
            self._change_version(client)

    def _change_version(self, client: paho.Client) -> None:
        self.state.refusals = 0
        five = self.state.version is MQTTProtocolVersion.MQTTv5
        self._begin(MQTTProtocolVersion.MQTTv311 if five else MQTTProtocolVersion.MQTTv5)
        asyncio.get_running_loop().run_in_executor(None, self._end, client)

    def _published(self, mid: int, reason: ReasonCode) -> None:
        future = self._publishing.pop(mid, None)
        if future is None or future.done():
            return
        if reason.value >= _FAILURE:
            future.set_exception(PublishRefused(str(reason)))
            future.exception()
        else:
            future.set_result(None)

    def _forget_publishing(self) -> None:
        for future in self._publishing.values():
            if not future.done():
                _failed(future, "the connection ended")
        self._publishing.clear()

    def _end(self, client: paho.Client) -> None:
        client.disconnect()
        self._release()  # its thread may stand and wait for room
        client.loop_stop()


def _tls_context(tls: TlsSettings) -> ssl.SSLContext:
    context = ssl.create_default_context()
    try:
        if tls.ca is not None:
            context = ssl.create_default_context(cafile=tls.ca)
        if tls.cert is not None:
            context.load_cert_chain(tls.cert, tls.key)
    except OSError as error:
        files = " or ".join(file for file in (tls.ca, tls.cert, tls.key) if file)
        raise SecretError(f"the TLS files can't be used ({error.strerror or error}): check {files}") from error
    return context


def _failed(future: asyncio.Future[None], why: str) -> asyncio.Future[None]:
    future.set_exception(Disconnected(why))
    future.exception()  # whoever awaits it still sees it; nobody has to
    return future


class ConnectionState:
    """How a connection stands: whether it is up, its protocol, how many there have been, how many were cut off unheard."""

    def __init__(self) -> None:
        self.connected = False
        self.version = MQTTProtocolVersion.MQTTv5
        self.session = 0
        self.refusals = 0
        self.unreachable = False
