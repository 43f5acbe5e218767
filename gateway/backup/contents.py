"""What a backup of a gateway contains: a description of every file, then the files."""

import hashlib
import os
import pwd
import stat
from grp import getgrgid, getgrnam
from pathlib import Path
from typing import Annotated

import msgspec

from gateway.config.site_file import EdgeSite
from gateway.host.files import user_name
from gateway.trust.identity import IDENTITY

STATE_FOLDERS = ("learned", "devices", "reports", "configuration")
"""The folders below `state` with what the gateway has learned, made, and was given."""

OF_THE_SYSTEM = ("/etc/ssl/", "/usr/")
"""Where authorities come from the system, which a new machine has, too."""

LARGEST_FILE = 4 << 20

WholePath = Annotated[str, msgspec.Meta(pattern=r"^(?:/(?!\.\.?(?:/|\Z))[^/\x00]+)+\Z", max_length=4096)]


class BackedUpFile(msgspec.Struct, frozen=True):
    """A file: where it is, who may read it, and the SHA-256 of its content."""

    path: WholePath
    mode: int
    user: str
    group: str
    bytes: int
    sha256: str


class BackupContents(msgspec.Struct, frozen=True):
    """Whose backup it is, when and with which version it was made, and its files; the last one is the journal."""

    user: str
    host: str
    made_ms: int
    version: str
    site: WholePath
    journal: WholePath
    files: list[BackedUpFile]


def files_of(site: Path, edge: EdgeSite) -> list[Path]:
    """Return the files of a gateway, except its journal: site file, files of its connection, its identity, its state.

    Those of its connection that do not exist are left out: systemd may provide them.
    """
    tls, login = edge.uplink.tls, edge.uplink.login
    named = [tls.ca, tls.cert, tls.key, login.password_file if login is not None else None]
    found = [Path(one) for one in named if one is not None and not one.startswith("$")]
    folders = [edge.state / name for name in STATE_FOLDERS]
    folders += [Path(tls.cert).parent] if tls.cert is not None and Path(tls.cert).name == IDENTITY else []
    within = (file for folder in folders for file in sorted(folder.rglob("*")))
    return [one for one in dict.fromkeys(map(whole_path, [site, *found, *within])) if _is_kept(one)]


def whole_path(path: Path) -> Path:
    """Return the absolute path of a file, without '..'; links are kept."""
    return Path(os.path.abspath(path))  # noqa: PTH100 — Path.absolute keeps '..'


def described(path: Path, where: Path, size: int, sha256: str) -> BackedUpFile:
    """Return the description of a file whose owners and mode are those of `path`, and which is restored to `where`."""
    found = path.stat()
    return BackedUpFile(str(where), stat.S_IMODE(found.st_mode), user_name(found.st_uid), _group_name(found.st_gid), size, sha256)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file, which may be large."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def owners_here(file: BackedUpFile) -> tuple[int, int] | None:
    """Return the numbers of a file's user and group on this machine; None if it has no such user, or this process can't give files away."""
    if os.geteuid() != 0:
        return None
    try:
        user = pwd.getpwnam(file.user)
    except KeyError:
        return None
    return user.pw_uid, _group_number(file.group, user.pw_gid)


def _is_kept(path: Path) -> bool:
    return path.is_file() and not str(path).startswith(OF_THE_SYSTEM) and path.stat().st_size <= LARGEST_FILE


def _group_name(number: int) -> str:
    try:
        return getgrgid(number).gr_name
    except KeyError:
        return str(number)


def _group_number(name: str, otherwise: int) -> int:
    try:
        return getgrnam(name).gr_gid
    except KeyError:
        return otherwise
