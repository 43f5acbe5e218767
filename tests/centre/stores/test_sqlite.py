"""The embedded history; what it shares with other stores is in the contract suites."""

import sqlite3
from itertools import pairwise
from pathlib import Path

import pytest

from gateway.centre.stores.port import SelectedPoint, Span, StoreUnavailable
from gateway.centre.stores.sqlite import HistoryReader, HistoryStore
from tests.centre.readings import ROWS, T, stored, write
from tests.rows import Row


def test_single_rows_can_be_deleted(tmp_path: Path) -> None:
    store = HistoryStore(tmp_path / "h.sqlite")
    write(store, *ROWS)
    store.remove(stored(ROWS[0], Row(0, 77, [1, 1])))
    store.close()
    reader = HistoryReader(tmp_path / "h.sqlite")
    assert [t_ms for _, t_ms, *_ in [*reader.rows("lighting_meter"), *reader.rows("lamp")]] == [T + 10_000, T + 5, T + 5, T + 5]
    reader.close()


def test_many_values_are_stored_in_few_statements(tmp_path: Path) -> None:
    """After each the thread waits for the interpreter's lock, as long as others in the process want it."""
    store, statements = HistoryStore(tmp_path / "h.sqlite"), list[str]()
    write(store, Row(0, 0, [2000, 0]))
    store._database.set_trace_callback(statements.append)
    write(store, *(Row(0, 1000 * n, [2000 + n, n]) for n in range(1, 1000)))
    store.close()
    assert sum("samples" in one for one in statements) == 7
    reader = HistoryReader(tmp_path / "h.sqlite")
    points = {(t_ms, field): value for _, t_ms, field, value in reader.rows("lighting_meter")}
    assert points == {
        (T + 1000 * n, field): value for n in range(1000) for field, value in (("voltage_l1", 200 + n / 10), ("active_energy", 100.0 * n))
    }
    reader.close()


def test_a_batch_that_sqlite_can_not_hold_is_refused_and_the_others_are_stored(tmp_path: Path) -> None:
    store = HistoryStore(tmp_path / "h.sqlite")
    huge = stored(ROWS[0])[0]._replace(values=[2**70, 1])
    refused = store.write([stored(ROWS[1]), [huge], stored(ROWS[2])])
    assert [(one.part, one.line) for one in refused] == [(1, None)]
    store.close()
    reader = HistoryReader(tmp_path / "h.sqlite")
    assert len([*reader.rows("lamp"), *reader.rows("lighting_meter")]) == 4
    reader.close()


def test_a_history_that_does_not_exist_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        HistoryReader(tmp_path / "nothing.sqlite")


DAY_S, DAY_MS = 86_400.0, 86_400_000


def times(path: Path) -> list[int]:
    reader = HistoryReader(path)
    found = [t_ms for _, t_ms, *_ in reader.rows("lighting_meter")]
    reader.close()
    return found


def test_expired_values_are_pruned_in_bounded_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.centre.stores.sqlite._PRUNED_AT_ONCE", 10)
    store = HistoryStore(tmp_path / "h.sqlite", keep_s=DAY_S)
    write(store, *(Row(0, 1000 * n, [2000 + n, n]) for n in range(20)))
    now_ms = T + DAY_MS + 15_000  # 34 values are expired: 15 rows of two, and the batch's own of four
    left = [40]
    while store.prune(now_ms):
        left.append(len(times(tmp_path / "h.sqlite")))
    assert len(left) == 4
    assert all(0 < before - after <= 10 for before, after in pairwise(left))
    assert times(tmp_path / "h.sqlite") == [T + 1000 * n for n in range(15, 20) for _ in range(2)]
    assert not store.prune(now_ms)
    write(store, Row(0, 90_000, [1, 1]))
    assert times(tmp_path / "h.sqlite")[-1] == T + 90_000
    store.close()


def test_without_retention_nothing_is_pruned(tmp_path: Path) -> None:
    store = HistoryStore(tmp_path / "h.sqlite")
    write(store, *ROWS)
    assert not store.prune(T + 10_000 * DAY_MS)
    store.close()
    assert len(times(tmp_path / "h.sqlite")) == 3


def test_a_history_that_is_locked_can_be_pruned_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.host.sqlite.BUSY_TIMEOUT_S", 0.0)
    store = HistoryStore(tmp_path / "h.sqlite", keep_s=DAY_S)
    write(store, *ROWS)
    other = sqlite3.connect(tmp_path / "h.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        store.prune(T + 2 * DAY_MS)
    other.execute("ROLLBACK")
    other.close()
    store.prune(T + 2 * DAY_MS)
    store.close()
    assert times(tmp_path / "h.sqlite") == []


def test_a_time_that_sqlite_can_not_hold_is_a_store_that_can_not_be_read(tmp_path: Path) -> None:
    store = HistoryStore(tmp_path / "h.sqlite")
    write(store, *ROWS)
    reader = HistoryReader(tmp_path / "h.sqlite")
    with pytest.raises(StoreUnavailable):
        list(reader.select("lamp", ["dim_level"], {}, Span(0, 2**70)))
    reader.close()
    store.close()


def test_a_file_that_is_not_a_history_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "h.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(StoreUnavailable, match="not a database"):
        HistoryStore(tmp_path / "h.sqlite")
    with pytest.raises(StoreUnavailable, match="not a database"):
        HistoryReader(tmp_path / "h.sqlite")


def test_a_history_written_by_an_earlier_version_is_read(tmp_path: Path) -> None:
    """The tables as they have been since the first version."""
    database = sqlite3.connect(tmp_path / "h.sqlite")
    database.executescript(
        """
        CREATE TABLE series (id INTEGER PRIMARY KEY, measurement TEXT NOT NULL, asset TEXT NOT NULL, device TEXT NOT NULL, field TEXT NOT NULL,
            operator TEXT NOT NULL, tags TEXT NOT NULL, type TEXT NOT NULL, unit TEXT, UNIQUE (measurement, field, tags));
        CREATE INDEX series_by_asset ON series (asset, measurement, field);
        CREATE TABLE samples (series INTEGER NOT NULL, t_ms INTEGER NOT NULL, value, PRIMARY KEY (series, t_ms)) WITHOUT ROWID;
        INSERT INTO series VALUES (7, 'lamp', 'pl-1', 'dali-1', 'lamp_failure', 'citelum',
            '{"asset":"pl-1","circuit":"A 1,2=x","device":"dali-1","gateway":"gw-0042","operator":"citelum","profile":"intesis_ibmbsdal"}', 'bool', NULL);
        INSERT INTO samples VALUES (7, 1000, 1);
        """
    )
    database.close()
    store = HistoryStore(tmp_path / "h.sqlite")
    write(store, ROWS[1])
    store.close()
    reader = HistoryReader(tmp_path / "h.sqlite")
    (found,) = reader.select("lamp", ["lamp_failure"], {"asset": "pl-1"}, Span(0, T + 60_000))
    assert found.points == [SelectedPoint(1000, (True,)), SelectedPoint(T + 5, (True,))]
    reader.close()
