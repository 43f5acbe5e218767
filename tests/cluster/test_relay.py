"""Relays between nodes: what passes while a node is cut off."""

import os
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.cluster.relay import Relays, Route
from tests.system.servers import free_port

HERE = "127.0.0.11"


@pytest.fixture
def target() -> Iterator[int]:
    """A server that echoes."""
    with socket.create_server((HERE, 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=echo, args=(connection,), daemon=True).start()

        def echo(connection: socket.socket) -> None:
            with connection:
                while data := connection.recv(100):
                    connection.sendall(data)

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def answer(connection: socket.socket, data: bytes, within_s: float) -> bytes:
    connection.settimeout(within_s)
    connection.sendall(data)
    try:
        return connection.recv(100)
    except TimeoutError:
        return b""


def test_a_node_that_is_cut_off_keeps_its_connections_and_nothing_passes_until_it_is_not(target: int) -> None:
    """This process plays node 1, from which the connection comes; the server is node 2."""
    port = free_port()
    relays = Relays([Route(HERE, port, 2, target)], lambda node: os.getpid() if node == 1 else None, (1, 2))
    try:
        with socket.create_connection((HERE, port)) as connection:
            assert answer(connection, b"a", 10.0) == b"a"
            for cut in (1, 2):
                relays.cut_off(cut)
                assert answer(connection, b"b", 0.3) == b""
                relays.cut_off()
                connection.settimeout(10.0)
                assert connection.recv(100) == b"b"
            relays.cut_off(3)
            assert answer(connection, b"c", 10.0) == b"c"
    finally:
        relays.close()


def test_the_end_of_one_side_ends_the_other(target: int) -> None:
    port = free_port()
    relays = Relays([Route(HERE, port, 2, target)], lambda _: None, (1, 2))
    try:
        with socket.create_connection((HERE, port)) as connection:
            assert answer(connection, b"a", 10.0) == b"a"
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(100) == b""
    finally:
        relays.close()


def test_a_connection_that_is_stranded_ends_for_the_client_only() -> None:
    port, upstream = free_port(), socket.create_server((HERE, 0))
    relays = Relays([Route(HERE, port, 1, upstream.getsockname()[1])], lambda _: None, ())
    try:
        with socket.create_connection((HERE, port)) as connection, upstream.accept()[0] as node:
            connection.sendall(b"a")
            assert node.recv(100) == b"a"
            relays.strand()
            assert connection.recv(100) == b""
            node.settimeout(0.3)
            with pytest.raises(TimeoutError):
                node.recv(100)
            with socket.create_connection((HERE, port)) as again, upstream.accept()[0] as other:
                again.sendall(b"b")
                assert other.recv(100) == b"b"
    finally:
        relays.close()
        upstream.close()
