"""Runs one of paho's clients on the event loop. The only thread is that of each attempt to connect, which blocks."""

import asyncio
import fcntl
import random
import ssl
import sys
import termios
import threading
from collections.abc import Callable
from socket import socket

from paho.mqtt.enums import MQTTErrorCode

from gateway.host.backoff import Backoff
from gateway.host.mqtt.handover import LoopHandover
from gateway.host.mqtt.receiving import ReceivingClient
from gateway.host.mqtt.timer import Timer

END_S = 2.0
"""How long a client that ends may take to say so to the broker."""

_FIRST_S, _LONGEST_S = 1.0, 30.0
_TICK_S = 2.0
"""How often the client checks whether it must send, or misses, a keep-alive."""

_READ_WITHIN_S = 0.05
"""Nothing else runs meanwhile. A few packets between the turns of a busy loop would be too little: messages would wait at the broker."""

_NO_BYTES = bytes(4)
_SUCCESS = MQTTErrorCode.MQTT_ERR_SUCCESS


class ReconnectTerms:
    """How long to wait at least before connecting again after a connection ended, in seconds; the owner of the connection may set it.

    `addresses` is how many the client tries in turn.
    """

    def __init__(self) -> None:
        self.reconnect_after_s = 0.0
        self.addresses = 1


class ClientLoop:
    """Connects a client, reads and writes when its socket is ready, and connects again when its connection ends.

    All methods, `on_open` and `on_fail` belong to the event loop's thread. So do paho's callbacks, except that those about connections may
    also be called in the thread of an attempt to connect.
    """

    def __init__(
        self,
        client: ReceivingClient,
        handover: LoopHandover,
        on_open: Callable[[], None],
        on_fail: Callable[[Exception], None],
        terms: ReconnectTerms | None = None,
    ) -> None:
        self.paho = client
        self.ended = asyncio.Event()
        """Set when the client has ended, after `end`."""
        self._handover, self._on_open, self._on_fail = handover, on_open, on_fail
        self._terms = terms or ReconnectTerms()
        self._socket: socket | None = None
        self._writing = self._ending = False
        self._backoff = Backoff(_FIRST_S, random.uniform(_LONGEST_S / 2, _LONGEST_S), ways=self._terms.addresses)  # noqa: S311 — jitter
        self._timer = Timer()
        """The next attempt to connect, or the next check of the keep-alive."""

    def connect(self) -> None:
        """Connect in the background, to the address that the client was given."""
        self.paho.on_socket_register_write = self.paho.on_socket_unregister_write = self.paho.on_socket_close = None
        threading.Thread(target=self._attempt, name="mqtt-connect", daemon=True).start()

    def connected(self) -> None:
        """Record that the broker accepted the connection: the next attempt after its end is made soon."""
        self._backoff.succeeded()

    def pause(self) -> None:
        """Read nothing until `resume`."""
        if not self.paho.paused and self._socket is not None:
            self.paho.paused = True
            asyncio.get_running_loop().remove_reader(self._socket.fileno())

    def resume(self) -> None:
        """Read again."""
        if self.paho.paused and self._socket is not None:
            self.paho.paused = False
            asyncio.get_running_loop().add_reader(self._socket.fileno(), self._read)
            if self._has_more():  # it may be read already, and then the socket does not say so
                asyncio.get_running_loop().call_soon(self._read)

    def end(self) -> None:
        """Disconnect in order and never connect again. A broker that reads nothing is cut off."""
        self._ending = True
        self._timer.start(END_S, self.cut)
        if self._socket is not None:
            self.paho.disconnect()
            self._write()
        if self._socket is None:
            self.cut()

    def cut(self) -> None:
        """End at once, without a word to the broker."""
        connection = self._socket
        if connection is not None:
            self._detach()
            connection.close()
        self._timer.cancel()
        self.ended.set()

    def _attempt(self) -> None:
        """Connect, in a thread of its own."""
        error: Exception | None = None
        try:
            self.paho.reconnect()
        except (OSError, ValueError) as raised:
            error = raised
        self._handover.call(self._attempted, error)

    def _attempted(self, error: Exception | None) -> None:
        made = self.paho.socket()
        if self._ending:
            if isinstance(made, socket):
                made.close()
            return
        if error is not None:
            self._on_fail(error)
        if not isinstance(made, socket):
            self._timer.start(self._backoff.failed(), self.connect)
            return
        self._attach(made)
        self._on_open()

    def _attach(self, made: socket) -> None:
        """Let the event loop read, write and check the keep-alive from now on."""
        self._socket, self.paho.paused = made, False
        self.paho.on_socket_register_write = lambda *_: self._write_soon()
        self.paho.on_socket_unregister_write = lambda *_: self._written()
        self.paho.on_socket_close = lambda *_: self._closed()
        asyncio.get_running_loop().add_reader(made.fileno(), self._read)
        if self.paho.want_write():
            self._write_soon()
        self._timer.start(_TICK_S, self._tick)

    def _detach(self) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._written()
            self._socket = None

    def _closed(self) -> None:
        """The client is about to close its socket."""
        self._detach()
        if self._ending:
            self.cut()
        else:
            self._timer.start(max(self._terms.reconnect_after_s, self._backoff.failed()), self.connect)

    def _read(self) -> None:
        loop = asyncio.get_running_loop()
        until_s = loop.time() + _READ_WITHIN_S
        while loop.time() < until_s:
            if self._socket is None or self.paho.paused or self.paho.loop_read() is not _SUCCESS:
                return
            if not self._has_more():
                return
        loop.call_soon(self._read)

    def _has_more(self) -> bool:
        return self.paho.has_bytes or _bytes_ready(self._socket)

    def _write_soon(self) -> None:
        asyncio.get_running_loop().call_soon(self._write)

    def _write(self) -> None:
        if self._socket is not None:
            self.paho.loop_write()  # may close the connection
        self._write_when_ready()

    def _write_when_ready(self) -> None:
        if self._socket is not None and not self._writing and self.paho.want_write():
            self._writing = True
            asyncio.get_running_loop().add_writer(self._socket.fileno(), self._write)

    def _written(self) -> None:
        if self._writing and self._socket is not None:
            self._writing = False
            asyncio.get_running_loop().remove_writer(self._socket.fileno())

    def _tick(self) -> None:
        self._timer.start(_TICK_S, self._tick)
        self.paho.loop_misc()  # last: it may close the connection, which sets the timer


def _bytes_ready(connection: socket | None) -> bool:
    """Return whether something can be read without waiting."""
    if connection is None:
        return False
    if isinstance(connection, ssl.SSLSocket) and connection.pending():
        return True
    return int.from_bytes(fcntl.ioctl(connection.fileno(), termios.FIONREAD, _NO_BYTES), sys.byteorder) > 0
