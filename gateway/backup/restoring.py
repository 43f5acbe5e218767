"""Restores the backup of a gateway on a new machine. The journal comes last: until it is there, a restore can be repeated."""

import contextlib
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

import msgspec

from gateway.backup.contents import BackedUpFile, BackupContents, owners_here, sha256_of
from gateway.backup.journal_copy import prepare_copy
from gateway.backup.making import CONTENTS
from gateway.backup.sealed_file import BackupError, unsealed
from gateway.host.files import heir_of, replacing, write_whole
from gateway.model.instants import iso_utc

_LARGEST_CONTENTS = 4 << 20


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
        journal = _below(root, contents.journal)
        _make_folder(journal.parent)
        with tempfile.TemporaryDirectory(dir=journal.parent, prefix=".restore-") as work:
            unpacked = [_unpacked(archive, file, Path(work) / str(number)) for number, file in enumerate(contents.files)]
            waiting = _prepared(unpacked[-1], contents, now_ms)
            kept = [_put(file, _below(root, file.path), found) for file, found in zip(contents.files[:-1], unpacked, strict=False)]
            _put_journal(contents.files[-1], journal, unpacked[-1])
    return Restored(contents, {str(one): one.with_name(f"{one.name}.before") for one in kept if one is not None}, waiting)


@contextlib.contextmanager
def _opened(source: Path, passphrase: str, root: Path) -> Iterator[tuple[BackupContents, tarfile.TarFile]]:
    """Yield what a backup contains, and the archive behind that."""
    try:
        with unsealed(source, passphrase) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
            contents = _contents(archive)
            if _below(root, contents.journal).exists():
                raise BackupError(
                    f"{contents.journal} exists: a backup needs a machine without a journal; if nobody needs what it holds, move it away",
                    f"{contents.journal} esiste già: un backup si ripristina su una macchina senza journal; se non serve più, spostalo",
                )
            yield contents, archive
    except (tarfile.TarError, msgspec.MsgspecError) as error:
        raise _foreign(source, error) from error


def _foreign(source: Path, why: object) -> BackupError:
    return BackupError(
        f"{source} can't be read ({why}): it was made by another version; install the newest version on this machine",
        f"{source} non si può leggere ({why}): è di un'altra versione; installa la versione più recente su questa macchina",
    )


def _contents(archive: tarfile.TarFile) -> BackupContents:
    return msgspec.json.decode(_next(archive, CONTENTS).read(_LARGEST_CONTENTS), type=BackupContents)


def _next(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    member = archive.next()
    stream = archive.extractfile(member) if member is not None and member.isreg() and member.name == name else None
    if stream is None:
        raise tarfile.TarError(f"'{name}' is not where it belongs")
    return stream


def _unpacked(archive: tarfile.TarFile, file: BackedUpFile, target: Path) -> Path:
    """Unpack the next file of an archive, and check that it is the one described."""
    with replacing(target) as unpacked:
        shutil.copyfileobj(_next(archive, file.path.lstrip("/")), unpacked)
    if sha256_of(target) != file.sha256:
        raise tarfile.TarError(f"'{file.path}' is not as it was")
    return target


def _prepared(copy: Path, contents: BackupContents, now_ms: int) -> int:
    made = iso_utc(contents.made_ms, "seconds")
    reason = f"restored from a backup of {made}: what the gateway on {contents.host} read after that and did not send is lost"
    try:
        return prepare_copy(copy, contents.made_ms, now_ms, reason)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(
            f"the journal in the backup can't be used: {error}", f"il journal nel backup non si può usare: {error}"
        ) from error


def _put(file: BackedUpFile, target: Path, unpacked: Path) -> Path | None:
    """Put a file in place. If that replaces another content, return the file: what it was is kept beside it."""
    _make_folder(target.parent)
    content, before = unpacked.read_bytes(), target.read_bytes() if target.is_file() else None
    if before not in (None, content):
        target.rename(target.with_name(f"{target.name}.before"))
    write_whole(target, content, mode=file.mode, owner=owners_here(file) or heir_of(target.parent))
    return None if before in (None, content) else target


def _put_journal(file: BackedUpFile, target: Path, unpacked: Path) -> None:
    """Put the journal in place, unless a gateway that was started meanwhile has made one."""
    unpacked.chmod(file.mode)
    owner = owners_here(file) or heir_of(target.parent)
    if owner is not None:
        os.chown(unpacked, *owner)
    os.link(unpacked, target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _make_folder(folder: Path) -> None:
    """Make a folder, for the user of the one above it, if it is missing."""
    if folder.exists():
        return
    _make_folder(folder.parent)
    heir = heir_of(folder.parent)
    folder.mkdir(mode=0o750)
    if heir is not None:
        os.chown(folder, *heir)


def _below(root: Path, path: str) -> Path:
    return root / path.lstrip("/")
