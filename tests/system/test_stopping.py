"""SIGTERM ends a gateway in time, whatever its devices, its broker and its own faults do."""

import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from gateway.journal.journal import Journal
from tests.journal.journals import LIMITS, Now
from tests.system.servers import Process, gateway, mosquitto, wait_until

pytestmark = pytest.mark.system

_SITE = """
site: prato
operator: citelum
gateway: gw-1
listen: 127.0.0.1:0
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
            while connection.recv(1000):
                self.received.set()
        except OSError:
            return


@contextmanager
def mute() -> Iterator[Mute]:
    with ExitStack() as stack:
        yield Mute(stack)


def site(folder: Path, device: int, broker: int) -> None:
    (folder / "site.yaml").write_text(_SITE.format(folder=folder, device=device, broker=broker))


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
    assert "Timeout" not in edge.log.read_text()


@pytest.mark.parametrize("fault", ["hangs", "blocks"])
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
