"""One owner for each journal: a lock that the kernel releases when its process ends, however it ends."""

import contextlib
import fcntl
import os
from pathlib import Path

from gateway.host.files import require_own


class JournalInUse(OSError):
    """Another process owns the journal."""


class JournalLock:
    """The exclusive lock of a journal, on a file beside it. SQLite's own locks are on the database file and last only for a transaction.

    Raises:
        JournalInUse: Another process has the lock.
        OSError: The file of the lock can't be created, or belongs to another user.
    """

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        # One file can have several paths, so that of the lock is the one without links.
        self._path = journal.resolve().with_name(journal.resolve().name + ".lock")
        self.owner_died = False
        """Whether the last owner did not release the lock, but was killed or lost power."""
        self._descriptor = self._take()

    def _take(self) -> int:
        require_own(self._path)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        owner = os.read(descriptor, 32).decode("ascii", "replace").strip()
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise JournalInUse(
                f"the journal {self._journal} is in use by process {owner or '?'}: stop that gateway first, or set another 'journal: path'"
            ) from None
        self.owner_died = bool(owner)
        with contextlib.suppress(OSError):  # a full disk: the lock is held all the same
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        return descriptor

    def renew(self) -> None:
        """Take the lock again if its file was deleted or replaced.

        Raises:
            JournalInUse: Another process has it by now.
            OSError: The file can't be created.
        """
        held = os.fstat(self._descriptor)
        with contextlib.suppress(FileNotFoundError):
            found = self._path.stat()
            if (found.st_dev, found.st_ino) == (held.st_dev, held.st_ino):
                return
        descriptor = self._take()
        os.close(self._descriptor)
        self._descriptor = descriptor

    def release(self) -> None:
        """Release the lock. Its file stays: deleting it would let two processes lock two files of the same name."""
        if self._descriptor >= 0:
            with contextlib.suppress(OSError):
                os.truncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = -1
