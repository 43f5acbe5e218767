"""Real servers for the tests, each on free loopback ports with a folder of its own. A test whose server is not installed fails."""

import contextlib
import ctypes
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

READY_S = 120.0
"""A wait ends when its condition holds; only a failure takes so long, and a machine may be busy."""


_given: set[int] = set()


def free_port() -> int:
    """Return a free port below 32768: the kernel gives it to no client while its server is down."""
    while True:
        port = random.randrange(10_000, 32_000)
        if port in _given:
            continue
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            _given.add(port)
            return port


def program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    assert found, f"{name} is not installed: run .ci/servers"
    return found


def wait_until(what: str, ready: Callable[[], bool], within_s: float = READY_S) -> None:
    until = time.monotonic() + within_s
    while not ready():
        assert time.monotonic() < until, f"{what}: not within {within_s:g} s"
        time.sleep(0.05)


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def die_with_parent() -> None:
    """Make the kernel end this process when the test run is killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Process:
    """A process of a test. Its output goes to a file; it ends with the test run at the latest."""

    def __init__(self, name: str, folder: Path, *command: str) -> None:
        self.name, self.log = name, folder / f"{name}.log"
        self._asked = False
        self._before = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=folder,
                preexec_fn=die_with_parent,  # noqa: PLW1509 — one call into the kernel
            )

    def wait_for(self, text: str) -> None:
        wait_until(f"'{text}' of {self.name}", lambda: text in self.said())

    def said(self) -> str:
        """Return the output of this process, without that of an earlier one of the same name; fail if the process has ended."""
        assert self.process.poll() is None, f"{self.name} has ended: {self.log.read_text()[-2000:]}"
        return self.log.read_bytes()[self._before :].decode(errors="replace")

    def kill_9(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def ask_to_stop(self) -> None:
        """Send SIGTERM, but only once: a process that is ending would die of a second one."""
        if self.process.poll() is None and not self._asked:
            self._asked = True
            self.process.terminate()

    def stop(self, within_s: float = 30.0) -> int:
        self.ask_to_stop()
        if self.process.poll() is None:
            try:
                self.process.wait(within_s)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"{self.name} did not stop: {self.log.read_text()[-2000:]}") from None
        return self.process.returncode

    @property
    def rss_mib(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024


def gateway(name: str, folder: Path, *arguments: str) -> Process:
    return Process(name, folder, sys.executable, "-m", "gateway", *arguments)


def mosquitto(folder: Path, queued: int = 10_000) -> tuple[Process, int]:
    """Start a mosquitto that queues so many messages for a client."""
    port = free_port()
    (folder / "mosquitto.conf").write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nmax_queued_messages {queued}\n"
    )
    process = Process("mosquitto", folder, program("mosquitto"), "-c", str(folder / "mosquitto.conf"))
    wait_until("mosquitto", lambda: listens(port))
    return process, port


def influxdb(folder: Path, data_settings: str = "", environment: Sequence[str] = ()) -> tuple[Process, str]:
    """Start an InfluxDB with more settings of its section `data`, and with more variables, such as `GOGC=50`."""
    port, rpc = free_port(), free_port()
    data = folder / "influx"
    (folder / "influx.conf").write_text(
        f'reporting-disabled = true\nbind-address = "127.0.0.1:{rpc}"\n[meta]\n  dir = "{data}/meta"\n[data]\n  dir = "{data}/data"\n'
        f'  wal-dir = "{data}/wal"\n{data_settings}[http]\n  bind-address = "127.0.0.1:{port}"\n  log-enabled = false\n[monitor]\n  store-enabled = false\n'
    )
    process = Process("influxd", folder, "env", *environment, program("influxd"), "-config", str(folder / "influx.conf"))
    url = f"http://127.0.0.1:{port}"
    wait_until("influxd", lambda: answers(f"{url}/ping"))
    return process, url


def victoria(folder: Path, port: int | None = None) -> tuple[Process, str]:
    """Start a VictoriaMetrics. With the port of an earlier one in the same folder, that one is started again on its data."""
    port = port or free_port()
    # Without deduplication VictoriaMetrics stores a batch that is resent twice.
    process = Process(
        "victoria", folder, program("victoria-metrics"), f"-storageDataPath={folder / 'victoria'}", f"-httpListenAddr=127.0.0.1:{port}",
        "-dedup.minScrapeInterval=1ms", "-retentionPeriod=100y",
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    wait_until("victoria-metrics", lambda: answers(f"{url}/health"))
    return process, url


def vmauth(folder: Path, user: str, password: str, routes: dict[str, str]) -> tuple[Process, str]:
    """Start a vmauth that lets one user through to an address for each beginning of a path."""
    port, config = free_port(), folder / "vmauth.yml"
    url_map = [{"src_paths": [f"{path}.+"], "url_prefix": url} for path, url in routes.items()]
    config.write_text(json.dumps({"users": [{"username": user, "password": password, "url_map": url_map}]}))
    process = Process("vmauth", folder, program("vmauth"), f"-auth.config={config}", f"-httpListenAddr=127.0.0.1:{port}")
    url = f"http://127.0.0.1:{port}"
    wait_until("vmauth", lambda: answers(f"{url}/health"))
    return process, url


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status < 300)
    except OSError:
        return False
