"""Atomic writes, files that another user left behind, and secrets that only their owner may read."""

import contextlib
import fcntl
import os
import pwd
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO


class SecretError(Exception):
    """The file of a secret can't be used; the message says what to do."""


def write_whole(path: Path, content: bytes, *, mode: int | None = 0o600, owner: tuple[int, int] | None = None) -> None:
    """Replace a file atomically: after a power cut it has either the old content or the new one.

    Args:
        path: The file; its folder exists.
        content: All of it.
        mode: The mode of the new file; None where the file system has none, like that of a boot partition.
        owner: The numbers of its user and group; by default, those of this process.

    Raises:
        OSError: It can't be written.
    """
    with replacing(path, mode=mode, owner=owner) as file:
        file.write(content)


@contextlib.contextmanager
def replacing(path: Path, *, mode: int | None = 0o600, owner: tuple[int, int] | None = None) -> Iterator[IO[bytes]]:
    """Yield a file to write, which replaces another atomically at the end; if anything fails, the other stays as it is.

    Raises:
        OSError: It can't be written.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w+b") as file:
            if mode is not None:
                os.fchmod(descriptor, mode)
            if owner is not None:
                os.fchown(descriptor, *owner)
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other threads and processes that lock the folder, too, from changing what is in it meanwhile.

    Raises:
        OSError: There is no such folder, or it can't be read.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def heir_of(folder: Path) -> tuple[int, int] | None:
    """Return the user and group for a new file when root works in the folder of somebody else; None for any other user, or no folder."""
    if os.geteuid() != 0 or not folder.exists():
        return None
    found = folder.stat()
    return found.st_uid, found.st_gid


def require_own(*files: Path) -> None:
    """Check that no file belongs to another user who keeps this one from writing it, as when a command once ran as root.

    Raises:
        OSError: One does; the message says which, and how to hand it over.
    """
    for file in files:
        if not file.exists() or file.stat().st_uid == os.geteuid() or os.access(file, os.R_OK | os.W_OK, effective_ids=True):
            continue
        me = user_name(os.geteuid())
        raise OSError(f"{file} belongs to {user_name(file.stat().st_uid)}, and {me} can't write it: run 'chown {me} {file}' as root")


def user_name(number: int) -> str:
    """Return the name of a user, or the number if it has none."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def read_secret(path: str) -> str:
    """Return the secret that is the only content of a file. The path can start with `$CREDENTIALS_DIRECTORY` of systemd.

    Raises:
        SecretError: The file can't be read, or other users can read it.
    """
    file = Path(os.path.expandvars(path))
    check_secret(file)
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SecretError(f"{file} can't be read: {error.strerror}") from error


def check_secret(file: Path) -> None:
    """Check that only its owner can read the file of a password or of a private key. Credentials of systemd are for the service alone.

    Raises:
        SecretError: The file does not exist, or other users can read it.
    """
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
    except OSError as error:
        raise SecretError(f"{file} can't be read: {error.strerror}") from error
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    if credentials and file.is_relative_to(credentials):
        return  # systemd gives the service access by an ACL, which the mode shows as that of the group
    if mode & 0o077:
        raise SecretError(f"{file} can be read by other users (mode {mode:04o}): run chmod 600 {file}")
