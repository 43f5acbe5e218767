"""A machine of its own below a folder: a gateway installed in opt/street-gateway, its service, a street, and a repository with releases."""

import contextlib
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from firmware_tools.image.release import GatewayRelease
from gateway.journal.inspect import rows
from gateway.simulate.street.layout import SimDevice, SimGateway, SimLine, StreetPlan
from gateway.update import service
from gateway.update.archive import pack
from gateway.update.layout import UpdateLayout
from gateway.update.report import RunningGateway
from gateway.update.trial import SlotTrial, read_trial
from tests.firmware_tools.repository.making import Maker
from tests.system.servers import Process, wait_until
from tests.update.tiny_wheels import SOURCE, make_release

HOLD_S = 1


class UpdateRig:
    """One machine; `close` ends its processes."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "root"
        self.starts_before = 0
        self.layout = UpdateLayout(self.root)
        self._folder = folder
        for part in ("opt", "etc/street-gateway", "var/lib/street-gateway"):
            (self.root / part).mkdir(parents=True)
        self.site = self.root / "etc/street-gateway/site.yaml"
        self.maker = Maker(folder, datetime.now(UTC).replace(microsecond=0))
        self._install("1.0.0")
        self._street = self._start_street()
        self._write_site()
        self._systemd = Process("systemd", folder, sys.executable, "-m", "tests.update.stand_in_systemd", str(self.root), str(self.site))

    def _install(self, version: str) -> None:
        """Install the first version by hand, as the README says."""
        release = make_release(self._folder / "first", version)
        prefix = self.root / "opt/street-gateway"
        subprocess.run([sys.executable, "-m", "venv", str(prefix)], check=True)
        pip = [
            str(prefix / "bin/pip"),
            "install",
            "-q",
            "--disable-pip-version-check",
            "--no-index",
            "--find-links",
            str(release / "wheels"),
        ]
        subprocess.run([*pip, "--require-hashes", "-r", str(release / "requirements.lock")], check=True)
        subprocess.run([*pip, "--no-deps", *map(str, (release / "wheels").glob("street_gateway-*"))], check=True)

    def _start_street(self) -> SimLine:
        line = SimLine("l", "tcp", 9600, [SimDevice("meter", "em340", 5, ["qe-1"], 1.0)])
        plan = StreetPlan(SimGateway("o", "g", [line]), str(self._folder / "served.jsonl"), 1, 1.0, 4e12)
        (self._folder / "plan.json").write_bytes(msgspec.json.encode(plan))
        self._devices = Process("street", self._folder, sys.executable, "-m", "gateway.simulate", str(self._folder / "plan.json"))
        wait_until("the street", lambda: self._devices.said().endswith("}\n"))
        line.address = json.loads(self._devices.said())["l"]
        return line

    def _write_site(self) -> None:
        root = self._folder / "trusted-root.json"
        site = {
            "site": "s", "operator": "o", "gateway": "g",
            "uplink": {"broker": "mqtt://127.0.0.1:1", "flush": "500ms"},
            "state": str(self.root / "var/lib/street-gateway"),
            "journal": {"path": str(self.root / "var/lib/street-gateway/journal.sqlite")},
            "listen": "127.0.0.1:0",
            "lines": [{"id": "l", "tcp": self._street.address, "devices": [{"id": "meter", "profile": "carlo_gavazzi_em340", "unit": 5, "asset": "qe-1", "every": "500ms"}]}],
            "firmware": {"repository": {"source": str(self.maker.published), "root": str(root)}},
        }  # fmt: skip
        self.site.write_text(json.dumps(site))

    def publish(self, versions: Sequence[tuple[str, str]]) -> None:
        """Publish releases, each a version and its fault."""
        for version, fault in versions:
            release = make_release(self._folder / "releases" / version, version, fault)
            archive = self._folder / f"{version}.tar"
            pack(release, archive)
            described = GatewayRelease(version, f"{sys.version_info.major}.{sys.version_info.minor}")
            self.maker.add(archive.read_bytes(), version, described, f"street-gateway/{version}/street-gateway-{version}.tar")
        self.maker.publish()
        (self._folder / "trusted-root.json").write_bytes(self.maker.root)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of commands: `systemctl` is that of the service above."""
        kept = {name: value for name, value in os.environ.items() if name in {"HOME", "TMPDIR"}}
        return kept | {"PATH": f"{self.root / 'bin'}:/usr/bin:/bin"}

    def command(self, *words: str) -> list[str]:
        """Return a command of the program that the link names, as a person calls it."""
        extra = ["--root", str(self.root), "--hold", str(HOLD_S)]
        return [str(self.root / "opt/street-gateway/bin/gateway"), "update", *words, str(self.site), *extra]

    def timer(self) -> list[str]:
        """Return the command of the timer, as its unit has it: what fails after a `-` does not matter."""
        unit = (SOURCE / "systemd" / "street-update.service").read_text()
        extra = f" --root {self.root} --hold {HOLD_S}"
        lines = [line.removeprefix("ExecStart=") + extra for line in unit.splitlines() if line.startswith("ExecStart=")]
        script = "; ".join(f"{line[1:]} || true" if line.startswith("-") else line for line in lines)
        return ["/bin/sh", "-c", script.replace("/opt/", f"{self.root}/opt/").replace("/etc/street-gateway/site.yaml", str(self.site))]

    def begin(self, command: Sequence[str]) -> "subprocess.Popen[bytes]":
        """Begin a command in a group of its own, so that it can be killed with all that it has started."""
        with (self._folder / "commands.log").open("ab") as log:
            log.write(f"$ {' '.join(command)}\n".encode())
            log.flush()
            return subprocess.Popen(
                command, env=self.environment, cwd="/", stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )

    def run(self, command: Sequence[str], within_s: float = 300) -> int:
        """Run a command to its end, and return its exit code."""
        return self.begin(command).wait(within_s)

    def said(self) -> str:
        return (self._folder / "commands.log").read_text(errors="replace")

    def state(self) -> RunningGateway | None:
        return service.ask_state(self.root / "var/lib/street-gateway/control.sock")

    def version(self) -> str | None:
        """Return the version that runs; None if none answers."""
        state = self.state()
        return None if state is None else state.identity.version

    def wait_for_answers(self) -> None:
        """Wait until the gateway reads its device."""
        wait_until("readings", lambda: (state := self.state()) is not None and bool(state.answering))

    def trial(self) -> SlotTrial | None:
        return read_trial(self.layout.state)

    def starts(self) -> int:
        """Return how often the service was started."""
        return int((self.root / "starts").read_text() or "0")

    def newest_ms(self) -> int:
        """Return the time of the newest reading of the device in the journal."""
        journal = self.root / "var/lib/street-gateway/journal.sqlite"
        return max((row.t_ms for row in rows(journal, int(time.time() * 1000) - 60_000) if row.stream.device == "meter"), default=0)

    def longest_gap_s(self, since_ms: int) -> float:
        """Return the longest time between two readings of the device in the journal."""
        journal = self.root / "var/lib/street-gateway/journal.sqlite"
        times = sorted(row.t_ms for row in rows(journal, since_ms) if row.stream.device == "meter")
        return max((later - earlier for earlier, later in itertools.pairwise(times)), default=0) / 1000

    def close(self) -> None:
        self._systemd.stop()
        self._devices.stop()


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    """Kill a command and everything that it has started, at once."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def random_pause(chance: random.Random, most_s: float) -> None:
    time.sleep(chance.random() * most_s)
