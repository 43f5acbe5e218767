"""Read-only views of a journal, as the commands and the audit use them."""

from pathlib import Path

import pytest

from gateway.journal import inspect
from gateway.journal.entries import BatchState, Gap
from gateway.journal.journal import Journal
from gateway.model.batch import Clock
from gateway.model.stream import Schema, hash_of
from tests.journal.journals import NOW_MS, TELEMETRY, Now, append, opened

DOCUMENT = Schema((TELEMETRY,)).document()
SCHEMA = hash_of(DOCUMENT)


@pytest.fixture
def journal(tmp_path: Path, now: Now) -> Journal:
    """A journal with a batch in each state, a second apart, and a gap."""
    made = opened(tmp_path, now)
    made.keep_schema(SCHEMA, DOCUMENT)
    for state in BatchState:
        append(made, 10 * state, schema=SCHEMA, clock=Clock.UNSYNCED, t0_ms=NOW_MS + 1000 * state)
    with made.file.transaction() as database:
        database.execute("UPDATE batches SET state = seq, reason = CASE seq WHEN 2 THEN 'no such field' END")
    made.gaps.record(Gap(NOW_MS, None, None, None, NOW_MS - 9000, NOW_MS - 8000, 17, "the journal was full"))
    return made


def path(journal: Journal) -> Path:
    return journal.file.path


def test_the_condition_of_a_journal_is_found_at_once(journal: Journal) -> None:
    found = inspect.overview(path(journal), NOW_MS)
    assert found == (None, NOW_MS, 2, NOW_MS, 1, "the journal was full")
    assert inspect.overview(path(journal), NOW_MS + 1)[-2:] == (0, ""), "no gap is so new"


def test_a_journal_that_is_damaged_is_a_finding_and_one_that_is_missing_an_error(tmp_path: Path) -> None:
    (tmp_path / "noise.sqlite").write_bytes(b"noise" * 1000)
    assert inspect.overview(tmp_path / "noise.sqlite", 0).flaw == "file is not a database"
    with pytest.raises(FileNotFoundError):
        inspect.overview(tmp_path / "none.sqlite", 0)


def test_batches_are_counted_by_state_and_withdrawals_wait(journal: Journal) -> None:
    found = inspect.stats(path(journal))
    assert [(one.batches, one.readings) for one in (found.waiting, found.stored, found.rejected)] == [(3, 3), (1, 1), (1, 1)]
    assert (found.waiting.oldest_ms, found.waiting.newest_ms) == (NOW_MS, NOW_MS + 4000)
    assert (found.gaps, found.lost_readings, found.epochs) == (1, 17, 1)
    assert found.bytes_a_reading == round(journal.retention.bytes / 5, 2)


def test_batch_numbers_are_listed_by_epoch_and_state(journal: Journal, tmp_path: Path, now: Now) -> None:
    journal.close()
    second = opened(tmp_path, now)
    append(second, t0_ms=NOW_MS + 9000)
    first, last = inspect.epochs(path(second))
    assert (first.epoch, first.stored, first.waiting, first.rejected) == (journal.epoch, {1}, {0, 3, 4}, {2: "no such field"})
    assert first.known == {0, 1, 2, 3, 4}
    assert (last.epoch, last.waiting) == (second.epoch, {0})
    assert [one.epoch for one in inspect.epochs(path(second), NOW_MS + 5000)] == [second.epoch]


def test_readings_are_exported_with_names_units_and_the_state_of_their_batch(journal: Journal) -> None:
    found = list(inspect.readings(path(journal), NOW_MS + 1000))
    assert [(one.t_ms - NOW_MS, one.values, one.state) for one in found] == [
        (1000, {"dim_level": 10}, "stored"),
        (2000, {"dim_level": 20}, "rejected"),
        (3000, {"dim_level": 30}, "waiting"),
        (4000, {"dim_level": 40}, "waiting"),
    ]
    assert found[0].asset == "pl-1"
    assert [one.state for one in inspect.rows(path(journal))] == list(BatchState)


def test_gaps_are_listed_since_a_time(journal: Journal) -> None:
    assert [gap.readings for gap in inspect.gaps(path(journal), NOW_MS)] == [17]
    assert inspect.gaps(path(journal), NOW_MS + 1) == []


def test_flaws_are_named(journal: Journal) -> None:
    assert list(inspect.flaws(path(journal))) == []
    with journal.file.transaction() as database:
        database.execute("UPDATE batches SET body = x'00' WHERE seq = 1")
        database.execute("UPDATE batches SET schema = x'11' WHERE seq = 2")
        database.execute("UPDATE batches SET readings = 7 WHERE seq = 3")
    epoch = journal.epoch.hex()
    unreadable, *others = inspect.flaws(path(journal))
    assert unreadable.startswith(f"batch {epoch}/1: not a batch")
    assert others == [
        f"batch {epoch}/2: its schema 11 is not in the journal",
        f"batch {epoch}/3: its contents are those of {epoch}/3 with 1 readings",
    ]


def test_a_missing_journal_is_not_created(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no journal at"):
        inspect.stats(tmp_path / "none.sqlite")
    assert list(tmp_path.iterdir()) == []
