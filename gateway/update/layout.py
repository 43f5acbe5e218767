"""Where the program is: `/opt/street-gateway` is a link to one of the virtual environments beside it, the slots.

A link is replaced by a rename, so at any instant there is a whole program under the name that services start. A program that was installed
as a folder of that name becomes a slot first: Linux exchanges the two names at once (renameat2(2), RENAME_EXCHANGE).
"""

import ctypes
import os
from pathlib import Path

from gateway.host.files import write_whole
from gateway.update.errors import UpdateError

PREFIX, SLOTS, STATE = "opt/street-gateway", "opt/street-gateway.slots", "var/lib/street-update"

ORIGINAL = "original"
"""The slot of a program that was installed as a folder."""

_PROVEN = "proven"

_libc = ctypes.CDLL(None, use_errno=True)
_EXCHANGE = 2
_HERE = -100
"""AT_FDCWD: paths are relative to the folder of the process."""


class UpdateLayout:
    """The places below a root: the link, the slots, what an update remembers."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.prefix, self.slots, self.state = root / PREFIX, root / SLOTS, root / STATE

    def slot(self, name: str) -> Path:
        """Return the folder of a slot."""
        return self.slots / name

    def python(self, name: str) -> str:
        """Return the interpreter of a slot, by which its program is run whatever the link says."""
        return str(self.slot(name) / "bin" / "python")

    def current(self) -> str:
        """Return the name of the slot that services start.

        Raises:
            UpdateError: The program is not installed there.
        """
        try:
            return self.prefix.readlink().name
        except OSError as error:
            raise UpdateError(
                f"{self.prefix} is no link to a slot: only a gateway that is installed there can be updated",
                f"{self.prefix} non è un collegamento a uno slot: si può aggiornare solo un gateway installato lì",
            ) from error

    def adopt(self) -> str:
        """Make a program that was installed as a folder the first slot, unless that is done; return the name of the current slot.

        Raises:
            UpdateError: There is no program.
            OSError: The folders can't be changed.
        """
        if self.prefix.is_symlink():
            self._make_scripts_own()
            return self.current()
        if not (self.prefix / "bin" / "python").exists():
            raise UpdateError(
                f"there is no program in {self.prefix}: install it as the README says", f"in {self.prefix} non c'è un programma: installalo"
            )
        self.make_slots()
        original = self.slot(ORIGINAL)
        original.unlink(missing_ok=True)  # a link that a killed attempt left
        original.symlink_to(Path(self.slots.name) / ORIGINAL)  # as it is right where it comes to
        _exchange(original, self.prefix)
        _sync(self.slots, self.prefix.parent)
        self._make_scripts_own()
        return ORIGINAL

    def _make_scripts_own(self) -> None:
        """Make the commands of the original slot run its own interpreter: they name the one under the link, which changes."""
        under_the_link = f"#!{self.prefix}/bin/".encode()
        for script in self.slot(ORIGINAL).glob("bin/*"):
            if script.is_file() and not script.is_symlink():
                content = script.read_bytes()
                if content.startswith(under_the_link):
                    write_whole(script, content.replace(under_the_link, f"#!{self.slot(ORIGINAL)}/bin/".encode(), 1), mode=0o755)

    def make_slots(self) -> None:
        """Make the folder of the slots, which all users can read, unless it is there.

        Raises:
            OSError: It can't be made.
        """
        self.slots.mkdir(exist_ok=True)
        self.slots.chmod(0o755)  # whatever the umask is

    def point(self, name: str) -> None:
        """Make services start a slot from now on.

        Raises:
            OSError: The link can't be replaced.
        """
        _replace_link(self.prefix, Path(self.slots.name) / name)

    def proven(self) -> str | None:
        """Return the name of the slot that was proved last: an update that was interrupted is finished by its program."""
        link = self.slots / _PROVEN
        return link.readlink().name if link.is_symlink() else None

    def set_proven(self, name: str) -> None:
        """Say that a slot is proved.

        Raises:
            OSError: The link can't be replaced.
        """
        _replace_link(self.slots / _PROVEN, Path(name))


def _replace_link(link: Path, target: Path) -> None:
    waiting = link.with_name(f".{link.name}.new")
    waiting.unlink(missing_ok=True)
    waiting.symlink_to(target)
    waiting.replace(link)
    _sync(link.parent)


def _exchange(one: Path, other: Path) -> None:
    if _libc.renameat2(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(other))


def _sync(*folders: Path) -> None:
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
