"""A process of the centre puts the metrics and the health of its roles together."""

import asyncio
import contextlib
import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path

import pytest
from prometheus_client.core import Metric

from gateway.centre.process import CentreProcess
from gateway.host.http_server import counter
from tests.system.servers import free_port


class Fake:
    """A role that reports what it was made with."""

    def __init__(self, name: str, *, ok: bool, fails: bool = False) -> None:
        self.name, self._ok, self._fails = name, ok, fails
        self.ran = asyncio.Event()
        self.hangs = False

    async def run(self, stop: asyncio.Event) -> None:
        self.ran.set()
        if self._fails:
            raise ZeroDivisionError
        await stop.wait()

    def stuck(self) -> bool:
        return self.hangs

    def samples(self) -> Iterable[Metric]:
        yield counter(f"{self.name}_runs", "Runs", self.ran.is_set())

    def health(self) -> dict[str, object]:
        return {"ok": self._ok, f"{self.name}_connected": self._ok}


def test_all_roles_must_be_ok_and_their_other_keys_are_merged() -> None:
    assert CentreProcess([Fake("a", ok=True), Fake("b", ok=True)], "").health() == {"ok": True, "a_connected": True, "b_connected": True}
    assert CentreProcess([Fake("a", ok=True), Fake("b", ok=False)], "").health()["ok"] is False


async def test_roles_run_side_by_side_and_are_served_over_http() -> None:
    first, second, stop, port = Fake("a", ok=True), Fake("b", ok=False), asyncio.Event(), free_port()
    running = asyncio.create_task(CentreProcess([first, second], f"127.0.0.1:{port}").run(stop))
    await asyncio.gather(first.ran.wait(), second.ran.wait())

    def get(path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    status, body = await asyncio.to_thread(get, "/health")
    assert (status, json.loads(body)) == (503, {"ok": False, "a_connected": True, "b_connected": False})
    _, metrics = await asyncio.to_thread(get, "/metrics")
    assert "a_runs_total 1.0" in metrics
    assert "b_runs_total 1.0" in metrics
    stop.set()
    await running


async def test_the_watchdog_is_notified_while_every_role_makes_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(str(tmp_path / "notify"))
    listener.setblocking(False)
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "20000")
    first, second, stop = Fake("a", ok=True), Fake("b", ok=True), asyncio.Event()
    running = asyncio.create_task(CentreProcess([first, second], "127.0.0.1:0").run(stop))
    loop = asyncio.get_running_loop()
    heard = [await loop.sock_recv(listener, 100) for _ in range(4)]
    assert heard == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1", b"WATCHDOG=1"]
    second.hangs = True
    asked, stuck = 0, second.stuck

    def counted() -> bool:
        nonlocal asked
        asked += 1
        return stuck()

    second.stuck = counted  # type: ignore[method-assign]
    while asked < 3:
        await asyncio.sleep(0)
    stop.set()
    await running
    left = []
    with contextlib.suppress(BlockingIOError):
        while True:
            left.append(listener.recv(100))
    assert left.count(b"WATCHDOG=1") <= 1, "at most the one that was on its way"
    assert left[-1] == b"STOPPING=1"
    listener.close()


async def test_a_role_that_fails_ends_the_process() -> None:
    with pytest.raises(ExceptionGroup):
        await CentreProcess([Fake("a", ok=True), Fake("b", ok=True, fails=True)], "127.0.0.1:0").run(asyncio.Event())


async def test_freed_memory_is_released_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    times, stop = 0, asyncio.Event()

    def release() -> None:
        nonlocal times
        times += 1

    monkeypatch.setattr("gateway.centre.process._RELEASE_EVERY_S", 0.01)
    monkeypatch.setattr("gateway.centre.process.release_free_memory", release)
    running = asyncio.create_task(CentreProcess([Fake("a", ok=True)], "127.0.0.1:0").run(stop))
    async with asyncio.timeout(30):
        while times < 3:
            await asyncio.sleep(0.01)
    stop.set()
    await running
