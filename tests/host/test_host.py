"""What we use of the machine: whole files, secrets, logs, systemd, one thread."""

import asyncio
import io
import json
import logging
import os
import socket
import threading
from pathlib import Path

import pytest

from gateway.host import clock, logs, systemd
from gateway.host.files import SecretError, read_secret, write_whole
from gateway.host.stopping import wait_for_stop
from gateway.host.threads import OneThread


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_whole(path, b"one")
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_can_not_be_written_keeps_what_it_held(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        write_whole(tmp_path / "folder", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("secret\n")
    path.chmod(0o600)
    assert read_secret(str(path)) == "secret"
    path.chmod(0o640)
    with pytest.raises(SecretError, match=r"mode 0640\): run chmod 600"):
        read_secret(str(path))
    with pytest.raises(SecretError, match="can't be read: No such file"):
        read_secret(str(tmp_path / "missing"))


def test_a_secret_may_be_a_credential_of_systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "password").write_text("secret")
    (tmp_path / "password").chmod(0o400)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert read_secret("$CREDENTIALS_DIRECTORY/password") == "secret"


@pytest.fixture
def restored_logging() -> object:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.mark.usefixtures("restored_logging")
def test_logs_are_json_under_systemd_and_lines_for_people_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setenv("JOURNAL_STREAM", "8:1234")
    logs.set_up(stream=out)
    logging.getLogger("gateway.x").warning("line %s: silent", "panel")
    said = json.loads(out.getvalue())
    assert (said["level"], said["logger"], said["message"]) == ("warning", "gateway.x", "line panel: silent")
    monkeypatch.delenv("JOURNAL_STREAM")
    out = io.StringIO()
    logs.set_up(stream=out)
    logging.getLogger("gateway.x").warning("line %s: silent", "panel")
    logging.getLogger("gateway.x").debug("not of interest")
    assert out.getvalue()[9:] == "warning: line panel: silent\n"


@pytest.mark.usefixtures("restored_logging")
def test_colours_are_for_terminals_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    out = Terminal()
    logs.set_up(stream=out)
    logging.getLogger("x").error("bad")
    assert out.getvalue().startswith("\x1b[31m")
    monkeypatch.setenv("NO_COLOR", "1")
    out = Terminal()
    logs.set_up(stream=out)
    logging.getLogger("x").error("bad")
    assert "\x1b" not in out.getvalue()


def test_systemd_is_told_when_it_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    systemd.notify("READY=1")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        systemd.notify("READY=1")
        assert listener.recv(100) == b"READY=1"
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    assert systemd.watchdog_interval_s() == 30
    monkeypatch.delenv("WATCHDOG_USEC")
    assert systemd.watchdog_interval_s() is None


async def test_one_thread_runs_in_order_and_hands_back_what_went_wrong() -> None:
    thread = OneThread("t")
    seen: list[int] = []
    await asyncio.gather(*(thread.run(seen.append, n) for n in range(20)))
    assert seen == list(range(20))
    names = {await thread.run(lambda: threading.current_thread().name) for _ in range(3)}
    assert len(names) == 1
    with pytest.raises(ZeroDivisionError):
        await thread.run(lambda: 1 // 0)
    thread.close()


async def test_the_word_to_stop_ends_a_wait() -> None:
    stop = asyncio.Event()
    assert not await wait_for_stop(stop, 0.01)
    asyncio.get_running_loop().call_later(0.01, stop.set)
    assert await wait_for_stop(stop, 5)


def test_the_clock_is_asked_of_the_kernel() -> None:
    assert clock.is_synchronised() in (True, False)
    assert abs(clock.now_ms() / 1000 - __import__("time").time()) < 1
    assert len(clock.boot_id()) in (0, 36)
    assert os.getpid()
