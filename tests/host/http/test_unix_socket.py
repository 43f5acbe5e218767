"""Sockets with a path: who may connect, long paths, and files that killed processes leave behind."""

import os
import socket
import stat
from pathlib import Path

import pytest

from gateway.host.http.unix_socket import SocketInUse, connect_to, listening_at


def test_user_and_group_may_connect_and_the_file_goes_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    before = os.umask(0o000)
    try:
        with listening_at(path) as listener:
            assert stat.S_IMODE(path.stat().st_mode) == 0o660
            with connect_to(path, 5) as client, listener.accept()[0] as server:
                client.sendall(b"hello")
                assert server.recv(5) == b"hello"
    finally:
        os.umask(before)
    assert not path.exists()


def test_a_path_longer_than_a_sockets_address_works_too(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    path = folder / "control.sock"
    with listening_at(path) as listener, connect_to(path, 5) as client, listener.accept()[0] as server:
        client.sendall(b"x")
        assert server.recv(1) == b"x"
    assert list(folder.iterdir()) == []


def test_the_file_of_a_killed_process_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
        left.listen()
    with listening_at(path), connect_to(path, 5):
        pass


def test_a_socket_in_use_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with listening_at(path):
        with pytest.raises(SocketInUse, match="a 'state' folder of its own"), listening_at(path):
            pass
        connect_to(path, 5).close()


def test_a_file_that_is_no_socket_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    path.write_text("precious")
    with pytest.raises(SocketInUse, match="is not a socket"), listening_at(path):
        pass
    assert path.read_text() == "precious"


def test_nothing_that_listens_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        connect_to(tmp_path / "control.sock", 1)
