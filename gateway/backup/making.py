"""Makes the backup of a gateway, which may be running meanwhile."""

import hashlib
import tempfile
from collections.abc import Iterable
from pathlib import Path

from gateway import __version__
from gateway.backup.archive import GATEWAY, pack
from gateway.backup.contents import BackedUpFile, BackupContents, described, files_of, sha256_of, whole_path
from gateway.backup.journal_copy import copy_journal
from gateway.config.site_file import EdgeSite
from gateway.host.machine import host_name


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
        small = read_files(files_of(site, edge))
        members = [*small, (described(journal, journal, copy.stat().st_size, sha256_of(copy)), copy)]
        files = [file for file, _ in members]
        contents = BackupContents(edge.id.user, host_name(), now_ms, __version__, str(whole_path(site)), str(journal), files)
        pack(target, passphrase, GATEWAY, contents, members)
    return contents


def read_files(paths: Iterable[Path]) -> list[tuple[BackedUpFile, bytes | Path]]:
    """Return the descriptions and contents of small files.

    Raises:
        OSError: One can't be read.
    """
    contents = [(path, path.read_bytes()) for path in paths]
    return [(described(path, path, len(content), hashlib.sha256(content).hexdigest()), content) for path, content in contents]
