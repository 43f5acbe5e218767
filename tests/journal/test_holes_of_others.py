"""Where other gateways lose data, by what was seen of them on this machine or in their sources; each is a test that ours passes."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.host.threads import OneThread
from gateway.journal.entries import JournalLimits
from gateway.journal.journal import Journal
from gateway.journal.recorder import Recorder
from gateway.model.batch import Clock, Flag, encode_rows, rows_of, unpack
from tests.rows import Row

LIMITS = JournalLimits(1 << 24, 3600.0, 60.0)
NOW_MS = 1_795_400_000_000


def opened(folder: Path, limits: JournalLimits = LIMITS, now_ms: int = NOW_MS) -> Journal:
    return Journal(folder / "journal.sqlite", limits, lambda: now_ms)


def fill(journal: Journal, count: int, schema: bytes = b"schema.8") -> None:
    for number in range(count):
        rows = encode_rows([Row(0, 0, [number])])
        journal.append(schema=schema, t0_ms=journal.now_ms(), clock=Clock.SYNCED, flags=Flag(0), readings=1, rows=rows)


def left(journal: Journal) -> list[object]:
    return [rows_of(unpack(entry.body))[0].values[0] for entry in journal.waiting(0, 10_000)]


# Telegraf


def test_a_receipt_with_a_hole_in_it_leaves_exactly_what_it_does_not_name(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    fill(journal, 8)
    journal.stored(journal.epoch, [(0, 1), (3, 3)])
    assert left(journal) == [2, 4, 5, 6, 7]


@pytest.mark.parametrize("damage", ["one byte short", "zeros at the end"])
def test_a_journal_with_a_torn_or_zeroed_tail_opens_and_goes_on(damage: str, tmp_path: Path) -> None:
    script = (
        "import os, sys; sys.path.insert(0, '.'); from tests.journal.test_holes_of_others import *\n"
        f"fill(opened(Path({str(tmp_path)!r})), 50); os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=False, cwd=Path(__file__).parents[2])
    wal = tmp_path / "journal.sqlite-wal"
    size = wal.stat().st_size
    with wal.open("r+b") as file:
        if damage == "one byte short":
            file.truncate(size - 1)
        else:
            file.seek(-100, 2)
            file.write(bytes(100))
    journal = opened(tmp_path)
    assert left(journal) == list(range(49))
    fill(journal, 1)
    assert left(journal) == [*range(49), 0]
    assert "was killed" in journal.gaps()[0].reason


async def test_a_full_disk_drops_nothing_and_what_comes_after_it_can_be_read(tmp_path: Path) -> None:
    journal, thread = opened(tmp_path), OneThread("journal")
    journal._database.execute(f"PRAGMA max_page_count = {journal._one('PRAGMA page_count') + 4}")
    recorder = Recorder(journal, thread, b"schema.8", lambda: Clock.SYNCED)
    for number in range(200):
        recorder.record(0, [(0, NOW_MS + number, [f"{number:0500}"], {})])
        await recorder.flush()
    assert recorder.dropped == 0
    assert journal.backlog().readings < 200
    journal._database.execute("PRAGMA max_page_count = 1000000")
    await recorder.flush()
    await thread.run(journal.close)
    again = opened(tmp_path)
    assert again.backlog().readings == 200
    assert not list(tmp_path.glob("*.damaged-*"))
    thread.close()


def test_editing_the_configuration_leaves_the_backlog_where_it_was_with_the_names_that_it_was_made_with(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    journal.keep_schema(b"before.8", b"{}")
    fill(journal, 3, b"before.8")
    journal.close()
    edited = opened(tmp_path, LIMITS._replace(bytes=1 << 25))
    edited.keep_schema(b"after..8", b"[]")
    fill(edited, 1, b"after..8")
    assert left(edited) == [0, 1, 2, 0]
    assert edited.schemas() == {b"before.8": b"{}", b"after..8": b"[]"}


def test_what_waited_when_the_gateway_stopped_waits_when_it_starts(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    fill(journal, 5)
    journal.stored(journal.epoch, [(0, 1)])
    journal.close()
    assert left(opened(tmp_path)) == [2, 3, 4]


def test_one_batch_that_is_refused_costs_no_other(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    fill(journal, 4)
    journal.rejected(journal.waiting(0, 9)[1].number, "no such field")
    assert left(journal) == [0, 2, 3]


# ThingsBoard's gateway


def test_nothing_is_deleted_before_its_receipt_however_often_the_journal_is_pruned(tmp_path: Path) -> None:
    journal = opened(tmp_path, LIMITS._replace(keep_stored_s=0.0))
    fill(journal, 700)
    journal.stored(journal.epoch, [(0, 299)])
    journal.now_ms = lambda: NOW_MS + 10
    journal.prune()
    assert left(journal) == list(range(300, 700))


def test_a_restart_in_the_middle_skips_no_batch(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    fill(journal, 10)
    journal.stored(journal.epoch, [(0, 4)])
    first = journal.waiting(0, 1)[0].id
    journal.close()
    again = opened(tmp_path)
    assert again.waiting(0, 1)[0].id == first
    assert left(again) == [5, 6, 7, 8, 9]


def test_a_batch_that_did_not_reach_the_disk_is_said_not_to_have(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    journal._database.execute(f"PRAGMA max_page_count = {journal._one('PRAGMA page_count')}")
    kept = 0
    with pytest.raises(sqlite3.OperationalError, match="full"):  # noqa: PT012 — it counts how far it came
        while True:
            fill(journal, 1)
            kept += 1
    assert journal.backlog().batches == kept < 200


async def test_what_memory_holds_while_the_disk_is_full_is_counted_and_nothing_is_said_to_be_kept(tmp_path: Path) -> None:
    journal, thread = opened(tmp_path), OneThread("journal")
    journal._database.execute(f"PRAGMA max_page_count = {journal._one('PRAGMA page_count')}")
    recorder = Recorder(journal, thread, b"schema.8", lambda: Clock.SYNCED)
    recorder.record(0, [(0, NOW_MS + number, [os.urandom(300).hex()], {}) for number in range(300)])
    assert await recorder.flush() == 0
    assert (recorder.recorded, recorder.dropped, journal.backlog().readings) == (300, 0, 0)
    thread.close()


def test_what_was_stored_is_forgotten_when_it_is_old_enough_and_not_before(tmp_path: Path) -> None:
    journal = opened(tmp_path)
    fill(journal, 600)
    journal.stored(journal.epoch, [(0, 599)])
    for later_ms, kept in ((59_000, 600), (61_000, 0)):
        journal.now_ms = lambda ms=later_ms: NOW_MS + ms  # type: ignore[misc]
        journal.prune()
        assert journal._one("SELECT count(*) FROM batches") == kept


def test_when_there_is_no_room_the_oldest_goes_first_and_is_written_down(tmp_path: Path) -> None:
    journal = opened(tmp_path, LIMITS._replace(bytes=20_000))
    fill(journal, 400)
    kept = left(journal)
    assert kept == list(range(400 - len(kept), 400))
    assert 0 < len(kept) < 400
    assert sum(gap.readings for gap in journal.gaps()) == 400 - len(kept)
