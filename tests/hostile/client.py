"""A client of the broker over paho, independent of the project's own: for attackers, victims, and the tests of the access rules."""

import contextlib
import ssl
import threading
from collections.abc import Callable, Iterable
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.hostile.broker import password_of
from tests.system.servers import wait_until


class Refused(Exception):
    """The broker refused the connection."""


class Client:
    """One connection. `received` has every message as topic, payload and whether it was retained."""

    def __init__(
        self,
        port: int,
        user: str,
        client_id: str = "",
        on_message: Callable[[str, bytes], None] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.received: list[tuple[str, bytes, bool]] = []
        self._on_message = on_message
        self._reasons: dict[int, int] = {}
        self._answered, self._refused = threading.Event(), threading.Event()
        self._granted: set[int] = set()
        self.paho = paho.Client(CallbackAPIVersion.VERSION2, client_id or user, protocol=MQTTProtocolVersion.MQTTv5)
        if tls is None:
            self.paho.username_pw_set(user, password_of(user))
        else:  # the certificate says who it is
            self.paho.tls_set_context(tls)
        self.paho.on_connect = self._connected
        self.paho.on_message = self._arrived
        self.paho.on_publish = lambda _c, _d, mid, reason, _p: self._reasons.__setitem__(mid, reason.value)
        self.paho.on_subscribe = lambda _c, _d, mid, _reasons, _p: self._granted.add(mid)
        self.paho.max_inflight_messages_set(0)
        self.paho.connect("127.0.0.1", port, 60)
        self.paho.loop_start()

    def _connected(self, _client: paho.Client, _data: object, _flags: object, reason: Any, _properties: object) -> None:
        (self._refused if reason.is_failure else self._answered).set()

    def _arrived(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        payload = bytes(message.payload)
        if self._on_message is None:
            self.received.append((message.topic, payload, bool(message.retain)))
        else:
            self._on_message(message.topic, payload)

    def ready(self, within_s: float = 20.0) -> "Client":
        """Wait for the connection."""
        wait_until("the broker's answer", lambda: self._answered.is_set() or self._refused.is_set(), within_s)
        if not self._answered.is_set():
            raise Refused
        return self

    def subscribe(self, *filters: str) -> None:
        """Subscribe, and wait until the broker has answered."""
        _, mid = self.paho.subscribe([(one, 1) for one in filters])
        wait_until("the subscription", lambda: mid in self._granted)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int:
        """Publish, and return the reason code of the broker's acknowledgement."""
        mid = self.paho.publish(topic, payload, qos=1, retain=retain).mid
        wait_until("the acknowledgement", lambda: mid in self._reasons)
        return self._reasons.pop(mid)

    def publish_all(self, topics: Iterable[str], payload: bytes) -> dict[str, int]:
        """Publish on each topic, and return the reason codes of the broker's acknowledgements."""
        mids = {topic: self.paho.publish(topic, payload, qos=1).mid for topic in topics}
        wait_until("the acknowledgements", lambda: self._reasons.keys() >= set(mids.values()))
        return {topic: self._reasons.pop(mid) for topic, mid in mids.items()}

    def send(self, topic: str, payload: bytes, *, retain: bool = False, at_most: int = 200) -> None:
        """Publish without waiting, unless `at_most` publishes are not acknowledged yet."""
        info = self.paho.publish(topic, payload, qos=1, retain=retain)
        if info.mid % at_most == 0:
            with contextlib.suppress(RuntimeError, ValueError):
                info.wait_for_publish(2.0)
            self._reasons.clear()

    def post(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish without waiting for anything, as callbacks must."""
        self.paho.publish(topic, payload, qos=1, retain=retain)

    def close(self) -> None:
        """Disconnect, and let go of paho's client: it closes its sockets when nothing refers to it."""
        self.paho.disconnect()
        self.paho.loop_stop()
        self.paho.on_connect = self.paho.on_message = self.paho.on_publish = self.paho.on_subscribe = None
