"""Makes the backup of a centre, which may be running meanwhile."""

import contextlib
import sqlite3
import tempfile
from pathlib import Path

from gateway import __version__
from gateway.backup.archive import CENTRE, pack
from gateway.backup.centre_contents import CentreBackupContents, databases_of, files_of_centre
from gateway.backup.contents import BackedUpFile, described, sha256_of, whole_path
from gateway.backup.making import read_files
from gateway.config.site_file import CentreSite
from gateway.host.machine import host_name

_WAIT_S = 30


def make_centre_backup(
    site: Path, centre: CentreSite, authority: Path | None, target: Path, passphrase: str, now_ms: int, *, history: bool
) -> CentreBackupContents:
    """Write the backup of a centre, and return what it contains.

    Each database is copied as it is at one instant, beside itself. The time of the backup is that before the first copy: what comes later
    is requested again after a restore.

    Args:
        site: The site file.
        centre: What it says.
        authority: The folder of the site's authority, if it is to be in the backup.
        target: The file to write.
        passphrase: What it is encrypted with.
        now_ms: The time.
        history: Whether the embedded history is to be in the backup.

    Raises:
        FileNotFoundError: There is no file of dead letters, or no such authority.
        OSError, sqlite3.Error: A file can't be read, or the backup can't be written.
        OpensslError: openssl failed.
    """
    letters = whole_path(Path(centre.settings.dead_letters_path()))
    if not letters.is_file():
        raise FileNotFoundError(f"there is no {letters}: no centre ran on this machine with this site file")
    paths = databases_of(centre.settings, history=history)
    with contextlib.ExitStack() as stack:
        members = read_files(files_of_centre(site, centre.settings, authority))
        members += [_copied(path, stack.enter_context(tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-"))) for path in paths]
        contents = CentreBackupContents(
            centre.site, host_name(), now_ms, __version__, str(whole_path(site)), str(letters), [str(one) for one in paths],
            [file for file, _ in members],
        )  # fmt: skip
        pack(target, passphrase, CENTRE, contents, members)
    return contents


def _copied(path: Path, folder: str) -> tuple[BackedUpFile, bytes | Path]:
    """Copy a database that others may be writing."""
    copy = Path(folder) / "copy"
    with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=_WAIT_S)) as database:
        database.execute("VACUUM INTO ?", (str(copy),))
    return described(path, path, copy.stat().st_size, sha256_of(copy)), copy
