"""How a gateway, which has no rights, asks for a step: by a file that the unit street-recovery.path waits for, and the service removes."""

import contextlib
import os
from pathlib import Path

from gateway.host.files import write_whole
from gateway.uplink.recovery_ladder import STEPS, RecoveryStep

FOLDER = "recovery"
"""The name of the folder in the folder `state` of a gateway."""

_WANTED, _REBOOTED = "wanted", "rebooted"
_MOST_BYTES = 16


def ask_for(state: Path, step: RecoveryStep) -> None:
    """Ask for a step. That it is a reboot is on disk first.

    Raises:
        OSError: A file can't be written; then nothing is done.
    """
    folder = state / FOLDER
    folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    if step == "reboot":
        write_whole(folder / _REBOOTED, b"")
    write_whole(folder / _WANTED, step.encode())


def withdraw(state: Path) -> None:
    """Ask for nothing any more, if nobody has taken the request."""
    with contextlib.suppress(OSError):
        (state / FOLDER / _WANTED).unlink()


def has_rebooted(state: Path) -> bool:
    """Return whether this gateway has ever asked for a reboot."""
    return (state / FOLDER / _REBOOTED).exists()


def take_request(folder: Path) -> RecoveryStep | None:
    """Remove the request in a folder and return its step; None if there is none, or it is no step. Follows no links: root calls it.

    Raises:
        OSError: The folder can't be used, or the file not be removed.
    """
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        said = b""
        with contextlib.suppress(OSError):
            file = os.open(_WANTED, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=opened)
            try:
                said = os.read(file, _MOST_BYTES)
            finally:
                os.close(file)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(_WANTED, dir_fd=opened)
    finally:
        os.close(opened)
    return next((step for step in STEPS if step.encode() == said), None)
