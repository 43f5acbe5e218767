"""Makes a slot: a virtual environment with the program of one release, installed from its archive alone."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from gateway.host.files import write_whole
from gateway.update.archive import LOCK, WHEELS, own_wheel, unpack
from gateway.update.errors import UpdateError
from gateway.update.layout import UpdateLayout

_COMPLETE = "complete"
"""The file that a slot gets when all else is in it."""

_INSTALL_S = 1800.0
"""How long a step may take: a Pi Zero installs for several minutes."""

_SPACE = 5
"""How many times the archive's size an unpacked and installed release takes, with reserve."""

_QUIETLY = ("--quiet", "--disable-pip-version-check", "--no-input", "--no-cache-dir")

_SAID_CHARS = 600


def make_slot(layout: UpdateLayout, archive: Path, name: str) -> str:
    """Make the slot of an archive, unless it is there; return the version of its program.

    Raises:
        UpdateError: It can't be installed.
        OSError: The disk can't be written.
    """
    slot = layout.slot(name)
    if not (slot / _COMPLETE).is_file():
        if slot.exists():
            shutil.rmtree(slot)
        layout.make_slots()
        _require_space(layout.slots, _SPACE * archive.stat().st_size)
        with tempfile.TemporaryDirectory(dir=layout.state) as folder:
            unpacked = Path(folder)
            unpack(archive, unpacked)
            wheel, version = own_wheel(unpacked / WHEELS)
            _run([sys.executable, "-m", "venv", str(slot)])
            wanted = unpacked / "wanted.txt"
            wanted.write_text(
                f"{(unpacked / LOCK).read_text(encoding='utf-8')}\n{wheel} --hash=sha256:{_sha256(wheel)}\n", encoding="utf-8"
            )
            where = ["--no-index", "--find-links", str(unpacked / WHEELS)]
            _run([layout.python(name), "-m", "pip", "install", *_QUIETLY, *where, "--require-hashes", "-r", str(wanted)])
        # A power cut must not leave a link to half of it; the installer does not sync.
        os.sync()
        write_whole(slot / _COMPLETE, version.encode(), mode=0o644)
    return (slot / _COMPLETE).read_text(encoding="utf-8").strip()


def check_site(layout: UpdateLayout, name: str, site: Path) -> None:
    """Check that the program of a slot accepts the site file.

    Raises:
        UpdateError: It does not.
    """
    _run([layout.python(name), "-m", "gateway", "check", str(site)])


def install_units(layout: UpdateLayout, name: str) -> None:
    """Put the units of a slot's program in place.

    Raises:
        UpdateError: They can't be.
    """
    _run([layout.python(name), "-m", "gateway", "install", "edge", "--root", str(layout.root)])


def remove_slots(layout: UpdateLayout, keep: Sequence[str]) -> None:
    """Delete all slots except some.

    Raises:
        OSError: One can't be deleted.
    """
    for slot in layout.slots.iterdir() if layout.slots.is_dir() else ():
        if slot.is_dir() and not slot.is_symlink() and slot.name not in keep:
            shutil.rmtree(slot)


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _require_space(folder: Path, wanted_bytes: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < wanted_bytes:
        needed, there = wanted_bytes >> 20, free >> 20
        raise UpdateError(
            f"the disk has {there} MiB free, and the new version needs {needed} MiB beside the old one",
            f"sul disco ci sono {there} MiB liberi, e la nuova versione ne richiede {needed} accanto alla vecchia",
        )


def _run(command: Sequence[str]) -> None:
    """Run a step of the installation; other users can read what it makes."""
    try:
        done = subprocess.run(
            command, capture_output=True, check=False, timeout=_INSTALL_S, umask=0o022, stdin=subprocess.DEVNULL, env=_environment()
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UpdateError(f"'{' '.join(command)}' failed: {error}", f"'{' '.join(command)}' non è riuscito: {error}") from error
    if done.returncode:
        said = (done.stderr or done.stdout).decode(errors="replace").strip()[-_SAID_CHARS:]
        raise UpdateError(f"'{' '.join(command)}' failed: {said}", f"'{' '.join(command)}' non è riuscito: {said}")


def _environment() -> dict[str, str]:
    """Return the environment without what would lead an interpreter to other packages than its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_", "VIRTUAL_ENV"))}
