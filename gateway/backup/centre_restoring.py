"""Restores the backup of a centre. The databases come last, the dead letters at the very end: until they are there, it can be repeated."""

import contextlib
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from gateway.backup.archive import CENTRE, unpack, unpacking
from gateway.backup.centre_contents import CentreBackupContents
from gateway.backup.placing import below, kept_beside, make_folder, put, put_new
from gateway.backup.sealed_file import BackupError
from gateway.centre.self_audit.owed import OwedReadings
from gateway.centre.stores.port import Span

_PART_MS = 600_000
"""Readings are asked for from some minutes before the backup: a batch is stored after its readings."""


class CentreRestored(NamedTuple):
    """What was restored, what of it replaced a file that was there (kept under another name), and what every gateway is to send again."""

    contents: CentreBackupContents
    kept: dict[str, Path]
    owed: Span


def look_into_centre(source: Path, passphrase: str, root: Path) -> CentreBackupContents:
    """Return what a backup contains, after checking that it could be restored below a root.

    Raises:
        BackupError: It can't.
        OSError: It can't be read.
        OpensslError: openssl failed.
    """
    with _opened(source, passphrase, root) as (contents, _):
        return contents


def restore_centre_backup(source: Path, passphrase: str, root: Path, now_ms: int, since_ms: int | None = None) -> CentreRestored:
    """Put the files of a backup in place below a root, after checking all of them.

    Args:
        source: The backup.
        passphrase: What it is encrypted with.
        root: Where to restore, `/` for this machine.
        now_ms: The time.
        since_ms: From when on gateways are to send their readings again; by default, from the backup on.

    Raises:
        BackupError: It is no backup, the passphrase is wrong, it is damaged, or there is a database already; nothing was changed.
        OSError: A file can't be written.
        OpensslError: openssl failed.
    """
    with _opened(source, passphrase, root) as (contents, archive), contextlib.ExitStack() as stack:
        owed = Span((contents.made_ms if since_ms is None else since_ms) - _PART_MS, now_ms)
        first = len(contents.files) - len(contents.databases)
        places = [below(root, file.path) for file in contents.files]
        work = _work_beside(places[first:], stack)
        beside = [work[places[max(number, first)].parent] for number in range(len(places))]
        unpacked = [unpack(archive, file, beside[number] / str(number)) for number, file in enumerate(contents.files)]
        for database in unpacked[first:]:
            _check(database)
        _owe(unpacked[first], owed)
        small = zip(contents.files[:first], places, unpacked, strict=False)
        replaced = [place for file, place, found in small if put(file, place, found)]
        for file, place, found in reversed(list(zip(contents.files[first:], places[first:], unpacked[first:], strict=True))):
            put_new(file, place, found)
    return CentreRestored(contents, {str(one): kept_beside(one) for one in replaced}, owed)


@contextlib.contextmanager
def _opened(source: Path, passphrase: str, root: Path) -> Iterator[tuple[CentreBackupContents, tarfile.TarFile]]:
    """Yield what a backup contains, and the archive behind that."""
    with unpacking(source, passphrase, CENTRE, CentreBackupContents) as (contents, archive):
        if [file.path for file in contents.files[-len(contents.databases) :]] != contents.databases or not contents.databases:
            raise tarfile.TarError("its databases are not where they belong")
        for database in contents.databases:
            if below(root, database).exists():
                raise BackupError(
                    f"{database} exists: a backup needs a machine without one; stop the centre, and move it away with its -wal and -shm",
                    f"{database} esiste già: un backup si ripristina dove non c'è; ferma il centro e spostalo con i suoi file -wal e -shm",
                )
        yield contents, archive


def _work_beside(databases: list[Path], stack: contextlib.ExitStack) -> dict[Path, Path]:
    """Return a temporary folder in the folder of each database: a file is put in place by a link."""
    work = {}
    for folder in dict.fromkeys(database.parent for database in databases):
        make_folder(folder)
        work[folder] = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=folder, prefix=".restore-")))
    return work


def _check(database: Path) -> None:
    """Check that a database is whole.

    Raises:
        BackupError: It is not.
    """
    try:
        with contextlib.closing(sqlite3.connect(database)) as opened:
            (found,) = opened.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        found = str(error)
    if found != "ok":
        raise BackupError(f"a database in the backup can't be used: {found}", f"un database nel backup non si può usare: {found}")


def _owe(letters: Path, span: Span) -> None:
    """Record in the file of dead letters what gateways are to send again, and leave it as one file."""
    try:
        owed = OwedReadings(letters)
        try:
            owed.add(span)
        finally:
            owed.close()
        with contextlib.closing(sqlite3.connect(letters)) as database:
            database.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise BackupError(
            f"the dead letters in the backup can't be used: {error}", f"i dead letter nel backup non si possono usare: {error}"
        ) from error
