"""What hangs does not: SIGTERM ends a gateway in time, and the watchdog one whose line stays stalled."""

import json
import re
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from gateway.journal.journal import Journal
from tests.journal.journals import LIMITS, Now
from tests.system.servers import Process, free_port, gateway, listens, mosquitto, wait_until

pytestmark = pytest.mark.system

_SITE = """
site: prato
operator: citelum
gateway: gw-1
listen: 127.0.0.1:{listen}
uplink: {{broker: "mqtt://127.0.0.1:{broker}", clock_wait: 0s, flush: 200ms, confirm: broker}}
journal: {{path: {folder}/journal.sqlite}}
assets: {{panel-1: {{lat: 43.88, lon: 11.09}}}}
lines:
  - id: street
    tcp: 127.0.0.1:{device}
    timeout: 2s
    devices: [{{id: d-1, profile: xy_md02, asset: panel-1, every: 1s}}]
"""


class Mute:
    """A server that accepts connections and never answers."""

    def __init__(self, stack: ExitStack) -> None:
        self._server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.port = self._server.getsockname()[1]
        self.received = threading.Event()
        self._stack = stack
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self._stack.enter_context(connection)
            threading.Thread(target=self._receive, args=(connection,), daemon=True).start()

    def _receive(self, connection: socket.socket) -> None:
        try:
            while data := connection.recv(1000):
                self.received.set()
                connection.sendall(self.response(data))
        except OSError:
            return

    def response(self, _request: bytes) -> bytes:
        return b""


class Junky(Mute):
    """A Modbus TCP device that sends eight bytes behind each response."""

    def response(self, request: bytes) -> bytes:
        size = 2 * request[11]
        return request[:4] + bytes((0, 3 + size, request[6], request[7], size)) + b"\x01\x02" * request[11] + b"\xff" * 8


@contextmanager
def mute(kind: type[Mute] = Mute) -> Iterator[Mute]:
    with ExitStack() as stack:
        yield kind(stack)


def site(folder: Path, device: int, broker: int, listen: int = 0) -> None:
    (folder / "site.yaml").write_text(_SITE.format(folder=folder, device=device, broker=broker, listen=listen))


def journal_is_closed(folder: Path) -> bool:
    """Return whether the journal was closed in order: else its last run would be a gap."""
    journal = Journal(folder / "journal.sqlite", LIMITS, Now())
    try:
        return not journal.gaps.all()
    finally:
        journal.close()


def test_a_device_and_a_broker_that_never_answer_do_not_hold_up_a_stop(tmp_path: Path) -> None:
    with mute() as device, mute() as broker:
        site(tmp_path, device.port, broker.port)
        edge = gateway("edge", tmp_path, "run", "site.yaml")
        wait_until("requests to both", lambda: device.received.is_set() and broker.received.is_set())
        assert edge.stop(within_s=20) == 0, "it ended by itself: what ends it after 10 s has another exit code"
    assert "Timeout" not in edge.log.read_text()


def test_bytes_behind_each_response_stop_neither_the_line_nor_the_stop(tmp_path: Path) -> None:
    listen = free_port()
    with mute(Junky) as device, mute() as broker:
        site(tmp_path, device.port, broker.port, listen)
        edge = gateway("edge", tmp_path, "run", "site.yaml")
        wait_until("an answer of the gateway", lambda: listens(listen))
        wait_until("the values of several polls", lambda: answered(listen) >= 5)
        assert edge.stop(within_s=20) == 0


def answered(port: int) -> int:
    """Return how many requests of the device were answered."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/lines", timeout=5) as answer:
        return int(json.load(answer)["lines"][0]["devices"][0]["answered"])


def test_a_broker_that_stops_answering_does_not_hold_up_a_stop(tmp_path: Path) -> None:
    server, port = mosquitto(tmp_path)
    with mute() as device:
        site(tmp_path, device.port, port)
        edge = gateway("edge", tmp_path, "run", "site.yaml")
        edge.wait_for("connected to")
        edge.wait_for("does not respond")
        server.process.send_signal(signal.SIGSTOP)
        try:
            assert edge.stop(within_s=20) == 0
        finally:
            server.process.send_signal(signal.SIGCONT)
    server.stop()
    assert not {"Timeout", "Traceback"} & set(re.findall(r"\w+", edge.log.read_text()))


@pytest.mark.parametrize("fault", ["hangs", "blocks", "freezes"])
def test_a_fault_that_can_not_be_ended_ends_the_process_in_time(fault: str, tmp_path: Path) -> None:
    with mute() as device, mute() as broker:
        site(tmp_path, device.port, broker.port)
        edge = Process("edge", tmp_path, sys.executable, "-m", "tests.system.faulty_gateway", fault, "site.yaml")
        edge.wait_for("the fault has begun")
        assert edge.stop(within_s=20) == 1
    assert "Timeout (0:00:05)!" in edge.log.read_text(), "with the place where it hangs"
    if fault == "hangs":
        assert "line street does not end; going on without it" in edge.log.read_text()
        assert journal_is_closed(tmp_path)


def test_a_line_that_stays_stalled_is_reported_and_the_watchdog_no_longer_notified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server, port = mosquitto(tmp_path)
    listen = free_port()
    with mute() as device, notifications(tmp_path / "notify") as notified:
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "60000000")
        site(tmp_path, device.port, port, listen)
        edge = Process("edge", tmp_path, sys.executable, "-m", "tests.system.faulty_gateway", "hangs", "site.yaml")
        edge.wait_for("connected to")
        edge.wait_for("line street has made no progress for too long; starting it anew")
        wait_until("a stalled line", lambda: health(listen)["stalled_lines"] == ["street"])
        assert health(listen)["connected"] is True
        assert health(listen)["ok"] is False
        # Ten flushes without a notification: what was sent before has been received after the first of them.
        time.sleep(1.0)
        before = list(notified)
        time.sleep(2.0)
        assert notified == before
        assert b"WATCHDOG=1" in notified
        assert edge.stop(within_s=20) == 1
    server.stop()


@contextmanager
def notifications(path: Path) -> Iterator[list[bytes]]:
    """Receive what a service tells systemd."""
    received: list[bytes] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(path))

        def receive() -> None:
            while data := systemd.recv(100):
                received.append(data)

        reader = threading.Thread(target=receive)
        reader.start()
        try:
            yield received
        finally:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
                end.sendto(b"", str(path))
            reader.join()


def health(port: int) -> dict[str, object]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5) as answer:
            return dict(json.load(answer))
    except urllib.error.HTTPError as error:  # 503: not ok
        with error:
            return dict(json.load(error))
