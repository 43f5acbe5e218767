"""The port between the ingest and whatever keeps the time series."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol, TypeVar

from gateway.central.schemas import Document
from gateway.model.batch import Batch, ReadRow
from gateway.model.stored import StoredRow


class StoreUnavailable(Exception):
    """The store can't be written now; the same will do later."""


class StoreRefused(Exception):
    """The store can't do this, and never will; the sentence says why."""


class Unfit(NamedTuple):
    """A row of a batch that no store could keep, by its place, and why."""

    place: int
    reason: str


class Refused(NamedTuple):
    """What a store refused of the batches that it was given: of which one, what, and why. `line` is None for all of it."""

    part: int
    line: str | None
    reason: str


Prepared = TypeVar("Prepared")


class Store(Protocol[Prepared]):
    """Keeps readings. Writing the same series and time again overwrites: a batch that comes twice is harmless."""

    def prepare(self, batch: Batch, rows: Sequence[ReadRow], document: Document, extra: StoredRow) -> tuple[Prepared, list[Unfit]]:
        """Bring a batch into the store's form, with one row of the centre's own; gives also which of its rows can't be."""
        ...

    def write(self, parts: Sequence[Prepared]) -> list[Refused]:
        """Keep batches; when this returns they are kept but for what is refused. Runs in the store's own thread.

        Raises:
            StoreUnavailable: nothing is known to be kept; try again.
        """
        ...

    def remove(self, rows: Sequence[StoredRow]) -> None:
        """Forget what these series have at these times; values do not count. What is not there is forgotten already.

        Raises:
            StoreUnavailable: nothing is known to be forgotten; try again.
            StoreRefused: this store can't.
        """
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...
