"""Devices on sockets and pseudo-terminals: an honest one that counts, and hostile ones."""

import contextlib
import os
import random
import socket
import threading
import time
import tty
from collections.abc import Callable
from typing import NamedTuple

from gateway.simulate.devices.bus import crc

Answer = Callable[["Asked"], None]


class Asked(NamedTuple):
    """A request that a hostile device received, and how it answers: by writing bytes, or by cutting the connection."""

    frame: bytes
    write: Callable[[bytes], None]
    cut: Callable[[], None]
    chance: random.Random
    tcp: bool
    stopped: threading.Event

    def framed(self, body: bytes) -> bytes:
        """Return unit, function and data as a frame of this line that answers the request."""
        return self.frame[:4] + len(body).to_bytes(2, "big") + body if self.tcp else body + crc(body)

    @property
    def genuine(self) -> bytes:
        """The answer that an honest device would give."""
        unit, count = self.frame[6 if self.tcp else 0], int.from_bytes(self.frame[-2:] if self.tcp else self.frame[4:6], "big")
        return self.framed(bytes((unit, 3, 2 * count)) + bytes(2 * count))


class TcpDevice:
    """A device on a TCP port; each connection is served by a thread."""

    def __init__(self, serve: Callable[[socket.socket], None]) -> None:
        self._serve = serve
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                link, _ = self._server.accept()
                threading.Thread(target=self._one, args=(link,), daemon=True).start()

    def _one(self, link: socket.socket) -> None:
        with link, contextlib.suppress(OSError):
            self._serve(link)

    def close(self) -> None:
        """Stop to listen."""
        self._server.close()


class CountingDevice:
    """An honest Modbus TCP device with a number that rises with each read."""

    def __init__(self) -> None:
        self.served: dict[int, float] = {}
        self.silent = False
        self._links = set[socket.socket]()
        self._device = TcpDevice(self._talk)
        self.address = self._device.address

    def cut(self) -> None:
        """Break the connections: the gateway must connect again."""
        for link in list(self._links):
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)

    def _talk(self, link: socket.socket) -> None:
        self._links.add(link)
        while True:
            frame = _exactly(link, 12)
            if self.silent:
                continue
            number = len(self.served) + 1
            self.served[number] = time.monotonic()
            link.sendall(frame[:4] + b"\0\7" + frame[6:7] + b"\3\4" + number.to_bytes(4, "big"))

    def close(self) -> None:
        """Stop to listen."""
        self._device.close()


def _exactly(link: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = link.recv(size - len(data))
        if not more:
            raise ConnectionError
        data += more
    return data


class HostileDevice:
    """A device that answers each request in a hostile way, on TCP (`tcp` or `rtu_over_tcp`) or a pseudo-terminal (`serial`)."""

    def __init__(self, way: str, answer: Answer, seed: int) -> None:
        self._way, self._answer, self._chance = way, answer, random.Random(seed)
        self._stopped = threading.Event()
        self.asked = 0
        if way == "serial":
            self._master, slave = os.openpty()
            tty.setraw(slave)
            self.address = os.ttyname(slave)
            threading.Thread(target=self._talk_serial, daemon=True).start()
        else:
            self._device = TcpDevice(self._talk)
            self.address = self._device.address

    def _talk(self, link: socket.socket) -> None:
        size = 12 if self._way == "tcp" else 8
        while not self._stopped.is_set():
            self._hostile(_exactly(link, size), link.sendall, lambda: link.shutdown(socket.SHUT_RDWR))

    def _talk_serial(self) -> None:
        with contextlib.suppress(OSError):
            while not self._stopped.is_set():
                self._hostile(os.read(self._master, 8), lambda data: _written(self._master, data), lambda: None)

    def _hostile(self, frame: bytes, write: Callable[[bytes], None], cut: Callable[[], None]) -> None:
        self.asked += 1
        if len(frame) >= 8:
            self._answer(Asked(frame, write, cut, self._chance, self._way == "tcp", self._stopped))

    def close(self) -> None:
        """Stop."""
        self._stopped.set()
        if self._way != "serial":
            self._device.close()


def _written(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]
