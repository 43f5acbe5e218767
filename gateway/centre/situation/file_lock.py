"""The lock of a Situation Room on one machine: the kernel releases it when the process ends."""

import fcntl
import os
from pathlib import Path

from gateway.centre.situation.port import SituationsUnavailable


class FileRoomLock:
    """The lock of the room whose situations are in a file: a file beside it."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}.lock")
        self._descriptor = -1

    def hold(self) -> bool:
        """Take the lock if nobody holds it, and return whether this process holds it now."""
        if self._descriptor >= 0:
            return True
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise SituationsUnavailable(f"can't open {self._path}: {error.strerror}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        """Let another process take the lock."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
