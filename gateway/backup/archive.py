"""The encrypted archive of a backup: a document that describes the files, then the files in its order."""

import contextlib
import io
import shutil
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TypeVar

import msgspec

from gateway.backup.contents import BackedUpFile, sha256_of
from gateway.backup.sealed_file import BackupError, sealing, unsealed
from gateway.host.files import replacing

GATEWAY, CENTRE = "contents.json", "centre.json"
"""The first member, which describes the backup of a gateway, or of a centre."""

_RESTORED_BY = {
    GATEWAY: ("of a gateway", "di un gateway", "gateway restore"),
    CENTRE: ("of a centre", "di un centro", "gateway central restore"),
}

_LARGEST_CONTENTS = 4 << 20

_Contents = TypeVar("_Contents", bound=msgspec.Struct)


def pack(target: Path, passphrase: str, kind: str, contents: msgspec.Struct, files: Iterable[tuple[BackedUpFile, bytes | Path]]) -> None:
    """Write an archive. Each file is given with its content, or with where that is.

    Raises:
        OSError: A file can't be read, or the archive can't be written.
        OpensslError: openssl failed.
    """
    with sealing(target, passphrase) as stream, tarfile.open(fileobj=stream, mode="w|") as archive:
        _add(archive, kind, msgspec.json.encode(contents))
        for file, content in files:
            if isinstance(content, bytes):
                _add(archive, _name(file), content)
            else:
                with content.open("rb") as large:
                    _add(archive, _name(file), large, file.bytes)


@contextlib.contextmanager
def unpacking(source: Path, passphrase: str, kind: str, contents: type[_Contents]) -> Iterator[tuple[_Contents, tarfile.TarFile]]:
    """Yield what an archive contains, and the archive, from which `unpack` reads the files.

    Raises:
        BackupError: It is no such backup, the passphrase is wrong, or a file is not as described.
        OSError: It can't be read.
        OpensslError: openssl failed.
    """
    try:
        with unsealed(source, passphrase) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
            yield _described(source, archive, kind, contents), archive
    except (tarfile.TarError, msgspec.MsgspecError) as error:
        raise BackupError(
            f"{source} can't be read ({error}): it was made by another version; install the newest version on this machine",
            f"{source} non si può leggere ({error}): è di un'altra versione; installa la versione più recente su questa macchina",
        ) from error


def unpack(archive: tarfile.TarFile, file: BackedUpFile, target: Path) -> Path:
    """Unpack the next file of an archive, check that it is the one described, and return its path.

    Raises:
        TarError: It is not.
        OSError: It can't be written.
    """
    with replacing(target) as unpacked:
        shutil.copyfileobj(_content(archive, archive.next(), _name(file)), unpacked)
    if sha256_of(target) != file.sha256:
        raise tarfile.TarError(f"'{file.path}' is not as it was")
    return target


def _described(source: Path, archive: tarfile.TarFile, kind: str, contents: type[_Contents]) -> _Contents:
    first = archive.next()
    if first is not None and first.name != kind and first.name in _RESTORED_BY:
        english, italian, command = _RESTORED_BY[first.name]
        raise BackupError(
            f"{source} is the backup {english}: restore it with '{command}'",
            f"{source} è il backup {italian}: si ripristina con '{command}'",
        )
    return msgspec.json.decode(_content(archive, first, kind).read(_LARGEST_CONTENTS), type=contents)


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo | None, name: str) -> IO[bytes]:
    stream = archive.extractfile(member) if member is not None and member.isreg() and member.name == name else None
    if stream is None:
        raise tarfile.TarError(f"'{name}' is not where it belongs")
    return stream


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
