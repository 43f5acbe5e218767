"""A fresh Debian system in a container of systemd-nspawn, with systemd as its first process. Needs root, debootstrap and systemd-container.

It shares the network with this machine, as its packages come from there.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.system.servers import die_with_parent

SUITE = "bookworm"
USER = "anna"
_CERTIFICATES = "etc/ssl/certs/ca-certificates.crt"
_INCLUDED = "ca-certificates,dbus,sudo"
BOOT_S = 90.0
REBOOT_WANTED = 133
"""How systemd-nspawn ends if the system in it reboots (EXIT_FORCE_RESTART)."""


class Answer(NamedTuple):
    """What a command printed, and its exit code."""

    output: str
    code: int


def build_base(base: Path) -> None:
    """Unpack a fresh Debian system, unless it is there already; the folder appears when it is complete."""
    if base.is_dir():
        return
    half = base.with_name(f"{base.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    half.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["debootstrap", f"--include={_INCLUDED}", SUITE, str(half)], check=True)
    half.rename(base)


def make_root(base: Path, root: Path) -> None:
    """Copy the fresh system, with a person who may use sudo, and with what this machine needs to reach the registries of packages."""
    shutil.rmtree(root, ignore_errors=True)
    subprocess.run(["cp", "-a", "--reflink=auto", str(base), str(root)], check=True)
    subprocess.run(["chroot", str(root), "useradd", "--create-home", "--shell", "/bin/bash", "--groups", "sudo", USER], check=True)
    (root / "etc/sudoers.d/person").write_text(f"{USER} ALL=(ALL) NOPASSWD: ALL\n")
    (root / "etc/hostname").write_text("gw-0042\n")
    (root / "etc/hosts").write_text("127.0.0.1 localhost gw-0042 broker.example\n")
    if "PIP_CERT" in os.environ:  # the registries of packages are behind an authority of this machine's own
        shutil.copy(f"/{_CERTIFICATES}", root / _CERTIFICATES)
        (root / "etc/profile.d/registries.sh").write_text(f"export NODE_EXTRA_CA_CERTS=/{_CERTIFICATES}\n")
        (root / "etc/pip.conf").write_text(f"[global]\ncert = /{_CERTIFICATES}\n")


class Container:
    """A booted system. Commands run in it as the person does at a prompt: the working folder is kept from one to the next."""

    def __init__(self, root: Path, console: Path) -> None:
        self.root, self._console = root, console
        self._folder = f"/home/{USER}/street-gateway"
        self._nspawn = self._boot()

    def _boot(self) -> subprocess.Popen[bytes]:
        with self._console.open("ab") as output:
            self._nspawn = subprocess.Popen(
                [
                    "systemd-nspawn",
                    "--quiet",
                    f"--directory={self.root}",
                    "--boot",
                    "--register=no",
                    "--keep-unit",
                    "--resolv-conf=copy-host",
                ],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=die_with_parent,  # noqa: PLW1509 — one call into the kernel; nspawn then powers the system off
            )
        wait_for("the boot", self._is_up, BOOT_S)
        return self._nspawn

    def _is_up(self) -> bool:
        return self._leader() is not None and self.inside("systemctl", "is-system-running").output.strip() in ("running", "degraded")

    def _leader(self) -> int | None:
        """Return the process that is the container's first, if it has begun."""
        children = Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children").read_text().split()
        return next((int(one) for one in children if Path(f"/proc/{one}/comm").read_text().strip() == "systemd"), None)

    def inside(self, *command: str) -> Answer:
        """Run a command as root."""
        entered = ["nsenter", f"--target={self._leader()}", "--mount", "--uts", "--ipc", "--pid", "--root", "--wd=/", "--", *command]
        done = subprocess.run(entered, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return Answer(done.stdout, done.returncode)

    def typed(self, command: str) -> Answer:
        """Run a command as the person."""
        script = f"cd {self._folder} && {{\n{command}\n}} && pwd > ~/.folder"
        answer = self.inside("su", "--login", USER, "--command", script)
        if answer.code == 0:
            self._folder = (self.root / f"home/{USER}/.folder").read_text().strip()
        return answer

    def reboot(self) -> None:
        """Restart the whole system."""
        self.inside("systemctl", "reboot")
        ended = self._nspawn.wait(BOOT_S)
        if ended != REBOOT_WANTED:
            raise RuntimeError(f"systemd-nspawn ended with exit code {ended} instead of {REBOOT_WANTED}: see {self._console}")
        self._nspawn = self._boot()

    def end(self) -> None:
        """Power the system off."""
        if self._nspawn.poll() is None:
            self.inside("systemctl", "poweroff")
            self._nspawn.wait(BOOT_S)


def wait_for(what: str, ready: Callable[[], bool], within_s: float) -> None:
    """Wait until something is so.

    Raises:
        TimeoutError: It did not become so.
    """
    until = time.monotonic() + within_s
    while not ready():
        if time.monotonic() > until:
            raise TimeoutError(f"{what}: not within {within_s:g} s")
        time.sleep(0.2)
