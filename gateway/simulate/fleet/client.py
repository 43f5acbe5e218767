"""One of many MQTT connections in one event loop: paho's client without its thread; the loop watches its socket."""

import asyncio
import contextlib
import functools
import resource
import socket
import ssl
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

from gateway.host.mqtt.addresses import Addresses
from gateway.simulate.fleet.plan import FleetPlan

KEEP_ALIVE_S = 60

_UNANSWERED_S = 12.0
"""A node of a cluster that is cut off from the others accepts connections and does not answer."""


class FleetClient:
    """One connection, made and cut on demand; what is published while it is down is dropped."""

    def __init__(
        self,
        plan: FleetPlan,
        client_id: str,
        will: tuple[str, bytes],
        on_connect: Callable[[], None],
        on_message: Callable[[str, bytes], None],
    ) -> None:
        self._addresses, self._on_connect = Addresses((plan.broker,) if isinstance(plan.broker, str) else plan.broker), on_connect
        self._began_s = 0.0
        self._socket: socket.socket | None = None
        self.connected = False
        self._client = client = paho.Client(CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv5)
        client.max_inflight_messages_set(0)
        client.will_set(*will, qos=1, retain=True)
        if plan.user is not None and plan.password is not None:
            client.username_pw_set(plan.user.replace("{id}", client_id), plan.password.replace("{id}", client_id))
        if plan.ca is not None:
            client.tls_set_context(_trusting(plan.ca))
        client.on_socket_open = lambda _c, _d, of: self._opened(of)
        client.on_socket_close = lambda _c, _d, of: self._closed(of)
        client.on_socket_register_write = lambda _c, _d, of: asyncio.get_running_loop().add_writer(of, client.loop_write)
        client.on_socket_unregister_write = lambda _c, _d, of: self._unwatch_writing(of)
        client.on_connect = lambda _c, _d, _f, reason, _p: self._established(failed=reason.is_failure)
        client.on_disconnect = lambda *_: self._lost()
        client.on_message = lambda _c, _d, message: on_message(message.topic, bytes(message.payload))

    def connect(self) -> bool:
        """Begin to connect to the next address, and return whether the broker accepted the TCP connection."""
        self._began_s, address = asyncio.get_running_loop().time(), self._addresses.advance()
        with contextlib.suppress(OSError):
            return self._client.connect(address.host, address.port, KEEP_ALIVE_S, clean_start=True) is MQTTErrorCode.MQTT_ERR_SUCCESS
        return False

    @property
    def connecting(self) -> bool:
        """Whether a connection has begun and is not established yet."""
        return self._socket is not None and not self.connected

    def cut(self) -> None:
        """Break the connection as a network failure does, without an MQTT disconnect."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def subscribe(self, *filters: str) -> None:
        """Subscribe at QoS 1."""
        self._client.subscribe([(one, 1) for one in filters])

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish at QoS 1, if connected."""
        if self.connected:
            self._client.publish(topic, payload, qos=1, retain=retain)

    def keep_alive(self) -> None:
        """Send pings and detect time-outs; call it about once a second."""
        if self.connecting and asyncio.get_running_loop().time() > self._began_s + _UNANSWERED_S:
            self.cut()
        if self._socket is not None:
            self._client.loop_misc()

    def close(self) -> None:
        """Disconnect cleanly."""
        self._client.disconnect()

    def _opened(self, of: Any) -> None:  # noqa: ANN401 — paho's own protocol of a socket
        self._socket = of
        asyncio.get_running_loop().add_reader(of, self._read, of)

    def _read(self, of: Any) -> None:  # noqa: ANN401
        """Read what has arrived. With TLS there may be more than the kernel knows of, as a record is decrypted as a whole."""
        self._client.loop_read()
        while isinstance(of, ssl.SSLSocket) and self._socket is of and of.pending():
            self._client.loop_read()

    def _closed(self, of: Any) -> None:  # noqa: ANN401
        asyncio.get_running_loop().remove_reader(of)
        self._unwatch_writing(of)
        self._socket = None

    @staticmethod
    def _unwatch_writing(of: Any) -> None:  # noqa: ANN401
        asyncio.get_running_loop().remove_writer(of)

    def _established(self, *, failed: bool) -> None:
        self.connected = not failed
        if self.connected:
            self._on_connect()

    def _lost(self) -> None:
        self.connected = False


@functools.cache
def _trusting(ca: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca)


def raise_file_limit() -> None:
    """Raise the limit of open files, and so of connections, to the most that the system allows this process."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
