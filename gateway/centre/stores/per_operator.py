"""A store for each operator behind the two ports, so that what one operator may read contains no rows of another.

Rows of operators without a store of their own, and the centre's own rows, are in a store that is shared.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

import msgspec

from gateway.centre.schemas import SchemaStreams
from gateway.centre.series_rows import StoredRow
from gateway.centre.stores.port import (
    Prepared,
    RefusedRow,
    SelectedSeries,
    Series,
    SeriesStore,
    Span,
    StoreReader,
    StoreUnavailable,
    UnfitRow,
)
from gateway.model.batch import Batch, BatchRow
from gateway.model.topics import GatewayId

One = TypeVar("One")


class OperatorPart(msgspec.Struct, Generic[Prepared], frozen=True):
    """A batch in the store's form, and the operator of its gateway."""

    operator: str
    part: Prepared


class StoresPerOperator(Generic[Prepared]):
    """Writes each row to the store of its operator. All stores are of one kind, with one form of a batch."""

    def __init__(self, shared: SeriesStore[Prepared], own: Mapping[str, SeriesStore[Prepared]]) -> None:
        self._shared, self._own = shared, own

    def prepare(
        self, batch: Batch, rows: Sequence[BatchRow], document: SchemaStreams, extra: StoredRow
    ) -> tuple[OperatorPart[Prepared], list[UnfitRow]]:
        """Return a batch in the stores' form, with the operator of the gateway that sent it, of which `extra` is."""
        part, unfit = self._shared.prepare(batch, rows, document, extra)
        return OperatorPart(extra.origin.sender.operator, part), unfit

    def prepare_row(self, row: StoredRow) -> OperatorPart[Prepared]:
        """Return a row of the centre's own in the stores' form, with its operator."""
        return OperatorPart(row.origin.sender.operator, self._shared.prepare_row(row))

    def write(self, parts: Sequence[OperatorPart[Prepared]]) -> list[RefusedRow]:
        """Write every store's parts, also after one of them was unavailable."""
        refused: list[RefusedRow] = []

        def write(store: SeriesStore[Prepared], numbers: Sequence[int]) -> None:
            refused.extend(row._replace(part=numbers[row.part]) for row in store.write([parts[number].part for number in numbers]))

        self._each(range(len(parts)), lambda number: parts[number].operator, write)
        return refused

    def remove(self, rows: Sequence[StoredRow]) -> None:
        """Delete rows from the stores of their operators."""
        self._each(rows, lambda row: row.origin.sender.operator, lambda store, some: store.remove(some))

    def _each(
        self, many: Iterable[One], operator_of: Callable[[One], str], do: Callable[[SeriesStore[Prepared], Sequence[One]], None]
    ) -> None:
        """Do something with the part of each store.

        Raises:
            StoreUnavailable: At least one store was unavailable; all others are done.
        """
        by_store: dict[str | None, list[One]] = {}
        for one in many:
            operator = operator_of(one)
            by_store.setdefault(operator if operator in self._own else None, []).append(one)
        unavailable: StoreUnavailable | None = None
        for owner, some in by_store.items():
            try:
                do(self._shared if owner is None else self._own[owner], some)
            except StoreUnavailable as error:
                unavailable = unavailable or error
        if unavailable is not None:
            raise unavailable

    def prune(self, now_ms: int) -> bool:
        """Delete some expired rows, one store after the other."""
        return any(store.prune(now_ms) for store in (self._shared, *self._own.values()))

    def close(self) -> None:
        """Close every store."""
        for store in (self._shared, *self._own.values()):
            store.close()


class ReadersPerOperator:
    """Reads from the store of the operator that is asked for, or else from all."""

    def __init__(self, shared: StoreReader, own: Mapping[str, StoreReader]) -> None:
        self._shared, self._own = shared, own
        self._all = (shared, *own.values())
        self.shows_within_s = max(one.shows_within_s for one in self._all)

    def _chosen(self, where: Mapping[str, str]) -> Sequence[StoreReader]:
        return (self._own.get(where["operator"], self._shared),) if "operator" in where else self._all

    def select(
        self, measurement: str, fields: Sequence[str], where: Mapping[str, str], span: Span, step_ms: int | None = None
    ) -> Iterator[SelectedSeries]:
        """Yield series with their points, as the port describes."""
        for one in self._chosen(where):
            yield from one.select(measurement, fields, where, span, step_ms)

    def latest(self, measurement: str, fields: Sequence[str], where: Mapping[str, str], since_ms: int) -> Iterator[SelectedSeries]:
        """Yield the newest point of each series."""
        for one in self._chosen(where):
            yield from one.latest(measurement, fields, where, since_ms)

    def counts(
        self, of: GatewayId, measurement: str, from_ms: int, part_ms: int, to_ms: int | None = None
    ) -> Iterator[tuple[Series, int, int]]:
        """Count a gateway's values by series and part of time."""
        return self._own.get(of.operator, self._shared).counts(of, measurement, from_ms, part_ms, to_ms)

    def close(self) -> None:
        """Close every reader."""
        for one in self._all:
            one.close()
