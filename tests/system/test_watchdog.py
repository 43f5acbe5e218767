"""A line that hangs makes the watchdog end the service, seen on a real notification socket by a manager that does what systemd does."""

import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.servers import READY_S, Process

pytestmark = pytest.mark.system

WATCHDOG_S = 6.0

SITE = """\
site: prato
operator: citelum
gateway: gw-1
uplink: {{broker: "mqtt://127.0.0.1:9", clock_wait: 0s}}
journal: {{path: {folder}/journal.sqlite}}
listen: "127.0.0.1:0"
lines:
  - {{id: well, tcp: "127.0.0.1:9", timeout: 2s, devices: [{{id: well, profile: carlo_gavazzi_em340, asset: qe-1}}]}}
  - {{id: ill, {ill}, timeout: 2s, devices: [{{id: hung, profile: carlo_gavazzi_em340, asset: qe-2}}]}}
"""
TCP = 'tcp: "127.0.0.1:10"'


class Manager:
    """Starts a service of type notify with a watchdog, and aborts it when it is not notified in time (systemd.service(5))."""

    def __init__(self, listener: socket.socket, folder: Path, fault: str, ill: str) -> None:
        (folder / "site.yaml").write_text(SITE.format(folder=folder, ill=ill))
        self._listener = listener
        self.service = Process("edge", folder, sys.executable, "-m", "tests.system.faulty_gateway", fault, str(folder / "site.yaml"))
        self.wait_for("READY=1", READY_S)

    def wait_for(self, state: str, within_s: float) -> None:
        """Wait for a notification.

        Raises:
            TimeoutError: There was none in time.
        """
        self._listener.settimeout(within_s)
        while self._listener.recv(100).decode() != state:
            pass

    def watch(self) -> int:
        """Return how often the watchdog was fed before the service had to be aborted."""
        fed = 0
        try:
            while True:
                self.wait_for("WATCHDOG=1", WATCHDOG_S)
                fed += 1
        except TimeoutError:
            self.service.process.send_signal(signal.SIGABRT)
            self.service.process.wait(READY_S)
        return fed


@pytest.fixture
def listener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as made:
        made.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", str(int(1e6 * WATCHDOG_S)))
        monkeypatch.chdir(Path(__file__).parents[2])
        yield made


@pytest.mark.parametrize(("fault", "ill"), [("one", TCP), ("port", "serial: /dev/ttyS0"), ("blocks", TCP)])
def test_a_line_that_hangs_ends_the_service_although_the_other_works(
    listener: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, ill: str
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    manager = Manager(listener, tmp_path, fault, ill)
    fed = manager.watch()
    assert manager.service.process.returncode == -signal.SIGABRT
    said = manager.service.log.read_text()
    assert "the fault has begun" in said
    if fault == "one":
        assert "line ill has made no progress for too long; starting it anew" in said
        assert "line well has made no progress" not in said
    assert fed <= 3, "it was not fed for long"


def test_a_service_whose_devices_do_not_respond_is_fed_all_the_same(
    listener: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    manager = Manager(listener, tmp_path, "none", TCP)
    for _ in range(2):
        manager.wait_for("WATCHDOG=1", READY_S)
    assert manager.service.stop() == 0
    manager.wait_for("STOPPING=1", READY_S)
