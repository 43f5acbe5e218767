"""The running service, asked over its socket and restarted."""

import socket
import threading
from pathlib import Path

import msgspec
import pytest

from gateway.update.errors import UpdateError
from gateway.update.service import ask_state, restart
from tests.update.test_report import running


def answer_once(path: Path, response: bytes) -> threading.Thread:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def serve() -> None:
        with listener:
            asked, _ = listener.accept()
            with asked:
                asked.recv(4096)
                asked.sendall(response)

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


def test_a_gateway_says_how_it_is(tmp_path: Path) -> None:
    body = msgspec.json.encode(running())
    thread = answer_once(tmp_path / "s", b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
    assert ask_state(tmp_path / "s") == running()
    thread.join()


@pytest.mark.parametrize(
    "response", [b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", b"nonsense"]
)
def test_another_answer_is_none(tmp_path: Path, response: bytes) -> None:
    thread = answer_once(tmp_path / "s", response)
    assert ask_state(tmp_path / "s") is None
    thread.join()


def test_without_a_socket_none_answers(tmp_path: Path) -> None:
    assert ask_state(tmp_path / "missing") is None


@pytest.mark.parametrize(("code", "started"), [(0, True), (1, False)])
def test_systemd_says_whether_it_has_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, started: bool) -> None:
    (tmp_path / "systemctl").write_text(f'#!/bin/sh\n[ "$*" = "restart street-gateway" ] && exit {code}\nexit 9\n')
    (tmp_path / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert restart() is started


def test_without_systemd_there_is_no_update(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UpdateError, match="an update needs systemd"):
        restart()
