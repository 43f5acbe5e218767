"""A cable to a server, which can be cut: then nothing passes, and neither end hears of it. It can also fail at a word that passes."""

import contextlib
import select
import socket
import threading
from typing import NamedTuple

_CHUNK = 1 << 16


class _Fault(NamedTuple):
    """At which word of a client a connection ends, and whether the server receives the word."""

    word: bytes
    passes: bool


class Cable:
    """Listens on a port of its own, and forwards what it receives to another port of this machine."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._whole, self._ended = threading.Event(), threading.Event()
        self._whole.set()
        self._fault: _Fault | None = None
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.faults = 0
        threading.Thread(target=self._listen, name="cable", daemon=True).start()

    def cut(self) -> None:
        self._whole.clear()

    def mend(self) -> None:
        self._whole.set()

    def fail_once_at(self, word: bytes, *, passes: bool) -> None:
        """End the connection whose client sends this word, before or after the server receives it."""
        self._fault = _Fault(word, passes)

    def close(self) -> None:
        self._ended.set()
        self._whole.set()
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._server.accept()
                threading.Thread(target=self._connect, args=(client,), name="cable", daemon=True).start()

    def _connect(self, client: socket.socket) -> None:
        self._whole.wait()
        with contextlib.suppress(OSError), client, socket.create_connection(("127.0.0.1", self._target)) as server:
            while not self._ended.is_set() and self._forward(client, server):
                pass

    def _forward(self, client: socket.socket, server: socket.socket) -> bool:
        """Forward what comes next, and return whether the connection lasts."""
        ready, _, _ = select.select([client, server], [], [])
        for end, other in ((client, server), (server, client)):
            if end not in ready:
                continue
            data = end.recv(_CHUNK)
            self._whole.wait()
            fault = self._fault
            if fault is not None and end is client and fault.word in data:
                self._fault, self.faults = None, self.faults + 1
                if fault.passes:
                    server.sendall(data)
                return False
            if not data:
                return False
            other.sendall(data)
        return True
