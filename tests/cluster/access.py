"""What the access rules of a cluster must refuse, tried on every node with the rights of one gateway."""

import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.reasoncodes import ReasonCode

from gateway.model import topics
from gateway.model.topics import GatewayId
from tests.hostile.broker import password_of, user_of

_ANSWER_S = 20.0


class _Client:
    """A connection that waits for the broker's answers."""

    def __init__(self, url: str, ca: Path, user: str, password: str, client_id: str) -> None:
        self._answered, self._reasons = threading.Event(), list[ReasonCode]()
        self._paho = client = paho.Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv5)
        client.tls_set_context(ssl.create_default_context(cafile=str(ca)))
        client.username_pw_set(user, password)
        client.on_connect = lambda _c, _d, _f, reason, _p: self._answer([reason])
        client.on_subscribe = lambda _c, _d, _m, reasons, _p: self._answer(reasons)
        client.on_publish = lambda _c, _d, _m, reason, _p: self._answer([reason])
        where = urlsplit(url)
        client.connect(where.hostname or "", where.port or 8883)
        client.loop_start()
        self.connects = self._wait()

    def subscribes(self, filter_: str) -> bool:
        """Return whether the broker grants a subscription."""
        self._paho.subscribe(filter_, qos=1)
        return self._wait()

    def publishes(self, topic: str) -> bool:
        """Return whether the broker accepts a message."""
        self._paho.publish(topic, b"x", qos=1)
        return self._wait()

    def close(self) -> None:
        self._paho.disconnect()
        self._paho.loop_stop()

    def _answer(self, reasons: list[ReasonCode]) -> None:
        self._reasons = reasons
        self._answered.set()

    def _wait(self) -> bool:
        assert self._answered.wait(_ANSWER_S), "the broker does not answer"
        self._answered.clear()
        return not any(reason.is_failure for reason in self._reasons)


def violations(urls: tuple[str, ...], ca: Path, me: GatewayId, other: GatewayId) -> Iterator[str]:
    """Yield what a broker grants to a gateway that it must refuse, and what it refuses that it must grant."""
    user, password = user_of(me), password_of(user_of(me))
    for url in urls:
        for what, login in {
            "a wrong password": (user, "wrong", user),
            "the client id of another": (user, password, user_of(other)),
            "the name of another": (user_of(other), password, user_of(other)),
        }.items():
            client = _Client(url, ca, *login)
            if client.connects:
                yield f"{url} accepts {what}"
            client.close()
        client = _Client(url, ca, user, password, user)
        for topic in (other.topic("data"), other.topic("state"), me.topic("receipt"), topics.worker_state(me.site, "worker-1")):
            if client.publishes(topic):
                yield f"{url} accepts a message on {topic}"
        for filter_ in (
            "#",
            topics.every_gateway(me.site, "data"),
            other.topic("receipt"),
            f"$share/g/{topics.every_gateway(me.site, 'data')}",
        ):
            if client.subscribes(filter_):
                yield f"{url} grants {filter_}"
        if not (client.connects and client.subscribes(me.topic("receipt")) and client.publishes(me.topic("time"))):
            yield f"{url} refuses what is the gateway's own"
        client.close()
