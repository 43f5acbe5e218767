"""Notifications to systemd."""

import asyncio
import socket
from pathlib import Path

import pytest

from gateway.host import systemd


def test_a_state_is_sent_if_systemd_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        systemd.notify("READY=1")
        assert listener.recv(100) == b"READY=1"


def test_a_state_is_sent_to_an_abstract_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind("")  # the kernel chooses an abstract name
        name = listener.getsockname()
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + name[1:].decode())
        systemd.notify("STOPPING=1")
        assert listener.recv(100) == b"STOPPING=1"


def test_a_manager_that_reads_nothing_does_not_stop_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        for _ in range(2000):
            systemd.notify("WATCHDOG=1")
        assert "systemd does not read notifications: WATCHDOG=1 was not sent" in caplog.text


def test_without_systemd_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    systemd.notify("READY=1")


@pytest.mark.parametrize(("usec", "interval_s"), [("60000000", 30), ("0", None), ("x", None), (None, None)])
def test_the_watchdog_is_notified_twice_per_period(usec: str | None, interval_s: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    if usec is not None:
        monkeypatch.setenv("WATCHDOG_USEC", usec)
    assert systemd.watchdog_interval_s() == interval_s


async def test_a_service_that_only_answers_is_watched_while_its_loop_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "20000")
        async with systemd.watched():
            assert [await asyncio.to_thread(listener.recv, 100) for _ in range(3)] == [b"WATCHDOG=1"] * 3
        monkeypatch.delenv("WATCHDOG_USEC")
        async with systemd.watched():
            await asyncio.sleep(0)
