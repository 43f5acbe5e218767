"""Opens a repository by what a person names: the folder in which it is made, a published one, or an address."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from firmware_tools.repository.client import VerifiedRepository
from firmware_tools.repository.errors import RepositoryError
from firmware_tools.repository.source import FolderSource, RepositorySource
from firmware_tools.repository.web_source import WebSource


def source_of(where: str, ca: str | None = None) -> RepositorySource:
    """Return the source that a folder or an address names; of the folder in which a repository is made, what is published."""
    if where.startswith(("http://", "https://")):
        return WebSource(where, ca)
    folder = Path(where)
    return FolderSource(folder / "published" if (folder / "repository.json").is_file() else folder)


def root_of(where: str, root: Path | None) -> bytes:
    """Return the root to trust: that in a file, or for a folder of one's own the first one in it.

    Raises:
        RepositoryError: There is none, or none is given for an address.
    """
    if root is None and where.startswith(("http://", "https://")):
        raise RepositoryError(
            "give the root.json that you trust, with --root: an address can't say by itself whom to trust",
            "indica con --root il root.json di cui ti fidi: un indirizzo non può dire da solo di chi fidarsi",
        )
    folder = Path(where)
    file = root or next(
        (one for one in (folder / "published/metadata/1.root.json", folder / "metadata/1.root.json") if one.is_file()),
        folder / "metadata/1.root.json",
    )
    try:
        return file.read_bytes()
    except OSError as error:
        raise RepositoryError(
            f"{file} can't be read: {error.strerror}; is anything published?",
            f"{file} non si può leggere: {error.strerror}; è pubblicato qualcosa?",
        ) from error


def read_verified(
    where: str, root: Path | None, state: Path, now_ms: Callable[[], int | None], *, images: bool = False
) -> VerifiedRepository:
    """Read and verify a repository, and every image if asked to.

    Raises:
        RepositoryError: It is refused, or not received.
        OSError: The folder of what is trusted can't be written.
    """
    repository = VerifiedRepository(source_of(where), state, root_of(where, root), now_ms)
    asyncio.run(_read(repository, images=images))
    return repository


async def _read(repository: VerifiedRepository, *, images: bool) -> None:
    await repository.refresh()
    if images:
        for name in [*repository.firmware(), *repository.gateways()]:
            await repository.image(name)
