"""A client of the centre or of a gateway that shows what a broker delivers, message by message."""

import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from tests.hostile.broker import password_of

_ANSWER_S = 20.0
_LARGEST_PACKET = (4 << 20) + (64 << 10)


class Delivered(NamedTuple):
    """A message as it was delivered."""

    topic: str
    payload: bytes
    mid: int


class Probe:
    """A connection with QoS 1. It is established when the constructor returns.

    With `expiry_s` it resumes the session of its client id, and leaves one behind. One that `holds` acknowledges only what `acknowledge` says.
    """

    def __init__(self, url: str, user: str, client_id: str, *, ca: Path | None = None, expiry_s: int = 0, holds: bool = False) -> None:
        self.received: list[Delivered] = []
        self.resumed = False
        self._changed = threading.Condition()
        self._answered: dict[int, bool] = {}
        self._connected: bool | None = None
        self._paho = client = paho.Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv5, manual_ack=holds)
        client.max_inflight_messages_set(0)
        client.username_pw_set(user, password_of(user))
        if ca is not None:
            client.tls_set_context(ssl.create_default_context(cafile=str(ca)))
        client.on_connect = lambda _c, _d, flags, reason, _p: self._established(reason, resumed=flags.session_present)
        client.on_subscribe = lambda _c, _d, mid, reasons, _p: self._answer(mid, reasons)
        client.on_publish = lambda _c, _d, mid, reason, _p: self._answer(mid, [reason])
        client.on_message = lambda _c, _d, message: self._deliver(Delivered(message.topic, bytes(message.payload), message.mid))
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = expiry_s
        properties.MaximumPacketSize = _LARGEST_PACKET
        where = urlsplit(url)
        client.connect(where.hostname or "", where.port or 1883, clean_start=expiry_s == 0, properties=properties)
        client.loop_start()
        assert self.wait(lambda: self._connected is not None), f"{url} does not answer"
        assert self._connected, f"{url} refuses {user}"

    def subscribe(self, *filters: str) -> None:
        """Subscribe. Everything sent before, such as acknowledgements, has reached the broker when this returns."""
        _, mid = self._paho.subscribe([(one, 1) for one in filters])
        self._await(mid or 0)

    def publish(self, topic: str, *payloads: bytes, retain: bool = False) -> None:
        """Publish messages, and wait until the broker has acknowledged all of them."""
        for mid in [self._paho.publish(topic, payload, qos=1, retain=retain).mid for payload in payloads]:
            self._await(mid)

    def acknowledge(self, messages: list[Delivered]) -> None:
        """Acknowledge messages that are held."""
        for one in messages:
            self._paho.ack(one.mid, 1)

    def wait(self, condition: Callable[[], bool], within_s: float = _ANSWER_S) -> bool:
        """Wait until what was delivered meets a condition; return False if it does not in time."""
        with self._changed:
            return self._changed.wait_for(condition, within_s)

    def freeze(self) -> None:
        """Neither read nor send anything more: the broker still has the connection."""
        self._paho.loop_stop()

    def vanish(self) -> None:
        """Close the socket without an MQTT disconnect."""
        self._paho.loop_stop()
        of = self._paho.socket()
        if of is not None:
            of.close()

    def close(self) -> None:
        """Disconnect in order."""
        self._paho.disconnect()
        self._paho.loop_stop()

    def _established(self, reason: ReasonCode, *, resumed: bool) -> None:
        with self._changed:
            self._connected, self.resumed = not reason.is_failure, resumed
            self._changed.notify_all()

    def _answer(self, mid: int, reasons: list[ReasonCode]) -> None:
        with self._changed:
            self._answered[mid] = not any(reason.is_failure for reason in reasons)
            self._changed.notify_all()

    def _deliver(self, message: Delivered) -> None:
        with self._changed:
            self.received.append(message)
            self._changed.notify_all()

    def _await(self, mid: int) -> None:
        assert self.wait(lambda: mid in self._answered), "the broker does not answer"
        with self._changed:
            assert self._answered.pop(mid), "the broker refuses a message or a subscription"
