"""The ports to whatever keeps the time series: one for the ingest, which writes, one for whoever looks."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol, TypeVar

from gateway.centre.schemas import SchemaStreams
from gateway.centre.series_rows import StoredRow
from gateway.model.batch import Batch, BatchRow, Value
from gateway.model.topics import GatewayId


class StoreUnavailable(Exception):
    """The store can't be written now; the same will do later."""


class StoreRefused(Exception):
    """The store can't do this, and never will; the sentence says why."""


class UnfitRow(NamedTuple):
    """A row of a batch that no store could keep, by its place, and why."""

    place: int
    reason: str


class RefusedRow(NamedTuple):
    """What a store refused of the batches that it was given: of which one, what, and why. `line` is None for all of it."""

    part: int
    line: str | None
    reason: str


Prepared = TypeVar("Prepared")


class SeriesStore(Protocol[Prepared]):
    """Keeps readings. Writing the same series and time again overwrites: a batch that comes twice is harmless."""

    def prepare(self, batch: Batch, rows: Sequence[BatchRow], document: SchemaStreams, extra: StoredRow) -> tuple[Prepared, list[UnfitRow]]:
        """Bring a batch into the store's form, with one row of the centre's own; gives also which of its rows can't be."""
        ...

    def own(self, row: StoredRow) -> Prepared:
        """Bring a row of the centre's own into the store's form; fields of the centre's own have no scale."""
        ...

    def write(self, parts: Sequence[Prepared]) -> list[RefusedRow]:
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


class Series(NamedTuple):
    """One field of one series; `tags` are sorted, and complete."""

    measurement: str
    tags: tuple[tuple[str, str], ...]
    field: str


class StoredReadings(Protocol):
    """Tells which readings a store has. Whatever it is asked, it raises StoreUnavailable when the store does not answer.

    What the store has taken, it shows within `shows_within_s`.
    """

    shows_within_s: float

    def counts(self, of: GatewayId, measurement: str, from_ms: int, part_ms: int) -> Iterator[tuple[Series, int, int]]:
        """Count a gateway's values since the beginning of a part of time: series, beginning of the part, how many.

        What is not counted is to be asked for by `times`.
        """
        ...

    def times(self, series: Series, from_ms: int, to_ms: int) -> set[int]:
        """Give the times of a series' values in a span, its end excluded."""
        ...


class StoreReader(StoredReadings, Protocol):
    """Looks into a store, for whatever is asked of it."""

    def points(self, asset: str, measurement: str, field: str, device: str, from_ms: int, to_ms: int, most: int) -> list[tuple[int, Value]]:
        """Give the points of a series in a span, oldest first; of numbers, means of at most about `most` equal parts of the span."""
        ...

    def batches(self, since_ms: int) -> Iterator[tuple[dict[str, str], int]]:
        """Give the numbers of the batches that begin since a time, each with the tags of its row: operator, gateway, epoch."""
        ...

    def health(self) -> Iterator[tuple[dict[str, str], int, dict[str, Value]]]:
        """Give what gateways told last of their health, within a day: tags, time in milliseconds, values by field."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...
