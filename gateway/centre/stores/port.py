"""The two ports to a time series store: one for the ingest, which writes, and one for readers."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar

from gateway.centre.schemas import SchemaStreams
from gateway.centre.series_rows import StoredRow
from gateway.model.batch import Batch, BatchRow, Value
from gateway.model.canonical import MEASUREMENTS, FieldKind, FieldType
from gateway.model.topics import GatewayId


class StoreUnavailable(Exception):
    """The store can't be used now; the same operation may succeed later."""


class StoreRefused(Exception):
    """The store does not support the operation; retrying does not help."""


class UnfitRow(NamedTuple):
    """A row of a batch that no store could store: its position and the reason."""

    position: int
    reason: str


class RefusedRow(NamedTuple):
    """What a store refused: the part it belongs to, the line (None for the whole part), and the reason."""

    part: int
    line: str | None
    reason: str


Prepared = TypeVar("Prepared")


class SeriesStore(Protocol[Prepared]):
    """Stores readings. Writing the same series and time again overwrites, so a batch that arrives twice is harmless."""

    def prepare(self, batch: Batch, rows: Sequence[BatchRow], document: SchemaStreams, extra: StoredRow) -> tuple[Prepared, list[UnfitRow]]:
        """Return a batch and one row of the centre's own in the store's form, and the rows that don't fit. Does no I/O."""
        ...

    def prepare_row(self, row: StoredRow) -> Prepared:
        """Return a row of the centre's own, whose fields have no scale, in the store's form. Does no I/O."""
        ...

    def write(self, parts: Sequence[Prepared]) -> list[RefusedRow]:
        """Write prepared batches durably and return what the store refused of them. Runs in the store's thread.

        Raises:
            StoreUnavailable: The batches may or may not be stored; try again.
        """
        ...

    def remove(self, rows: Sequence[StoredRow]) -> None:
        """Delete rows by series and time, whatever their values. Rows that don't exist are ignored.

        Raises:
            StoreUnavailable: The rows may or may not be deleted; try again.
            StoreRefused: This store can't delete single rows.
        """
        ...

    def prune(self, now_ms: int) -> bool:
        """Delete a bounded number of expired rows, unless the store has a retention policy of its own; return whether more are left.

        Raises:
            StoreUnavailable: Try again.
        """
        ...

    def close(self) -> None:
        """Close the store."""
        ...


Tags = tuple[tuple[str, str], ...]
"""All tags of a series, sorted."""


class Series(NamedTuple):
    """One field of one series."""

    measurement: str
    tags: Tags
    field: str


class Span(NamedTuple):
    """A span of time in milliseconds since 1970, its end excluded."""

    from_ms: int
    to_ms: int


class SelectedPoint(NamedTuple):
    """Values of one series at one time, in the order of the fields asked for; None if absent, or if the store has no such type."""

    t_ms: int
    values: tuple[Value, ...]


class SelectedSeries(NamedTuple):
    """The points of one series, oldest first."""

    tags: Tags
    points: list[SelectedPoint]


class StoreReader(Protocol):
    """Reads from a store. Every method raises StoreUnavailable if the store does not answer."""

    shows_within_s: float
    """How long a value may take to become visible after it was written."""

    def select(
        self, measurement: str, fields: Sequence[str], where: Mapping[str, str], span: Span, step_ms: int | None = None
    ) -> Iterator[SelectedSeries]:
        """Yield the series of a measurement whose tags equal `where`, with their points in a span.

        Without `step_ms` every point that has one of the fields is returned. With it, each window of `step_ms` since 1970 gives one
        point at its beginning: the mean of canonical numbers, the last value of counters and of other fields. The span is extended to whole
        windows.
        """
        ...

    def latest(self, measurement: str, fields: Sequence[str], where: Mapping[str, str], since_ms: int) -> Iterator[SelectedSeries]:
        """Yield the series whose tags equal `where`, each with its newest point, if it is not older than a time."""
        ...

    def counts(
        self, of: GatewayId, measurement: str, from_ms: int, part_ms: int, to_ms: int | None = None
    ) -> Iterator[tuple[Series, int, int]]:
        """Count the values of a gateway: series, beginning of the part of time, number.

        The newest parts may be left out; their points can be selected.
        """
        ...

    def close(self) -> None:
        """Close the store."""
        ...


def is_number(measurement: str, field: str) -> bool:
    """Return whether a field is a canonical number."""
    canonical = MEASUREMENTS.get(measurement, {}).get(field)
    return canonical is not None and canonical.type in (FieldType.FLOAT, FieldType.INT)


def is_averaged(measurement: str, field: str) -> bool:
    """Return whether windows of a field give its mean: it is a canonical number, and not a counter, of which differences are taken."""
    return is_number(measurement, field) and MEASUREMENTS[measurement][field].kind is not FieldKind.COUNTER


def whole_windows(span: Span, step_ms: int) -> Span:
    """Return a span extended to whole windows."""
    return Span(span.from_ms // step_ms * step_ms, -(-span.to_ms // step_ms) * step_ms)
