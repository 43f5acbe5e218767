"""Puts the files of a backup where they were, below a root."""

import os
from pathlib import Path

from gateway.backup.contents import BackedUpFile, owners_here
from gateway.host.files import heir_of, write_whole


def below(root: Path, path: str) -> Path:
    """Return a path of the machine that was backed up, below a root."""
    return root / path.lstrip("/")


def kept_beside(path: Path) -> Path:
    """Return under which name a file with another content is kept when one of a backup replaces it."""
    return path.with_name(f"{path.name}.before")


def put(file: BackedUpFile, target: Path, unpacked: Path) -> bool:
    """Put a file in place, and return whether it replaced another content, which is kept beside it.

    Raises:
        OSError: It can't be written.
    """
    make_folder(target.parent)
    content, before = unpacked.read_bytes(), target.read_bytes() if target.is_file() else None
    replaces = before not in (None, content)
    if replaces:
        target.rename(kept_beside(target))
    write_whole(target, content, mode=file.mode, owner=owners_here(file) or heir_of(target.parent))
    return replaces


def put_new(file: BackedUpFile, target: Path, unpacked: Path) -> None:
    """Put a database in place, by a link from the same file system, unless a program that was started meanwhile has made one.

    Raises:
        OSError: There is one, or it can't be linked.
    """
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


def make_folder(folder: Path) -> None:
    """Make a folder, for the user of the one above it, if it is missing.

    Raises:
        OSError: It can't be made.
    """
    if folder.exists():
        return
    make_folder(folder.parent)
    heir = heir_of(folder.parent)
    folder.mkdir(mode=0o750)
    if heir is not None:
        os.chown(folder, *heir)
