"""Makes the backup of a gateway, which may be running meanwhile."""

import hashlib
import io
import tarfile
import tempfile
from pathlib import Path
from typing import IO

import msgspec

from gateway import __version__
from gateway.backup.contents import BackedUpFile, BackupContents, described, files_of, sha256_of, whole_path
from gateway.backup.journal_copy import copy_journal
from gateway.backup.sealed_file import sealing
from gateway.config.site_file import EdgeSite
from gateway.host.machine import host_name

CONTENTS = "contents.json"


def make_backup(site: Path, edge: EdgeSite, target: Path, passphrase: str, now_ms: int) -> BackupContents:
    """Write the backup of a gateway, and return what it contains.

    The journal is copied as it is at one instant, beside itself; private keys are only in memory until they are encrypted.

    Raises:
        FileNotFoundError: There is no journal.
        OSError, sqlite3.Error: A file can't be read, or the backup can't be written.
        OpensslError: openssl failed.
    """
    journal = whole_path(Path(edge.journal.path))
    with tempfile.TemporaryDirectory(dir=journal.parent, prefix=".backup-") as work:
        copy = Path(work) / "journal"
        copy_journal(journal, copy)
        small = [(path, path.read_bytes()) for path in files_of(site, edge)]
        files = [described(path, path, len(content), hashlib.sha256(content).hexdigest()) for path, content in small]
        files.append(described(journal, journal, copy.stat().st_size, sha256_of(copy)))
        contents = BackupContents(edge.id.user, host_name(), now_ms, __version__, str(whole_path(site)), str(journal), files)
        with sealing(target, passphrase) as stream, tarfile.open(fileobj=stream, mode="w|") as archive:
            _add(archive, CONTENTS, msgspec.json.encode(contents))
            for file, (_, content) in zip(files, small, strict=False):
                _add(archive, _name(file), content)
            with copy.open("rb") as large:
                _add(archive, _name(files[-1]), large, files[-1].bytes)
    return contents


def _name(file: BackedUpFile) -> str:
    return file.path.lstrip("/")


def _add(archive: tarfile.TarFile, name: str, content: bytes | IO[bytes], size: int | None = None) -> None:
    member = tarfile.TarInfo(name)
    if isinstance(content, bytes):
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    else:
        member.size = size or 0
        archive.addfile(member, content)
