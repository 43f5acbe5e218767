"""Files that are whole or not there, and secrets that nobody else may read."""

import os
import stat
import tempfile
from pathlib import Path


class SecretError(Exception):
    """A secret's file can't be used; the sentence says what to do."""


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that after a power cut it holds either what it held before or all of the new content.

    Raises:
        OSError: it can't be written.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_secret(path: str) -> str:
    """Read a secret that stands alone in a file; `$CREDENTIALS_DIRECTORY` of systemd may begin its path.

    Raises:
        SecretError: the file can't be read, or others may read it.
    """
    file = Path(os.path.expandvars(path))
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
        if mode & 0o077:
            raise SecretError(f"{file} may be read by others (mode {mode:04o}): run chmod 600 {file}")
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SecretError(f"{file} can't be read: {error.strerror}") from error
