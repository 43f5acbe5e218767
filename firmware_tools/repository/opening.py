"""Opens a repository where the packages that verify signatures may not be installed: most gateways need none of it."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from firmware_tools.repository.errors import RepositoryError
from firmware_tools.repository.source import RepositorySource

if TYPE_CHECKING:
    from firmware_tools.repository.client import VerifiedRepository

TRUSTED = "firmware/trusted"
"""Where the state folder of a gateway keeps what was verified."""

_NEEDED = ("tuf", "securesystemslib", "cryptography")


def open_repository(source: RepositorySource, folder: Path, root: Path, now_ms: Callable[[], int | None]) -> "VerifiedRepository":
    """Return a repository that trusts the root in a file; see `VerifiedRepository`.

    Raises:
        RepositoryError: The file can't be read, or a package is not installed.
    """
    try:
        from firmware_tools.repository.client import VerifiedRepository  # noqa: PLC0415 — of the extra 'firmware'
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _NEEDED:
            raise
        raise RepositoryError(
            f"signed firmware needs the package {error.name}: pip install 'street-gateway[firmware]'",
            f"per il firmware firmato serve il pacchetto {error.name}: pip install 'street-gateway[firmware]'",
        ) from error
    try:
        content = root.read_bytes()
    except OSError as error:
        raise RepositoryError(
            f"{root} can't be read: {error.strerror}; put the repository's 1.root.json there",
            f"{root} non si può leggere: {error.strerror}; metti lì il file 1.root.json del repository",
        ) from error
    return VerifiedRepository(source, folder, content, now_ms)
