"""Where the files of a repository come from; nothing that a source says is trusted."""

import asyncio
from pathlib import Path
from typing import IO, Protocol

from firmware_tools.repository.errors import RepositoryRefused, RepositoryUnreachable

_PIECE_BYTES = 1 << 16


class FileAbsent(Exception):
    """A source does not have a file."""


class RepositorySource(Protocol):
    """A folder, a web server or a broker with the files of a published repository."""

    async def fetch(self, name: str, most_bytes: int, into: IO[bytes]) -> None:
        """Write a file of the repository to `into`.

        Args:
            name: Its path from the root of the repository: `metadata/timestamp.json`.
            most_bytes: How large it can be.
            into: Where it is written to.

        Raises:
            FileAbsent: The source does not have it.
            RepositoryUnreachable: It was not received, or not in time.
            RepositoryRefused: It is larger than `most_bytes`.
        """
        ...


def too_large(name: str, most_bytes: int) -> RepositoryRefused:
    """Return the refusal of a file that is larger than it can be."""
    return RepositoryRefused(
        "too-large",
        f"{name} is larger than the {most_bytes} bytes that it may have: the repository sends too much data, and is not read on",
        f"{name} supera {most_bytes} byte, il massimo ammesso: il repository invia troppi dati e la lettura è interrotta",
    )


class FolderSource:
    """A repository in a folder: of the maker, on a stick, or a mirror."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def fetch(self, name: str, most_bytes: int, into: IO[bytes]) -> None:
        """Copy a file; see `RepositorySource`."""
        await asyncio.to_thread(self._copy, name, most_bytes, into)

    def _copy(self, name: str, most_bytes: int, into: IO[bytes]) -> None:
        try:
            with (self._folder / name).open("rb") as file:
                left = most_bytes
                while piece := file.read(min(_PIECE_BYTES, left + 1)):
                    left -= len(piece)
                    if left < 0:
                        raise too_large(name, most_bytes)
                    into.write(piece)
        except (FileNotFoundError, NotADirectoryError) as error:
            if not self._folder.is_dir():
                raise RepositoryUnreachable(
                    f"{self._folder} is not a folder: is the disk or the share mounted?",
                    f"{self._folder} non è una cartella: il disco o la condivisione è montata?",
                ) from error
            raise FileAbsent(name) from error


class VerifiedCopies:
    """The folder in which a client keeps what it has verified, as a source for another client, which verifies it again.

    It has the newest metadata alone, without versions in their names, and the images that were fetched.
    """

    def __init__(self, folder: Path) -> None:
        self._copies = FolderSource(folder)

    async def fetch(self, name: str, most_bytes: int, into: IO[bytes]) -> None:
        """Copy a file; see `RepositorySource`. A version that is not the newest is not told apart from it here: the client does that."""
        await self._copies.fetch(_copied_name(name), most_bytes, into)


def _copied_name(name: str) -> str:
    """Return the name under which a client keeps a file of the repository."""
    folder, _, file = name.partition("/")
    if folder == "targets":
        return f"images/{file.rpartition('/')[2]}"
    return f"roots/{file}" if file.endswith(".root.json") else file.partition(".")[2] if file[:1].isdecimal() else file
