"""What an import returns."""

from collections.abc import Callable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.situation.bilingual import Bilingual
from gateway.situation.event.document import DraftFeature

MOST_BYTES = 32 << 20
"""Of a document: a national feed has a few megabytes."""

MOST_SITUATIONS = 10_000
"""Of a document: a national feed has a few thousand."""


class ImportedSituation(NamedTuple):
    """A situation of a document: its name there, what becomes of it here, and what of it was not understood.

    Without a draft, the deviations say why it can't be imported.
    """

    source: str
    draft: DraftFeature | None
    deviations: tuple[Bilingual, ...]


class ImportRejected(Exception):
    """A document that can't be read at all; `text` says why."""

    def __init__(self, en: str, it: str) -> None:
        super().__init__(en)
        self.text = Bilingual(en, it)


ImportReader = Callable[[bytes, ZoneInfo], list[ImportedSituation]]
"""Read a document; days and times without an offset are in the time zone. Raises ImportRejected."""


def require_count(count: int) -> None:
    """Raise ImportRejected if a document has too many situations."""
    if count > MOST_SITUATIONS:
        en, it = f"the document has more than {MOST_SITUATIONS} situations", f"il documento ha più di {MOST_SITUATIONS} situazioni"
        raise ImportRejected(en, it)


def require_size(content: bytes) -> None:
    """Raise ImportRejected if a document is too large."""
    if len(content) > MOST_BYTES:
        most = MOST_BYTES >> 20
        raise ImportRejected(f"the document is larger than {most} MiB", f"il documento supera {most} MiB")
