"""The machine, or the folder of an image, that an installation changes. In a dry run it changes nothing."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from gateway.host.files import write_whole


class InstallError(Exception):
    """An installation can't go on; the message says why, and what to do."""


class Machine:
    """The file tree below `root`. Commands of systemd run against it; services only if it is the running system's."""

    def __init__(self, root: Path, *, dry_run: bool) -> None:
        self.root, self.dry_run = root.resolve(), dry_run

    def path(self, target: str) -> Path:
        """Return where an absolute path of the installed system is."""
        return self.root / target.lstrip("/")

    def has(self, target: str) -> bool:
        """Return whether a file is there, as far as this user can see: in a dry run that may not be root."""
        try:
            return self.path(target).exists()
        except PermissionError:
            return False

    @property
    def is_running(self) -> bool:
        """Return whether this is the running system, with systemd as its manager."""
        return self.root == Path("/") and Path("/run/systemd/system").is_dir()

    @property
    def has_udev(self) -> bool:
        """Return whether the running system's udev can be told of new rules."""
        return self.root == Path("/") and Path("/run/udev/control").exists()

    def write(self, path: Path, content: bytes) -> None:
        """Write a file that everybody may read, and the folders above it.

        Raises:
            InstallError: It can't be written.
        """
        if self.dry_run:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, content)
            path.chmod(0o644)
        except OSError as error:
            raise InstallError(f"{path} can't be written: {error.strerror}") from error

    def rename(self, path: Path, to: Path) -> None:
        """Rename a file."""
        if not self.dry_run:
            path.rename(to)

    def remove(self, path: Path) -> None:
        """Remove a file."""
        if not self.dry_run:
            path.unlink()

    def run(self, command: Sequence[str], given: bytes = b"") -> None:
        """Run a command of systemd, with `given` as its input.

        Raises:
            InstallError: It is missing, or fails.
        """
        if self.dry_run:
            return
        try:
            done = subprocess.run(command, input=given, capture_output=True, check=False)
        except FileNotFoundError as error:
            raise InstallError(f"{command[0]} is missing: the services need systemd (apt-get install systemd)") from error
        if done.returncode:
            raise InstallError(f"'{' '.join(command)}' failed: {done.stderr.decode(errors='replace').strip()}")

    def against_root(self, command: str) -> list[str]:
        """Return a command of systemd with the option that makes it work below the root."""
        return [command] if self.root == Path("/") else [command, f"--root={self.root}"]


def require_root(machine: Machine) -> None:
    """Check that this process may change the machine.

    Raises:
        InstallError: It is not root, and this is not a dry run.
    """
    if os.geteuid() != 0 and not machine.dry_run:
        raise InstallError("only root can change users, folders and services: run it with sudo, or with --dry-run to see what it would do")
