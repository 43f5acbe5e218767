"""What a journal deletes, in which order, and what it records as lost."""

import os
from pathlib import Path

import pytest

from gateway.journal.entries import BatchState
from gateway.model.batch import Clock
from tests.journal.journals import LIMITS, SCHEMA, Now, append, opened, refuse_writes, values


def test_a_full_journal_deletes_stored_batches_first_then_telemetry_then_events_and_records_losses(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now, LIMITS._replace(bytes=60_000))
    append(journal, os.urandom(400).hex(), events=True)
    for _ in range(30):
        append(journal, os.urandom(400).hex())
    journal.mark_stored(journal.epoch, [(1, 20)])
    for _ in range(60):
        append(journal, os.urandom(400).hex())
    assert journal.gaps.all() == []
    for _ in range(100):
        append(journal, os.urandom(400).hex())
    gaps = journal.gaps.all()
    assert gaps
    assert {gap.reason for gap in gaps} == {"the journal was full"}
    lost = sum(gap.readings for gap in gaps)
    waiting = journal.waiting(0, 1000)
    assert lost + len(waiting) == 191 - 20
    assert waiting[0].number.seq == 0, "the event stays"
    assert gaps[0].from_seq == 21
    assert sum(len(entry.body) for entry in waiting) <= 60_000


def test_room_is_made_of_stored_batches_as_long_as_they_suffice(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now, LIMITS._replace(bytes=60_000))
    for n in range(200):
        number = append(journal, os.urandom(400).hex())
        if n < 150:
            journal.mark_stored(journal.epoch, [(number.seq, number.seq)])
    assert journal.gaps.all() == []
    assert len(journal.waiting(0, 1000)) == 50
    bodies = journal.file.value("SELECT sum(length(body)) FROM batches")
    assert journal.retention.bytes == bodies <= 60_000


def test_without_room_the_oldest_batches_go_first(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now, LIMITS._replace(bytes=20_000))
    for n in range(400):
        append(journal, n)
    kept = values(journal)
    assert kept == list(range(400 - len(kept), 400))
    assert 0 < len(kept) < 400
    assert sum(gap.readings for gap in journal.gaps.all()) == 400 - len(kept)
    assert journal.retention.bytes == journal.file.value("SELECT sum(length(body)) FROM batches") <= 20_000


def test_a_batch_that_waited_too_long_becomes_a_gap(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    append(journal)
    now.ms += 3_601_000
    append(journal)
    journal.prune()
    (gap,) = journal.gaps.all()
    assert (gap.from_seq, gap.to_seq, gap.readings, gap.reason) == (0, 0, 1, "waited longer than the journal keeps batches")
    assert journal.backlog().batches == 1


def test_stored_batches_are_kept_for_a_while_and_pruned_in_bulk_with_their_schemas(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    journal.keep_schema(SCHEMA, b"{}")
    for _ in range(600):
        append(journal)
    journal.keep_schema(b"schema.9", b"{}")
    journal.mark_stored(journal.epoch, [(0, 599)])
    now.ms += 59_000
    assert journal.prune() == []
    assert journal.file.value("SELECT count(*) FROM batches") == 600
    now.ms += 2_000
    assert journal.prune() == [SCHEMA]
    assert journal.schemas() == {b"schema.9": b"{}"}
    assert journal.file.value("SELECT count(*) FROM batches") == 0
    assert journal.retention.bytes == 0


def test_unconfirmed_batches_are_not_pruned(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now, LIMITS._replace(keep_stored_s=0.0))
    for n in range(700):
        append(journal, n)
    journal.mark_stored(journal.epoch, [(0, 299)])
    now.ms += 10
    journal.prune()
    assert values(journal) == list(range(300, 700))


def test_a_withdrawn_batch_is_not_settled_the_journal_has_its_only_copy(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now, LIMITS._replace(keep_stored_s=0.0))
    for n in range(700):
        append(journal, n, clock=Clock.UNSYNCED)
    journal.mark_stored(journal.epoch, [(0, 699)])
    journal.file.write_receipts()
    with journal.file.database as database:
        database.execute("UPDATE batches SET state = ? WHERE seq < 10", (BatchState.WITHDRAWN,))
    now.ms += 10
    journal.prune()
    assert journal.file.value("SELECT count(*) FROM batches") == 10


def test_the_only_copy_of_a_withdrawn_batch_is_given_up_last_and_as_a_gap(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    for n in range(3):
        append(journal, n, clock=Clock.UNSYNCED)
    with journal.file.database as database:
        database.execute("UPDATE batches SET state = ? WHERE seq = 0", (BatchState.WITHDRAWN,))
    journal.retention.limits = LIMITS._replace(bytes=1)
    append(journal, 3)
    assert [(gap.from_seq, gap.to_seq) for gap in journal.gaps.all()] == [(1, 3), (0, 0)]


def test_a_batch_that_is_on_disk_is_not_written_again_when_the_journal_can_not_be_made_smaller(
    tmp_path: Path, now: Now, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    journal = opened(tmp_path, now)
    for n in range(3):
        append(journal, n)
    journal.retention.limits = LIMITS._replace(bytes=journal.retention.bytes)
    give_up = journal.retention._give_up

    def on_a_full_disk(condition: str, limit: int, reason: str, now_ms: int) -> None:
        refuse_writes(journal)
        try:
            give_up(condition, limit, reason, now_ms)
        finally:
            refuse_writes(journal, refuse=False)

    monkeypatch.setattr(journal.retention, "_give_up", on_a_full_disk)
    append(journal, 3)
    assert journal.backlog().batches == 4
    assert "can't be made smaller" in caplog.text
    monkeypatch.undo()
    append(journal, 4)
    assert sum(gap.readings for gap in journal.gaps.all()) + journal.backlog().readings == 5


def test_the_size_of_a_journal_is_measured_at_opening_by_its_pages_if_it_is_large(
    tmp_path: Path, now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened(tmp_path, now)
    for _ in range(50):
        append(journal, os.urandom(2000).hex())
    bodies = journal.file.value("SELECT sum(length(body)) FROM batches")
    journal.close()
    assert opened(tmp_path, now).retention.bytes == bodies
    monkeypatch.setattr("gateway.journal.retention._LARGE_BYTES", 1000)
    large = opened(tmp_path, now)
    pages, free, size = (large.file.value(f"PRAGMA {name}") for name in ("page_count", "freelist_count", "page_size"))
    assert bodies < large.retention.bytes == (pages - free) * size
