"""Restores the backup of a gateway on a new machine. The journal comes last: until it is there, a restore can be repeated."""

import contextlib
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from gateway.backup.archive import GATEWAY, unpack, unpacking
from gateway.backup.contents import BackupContents
from gateway.backup.journal_copy import prepare_copy
from gateway.backup.placing import below, kept_beside, make_folder, put, put_new
from gateway.backup.sealed_file import BackupError
from gateway.model.instants import iso_utc


class Restored(NamedTuple):
    """What was restored, what of it replaced a file that was there (kept under another name), and how many readings wait to be sent."""

    contents: BackupContents
    kept: dict[str, Path]
    waiting: int


def look_into(source: Path, passphrase: str, root: Path) -> BackupContents:
    """Return what a backup contains, after checking that it could be restored below a root.

    Raises:
        BackupError: It can't.
        OSError: It can't be read.
        OpensslError: openssl failed.
    """
    with _opened(source, passphrase, root) as (contents, _):
        return contents


def restore_backup(source: Path, passphrase: str, root: Path, now_ms: int) -> Restored:
    """Put the files of a backup in place below a root, after checking all of them.

    Raises:
        BackupError: It is no backup, the passphrase is wrong, it is damaged, or there is a journal already; nothing was changed.
        OSError: A file can't be written.
        OpensslError: openssl failed.
    """
    with _opened(source, passphrase, root) as (contents, archive):
        journal = below(root, contents.journal)
        make_folder(journal.parent)
        with tempfile.TemporaryDirectory(dir=journal.parent, prefix=".restore-") as work:
            unpacked = [unpack(archive, file, Path(work) / str(number)) for number, file in enumerate(contents.files)]
            waiting = _prepared(unpacked[-1], contents, now_ms)
            places = [below(root, file.path) for file in contents.files[:-1]]
            replaced = [place for file, place, found in zip(contents.files, places, unpacked, strict=False) if put(file, place, found)]
            put_new(contents.files[-1], journal, unpacked[-1])
    return Restored(contents, {str(one): kept_beside(one) for one in replaced}, waiting)


@contextlib.contextmanager
def _opened(source: Path, passphrase: str, root: Path) -> Iterator[tuple[BackupContents, tarfile.TarFile]]:
    """Yield what a backup contains, and the archive behind that."""
    with unpacking(source, passphrase, GATEWAY, BackupContents) as (contents, archive):
        if below(root, contents.journal).exists():
            raise BackupError(
                f"{contents.journal} exists: a backup needs a machine without a journal; if nobody needs what it holds, move it away",
                f"{contents.journal} esiste già: un backup si ripristina su una macchina senza journal; se non serve più, spostalo",
            )
        yield contents, archive


def _prepared(copy: Path, contents: BackupContents, now_ms: int) -> int:
    made = iso_utc(contents.made_ms, "seconds")
    reason = f"restored from a backup of {made}: what the gateway on {contents.host} read after that and did not send is lost"
    try:
        return prepare_copy(copy, contents.made_ms, now_ms, reason)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(
            f"the journal in the backup can't be used: {error}", f"il journal nel backup non si può usare: {error}"
        ) from error
