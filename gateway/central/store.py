"""The port between the ingest and whatever keeps the time series."""

from collections.abc import Sequence
from typing import Protocol

from gateway.model.stored import StoredRow


class StoreUnavailable(Exception):
    """The store can't be written now; the same rows will do later."""


class StoreRefused(Exception):
    """The store will never take these rows; the sentence says why."""


class Store(Protocol):
    """Keeps readings. Writing the same series and time again overwrites: a batch that comes twice is harmless."""

    def write(self, rows: Sequence[StoredRow]) -> None:
        """Keep rows; when this returns they are kept. Runs in the store's own thread.

        Raises:
            StoreUnavailable: nothing is known to be kept; try again.
            StoreRefused: the store says no to something in them.
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
