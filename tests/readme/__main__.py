"""`python -m tests.readme`: walk the README's way on a fresh Debian system, from nothing to values in InfluxDB, and again after a reboot and an upgrade.

Prints every command and its answer. Exits with 1 at the first that fails. Needs root, and Debian's packages debootstrap and systemd-container.
"""

import argparse
import csv
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from tests.readme.blocks import LOOK, REMOVE, ROOT, UPGRADE, WAY, WORKERS, Command, Section, WrittenFile, steps_of
from tests.readme.container import USER, Container, build_base, make_root, wait_for

PORTS = {
    1883: "mosquitto",
    8883: "mosquitto",
    8086: "InfluxDB",
    8088: "InfluxDB",
    9273: "the gateway",
    9274: "the centre",
    8080: "the web page",
}
SERVICES = ("mosquitto", "influxdb", "street-central", "street-page", "street-gateway")
ANSWERING = ("http://127.0.0.1:9273/health", "http://127.0.0.1:9274/health", "http://127.0.0.1:8080/")
SERIAL = "/dev/serial/by-path/platform-usb-0:1.2:1.0-port0"
_METER_UNIT = f"[Service]\nExecStart=/usr/bin/python3 /usr/local/lib/meter.py {SERIAL}\n[Install]\nWantedBy=multi-user.target\n"
_NEWEST = (
    "influx",
    "-database",
    "street",
    "-format",
    "csv",
    "-precision",
    "ms",
    "-execute",
    "SELECT last(active_energy) FROM lighting_meter",
)
VALUES_S = 120.0


class WayError(Exception):
    """A step of the way failed."""


class Walk:
    """The way through the documents, step by step, with its log."""

    def __init__(self, container: Container, log: TextIO) -> None:
        self._container, self._log = container, log
        self.steps = 0

    def say(self, text: str) -> None:
        """Write to the log and to the terminal."""
        print(text, flush=True)
        print(text, file=self._log, flush=True)

    def follow(self, sections: Iterable[Section]) -> None:
        """Type what the sections say.

        Raises:
            WayError: A command failed.
        """
        for section in sections:
            self.say(f"\n## {section.document}: {section.heading}")
            for step in steps_of(section):
                self.steps += 1
                self._write(step) if isinstance(step, WrittenFile) else self._type(step)

    def _type(self, step: Command) -> None:
        answer = self._container.typed(step.text)
        self.say(f"$ {step.text}\n{answer.output.rstrip()}".rstrip())
        if answer.code:
            raise WayError(f"exit code {answer.code}: {step.text}")

    def _write(self, step: WrittenFile) -> None:
        self.say(f"$ sudo editor {step.path}\n{step.content.rstrip()}")
        draft = self._container.root / f"home/{USER}/draft"
        draft.write_text(step.content)
        answer = self._container.typed(f"sudo tee {step.path} < ~/draft > /dev/null")
        if answer.code:
            raise WayError(f"{step.path} can't be written: {answer.output}")

    def newest(self) -> tuple[int, float] | None:
        """Return when the newest value of the meter in the store was read, and the value; None if there is none."""
        rows = list(csv.DictReader(self._container.inside(*_NEWEST).output.splitlines()))
        return (int(rows[0]["time"]), float(rows[0]["last"])) if rows else None

    def wait_for_values(self, services: Iterable[str]) -> None:
        """Wait until the store has a value of the meter that was read from now on, and check that the services run and answer.

        Raises:
            WayError: A service does not run.
        """
        now_ms = time.time_ns() // 1_000_000
        wait_for("a value in InfluxDB", lambda: (found := self.newest()) is not None and found[0] > now_ms, VALUES_S)
        states = {name: self._container.inside("systemctl", "is-active", name).output.strip() for name in services}
        self.say(f"# the newest value in InfluxDB, with its time in ms: {self.newest()}")
        self.say(f"# services: {', '.join(f'{name} {state}' for name, state in states.items())}")
        for url in ANSWERING:
            with urllib.request.urlopen(url, timeout=10) as answer:
                self.say(f"# {url}: {answer.status}")
        if set(states.values()) != {"active"}:
            raise WayError("not all services run")


def wire_a_meter(container: Container) -> None:
    """Connect a meter, as an electrician does before the gateway is set up."""
    (container.root / "usr/local/lib/meter.py").write_text((Path(__file__).parent / "meter.py").read_text())
    (container.root / "etc/systemd/system/meter.service").write_text(_METER_UNIT)
    started = container.inside("systemctl", "enable", "--now", "meter")
    if started.code:
        raise WayError(f"the simulated meter does not start: {started.output}")


def clone_into(root: Path) -> None:
    """Put the source, without what the build makes, where a person has cloned it."""
    home = root / f"home/{USER}/street-gateway"
    home.mkdir()
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    packed = subprocess.run(["tar", "-c", "--null", "--files-from=-"], cwd=ROOT, input=names, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "-C", str(home)], input=packed, check=True)
    subprocess.run(["chroot", str(root), "chown", "-R", f"{USER}:{USER}", f"/home/{USER}"], check=True)


def taken_ports() -> Iterator[str]:
    """Yield the ports of the way that something on this machine uses: the container shares its network."""
    for port, owner in PORTS.items():
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                yield f"{port} ({owner})"


def missing() -> Iterator[str]:
    """Yield what the walk needs and this machine lacks."""
    if os.geteuid() != 0:
        yield "run it as root"
    for program, package in {"debootstrap": "debootstrap", "systemd-nspawn": "systemd-container", "nsenter": "util-linux"}.items():
        if shutil.which(program) is None:
            yield f"apt-get install {package}"
    if taken := list(taken_ports()):
        yield f"these ports are in use: {', '.join(taken)}"


def walk(container: Container, log: TextIO) -> None:
    """Walk the whole way, reboot, and look again; then upgrade, replace the centre by workers, and remove everything.

    Raises:
        WayError: A command failed, or a service does not run.
        TimeoutError: No value came.
    """
    walker = Walk(container, log)
    walker.follow(WAY[:-1])
    wire_a_meter(container)
    walker.follow(WAY[-1:])
    walker.wait_for_values(SERVICES)
    walker.follow(LOOK)
    walker.say("\n## Reboot")
    container.reboot()
    walker.wait_for_values(SERVICES)
    walker.follow(LOOK)
    walker.follow(UPGRADE)
    walker.wait_for_values(SERVICES)
    walker.follow(WORKERS)
    walker.wait_for_values((*(name for name in SERVICES if name != "street-central"), "street-ingest@worker-1", "street-city"))
    walker.follow(REMOVE)
    left = container.inside("systemctl", "list-unit-files", "--no-legend", "street-*").output
    if left.strip():
        raise WayError(f"units that are left: {left}")
    walker.say(f"\n{walker.steps} steps; values in InfluxDB before and after the reboot, after the upgrade, and with workers of their own")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.readme", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp/street-gateway-readme"), help="where the system and the log are put")
    parser.add_argument("--keep", action="store_true", help="leave the system there, to look into it")
    return parser


def main() -> int:
    """Return the exit code."""
    options = _parser().parse_args()
    if lacks := list(missing()):
        print(f"the walk can't begin: {'; '.join(lacks)}", file=sys.stderr)
        return 1
    base, root = options.folder / "base", options.folder / "root"
    build_base(base)
    make_root(base, root)
    clone_into(root)
    container = Container(root, options.folder / "console.log")
    try:
        with (options.folder / "path.log").open("w", encoding="utf-8") as log:
            walk(container, log)
    except (WayError, TimeoutError, OSError) as error:
        print(f"failed: {error}", file=sys.stderr)
        return 1
    finally:
        container.end()
        if not options.keep:
            subprocess.run(["rm", "-rf", "--one-file-system", str(root)], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
