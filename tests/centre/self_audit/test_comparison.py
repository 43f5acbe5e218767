"""What was confirmed, compared with the embedded history; tests/system/test_self_audit.py uses real servers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.centre.ingest.own_rows import uplink_row
from gateway.centre.self_audit.comparison import Expected, shortfalls
from gateway.centre.self_audit.counting_store import CountingStore
from gateway.centre.self_audit.ledger import ConfirmedLedger
from gateway.centre.self_audit.parts import NOTHING, Shortfall, numbers
from gateway.centre.stores.port import Series, Span
from gateway.centre.stores.sqlite import HistoryReader, HistoryStore
from tests.centre.readings import ME, ROWS, T, batch, known, read, stored

PART_MS = 600_000
BEGIN_MS = T // PART_MS * PART_MS
DOCUMENT = known()


class Compared:
    """A history with one batch, which its ledger knows."""

    def __init__(self, path: Path) -> None:
        self.store = HistoryStore(path)
        counting, ledger = CountingStore(self.store, PART_MS), ConfirmedLedger()
        prepared, _ = counting.prepare(batch(*ROWS), read(*ROWS), DOCUMENT, uplink_row(ME, batch(), len(ROWS), T))
        counting.write([prepared])
        ledger.add(counting.confirmed.popleft(), T)
        part = ledger.gateways[ME][BEGIN_MS]
        batches = frozenset(BEGIN_MS + offset for offset in part.batches)
        self.expected = Expected(batches, [(DOCUMENT, counts) for counts in part.counts.values()])
        self.reader = HistoryReader(path)

    def found(self, **parts: Expected) -> dict[int, Shortfall]:
        return shortfalls(ME, {BEGIN_MS: self.expected} | {int(begin[1:]): one for begin, one in parts.items()}, PART_MS, self.reader)


@pytest.fixture
def compared(tmp_path: Path) -> Iterator[Compared]:
    made = Compared(tmp_path / "history.sqlite")
    yield made
    made.reader.close()
    made.store.close()


def test_nothing_is_missing_of_what_is_stored(compared: Compared) -> None:
    assert compared.found() == {BEGIN_MS: NOTHING}


def test_a_lost_reading_is_missing_by_its_values(compared: Compared) -> None:
    compared.store.remove(stored(ROWS[0]))
    assert compared.found() == {BEGIN_MS: Shortfall(0, 2)}


def test_texts_are_not_counted_as_not_every_store_has_them(compared: Compared) -> None:
    compared.store.remove(stored(ROWS[1]))
    assert compared.found() == {BEGIN_MS: Shortfall(0, 2)}


def test_a_lost_batch_is_missing_by_its_row(compared: Compared) -> None:
    compared.store.remove([uplink_row(ME, batch(), 3, T)])
    assert compared.found() == {BEGIN_MS: Shortfall(1, 0)}


def test_parts_that_are_not_adjacent_are_compared_each_by_itself(compared: Compared) -> None:
    far_ms = BEGIN_MS + 10 * PART_MS
    assert compared.found(**{f"t{far_ms}": Expected(frozenset({far_ms}), [])}) == {BEGIN_MS: NOTHING, far_ms: Shortfall(1, 0)}


def test_counts_of_another_document_are_left_out(compared: Compared) -> None:
    compared.expected = compared.expected._replace(counts=[(DOCUMENT, numbers(100))])
    assert compared.found() == {BEGIN_MS: NOTHING}


def test_a_gateway_with_very_many_measurements_costs_a_bounded_number_of_queries(
    compared: Compared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.centre.self_audit.comparison._MEASUREMENTS", 1)
    asked = []

    def counts(_: object, measurement: str, *spans: int) -> Iterator[tuple[Series, int, int]]:
        asked.append((measurement, Span(spans[0], spans[2])))
        return iter(())

    monkeypatch.setattr(compared.reader, "counts", counts)
    assert compared.found()[BEGIN_MS].values > 0
    assert asked == [("lamp", Span(BEGIN_MS, BEGIN_MS + PART_MS))]
