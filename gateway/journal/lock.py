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

    It is taken at once, or, without `take`, by `renew`.

    Raises:
        JournalInUse: Another process has the lock.
        OSError: The file of the lock can't be created, or belongs to another user.
    """

    def __init__(self, journal: Path, *, take: bool = True) -> None:
        self._journal = journal
        # One file can have several paths, so that of the lock is the one without links.
        self._path = journal.resolve().with_name(journal.resolve().name + ".lock")
        self.owner_died = False
        """Whether the last owner did not release the lock, but was killed or lost power."""
        self.left_in_memory = False
        """Whether the last owner ended while its journal was in memory."""
        self._descriptor = self._take() if take else -1

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
        self.owner_died, self.left_in_memory = bool(owner), owner.startswith(_IN_MEMORY)
        _write(descriptor, str(os.getpid()))
        return descriptor

    def mark(self, *, in_memory: bool) -> None:
        """Record, so that it survives a power cut, whether what this owner has is in memory alone."""
        if self._descriptor < 0:
            return
        _write(self._descriptor, f"{_IN_MEMORY} {os.getpid()}" if in_memory else str(os.getpid()))
        with contextlib.suppress(OSError):
            os.fsync(self._descriptor)

    def renew(self) -> None:
        """Take the lock, unless this owner has it and its file was neither deleted nor replaced.

        Raises:
            JournalInUse: Another process has it by now.
            OSError: The file can't be created.
        """
        if self._descriptor < 0:
            self._descriptor = self._take()
            return
        held = os.fstat(self._descriptor)
        with contextlib.suppress(FileNotFoundError):
            found = self._path.stat()
            if (found.st_dev, found.st_ino) == (held.st_dev, held.st_ino):
                return
        descriptor = self._take()
        os.close(self._descriptor)
        self._descriptor = descriptor

    def release(self, *, in_memory: bool = False) -> None:
        """Release the lock. Its file stays: deleting it would let two processes lock two files of the same name.

        `in_memory`: what the owner had was in memory until the end.
        """
        if self._descriptor >= 0:
            _write(self._descriptor, _IN_MEMORY if in_memory else "")
            os.close(self._descriptor)
            self._descriptor = -1


_IN_MEMORY = "memory"


def _write(descriptor: int, text: str) -> None:
    """Write the text of a lock file, which always has a line: so the next one needs no room. On a full disk, the first one has none."""
    line = f"{text}\n".encode()
    with contextlib.suppress(OSError):
        os.pwrite(descriptor, line, 0)
        os.truncate(descriptor, len(line))
