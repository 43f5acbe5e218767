"""A store that remembers what it confirmed."""

from collections.abc import Sequence

import pytest

from gateway.centre.ingest.own_rows import uplink_row
from gateway.centre.self_audit.counting_store import CountingStore
from gateway.centre.self_audit.parts import Confirmed
from gateway.centre.stores.influx.writer import InfluxStore
from gateway.centre.stores.port import RefusedRow, StoreUnavailable
from gateway.model.batch import Clock
from gateway.model.site.store import InfluxSettings
from gateway.model.stream import hash_of
from tests.centre.readings import ME, ROWS, SCHEMA, T, batch, known, read
from tests.rows import Row

PART_MS = 600_000
BEGIN_MS = T // PART_MS * PART_MS


class Written(InfluxStore):
    """A store that answers as the test says."""

    def __init__(self) -> None:
        super().__init__(InfluxSettings(url="http://127.0.0.1:1"))
        self.refused: list[RefusedRow] = []
        self.away = False

    def write(self, parts: Sequence[str]) -> list[RefusedRow]:
        if self.away:
            raise StoreUnavailable("away")
        assert all(isinstance(line, str) for part in parts for line in part)
        return self.refused


def written(store: CountingStore[str], *rows: Row, seq: int = 0, clock: Clock = Clock.SYNCED) -> list[Confirmed]:
    """Write one batch; return what is confirmed."""
    made = batch(*rows, seq=seq)
    made = type(made)(made.version, made.epoch, made.seq, made.schema, made.t0_ms, clock, made.flags, made.floor_ms, made.rows)
    prepared, _ = store.prepare(made, read(*rows), DOCUMENT, uplink_row(ME, made, len(rows), T))
    store.write([prepared])
    found = list(store.confirmed)
    store.confirmed.clear()
    return found


DOCUMENT = known()


def test_a_stored_batch_is_confirmed_with_its_values() -> None:
    store = CountingStore(Written(), PART_MS)
    meter, lamp = 0, 3  # complete rows; the fields of incomplete rows follow
    assert written(store, *ROWS, seq=3) == [
        Confirmed(ME, uplink_row(ME, batch(seq=3), 3, T).t_ms, hash_of(SCHEMA.document()), 7, {BEGIN_MS: [meter, lamp, meter + 1]})
    ]
    assert store.documents[ME, hash_of(SCHEMA.document())] is DOCUMENT


def test_values_are_counted_in_the_part_of_their_time() -> None:
    store = CountingStore(Written(), PART_MS)
    (one,) = written(store, Row(0, 0, [1, 2]), Row(0, PART_MS, [1, 2]), Row(0, 1, [1, 2]))
    assert one.cells == {BEGIN_MS: [0, 0], BEGIN_MS + PART_MS: [0]}


def test_what_is_not_stored_or_may_be_withdrawn_is_not_confirmed() -> None:
    inner = Written()
    store = CountingStore(inner, PART_MS)
    assert written(store, Row(0, 0, ["no number", 2])) == []
    assert written(store, *ROWS, clock=Clock.UNSYNCED) == []
    assert store.heard == {ME}
    inner.refused = [RefusedRow(0, "a line", "why")]
    assert written(store, *ROWS) == []
    inner.away = True
    with pytest.raises(StoreUnavailable):
        written(store, *ROWS)
    assert not store.confirmed


def test_the_centre_s_own_rows_pass() -> None:
    store = CountingStore(Written(), PART_MS)
    assert store.write([store.prepare_row(uplink_row(ME, batch(), 1, T))]) == []
    assert not store.confirmed
    assert store.prune(T) is False
    store.close()


def test_a_document_with_too_many_fields_is_not_counted_but_its_batches_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.centre.self_audit.counting_store.CELLS_A_PART", 5)
    (one,) = written(CountingStore(Written(), PART_MS), *ROWS)
    assert one.cells == {}
