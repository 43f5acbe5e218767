"""The journal's file: versions, damage, receipts that a full disk does not take, and changes by other programs."""

import contextlib
import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

from gateway.host.sqlite import open_durable
from gateway.host.threads import OneThread
from gateway.journal import checks, file
from gateway.journal.entries import BatchState, Gap, JournalEntry
from gateway.journal.file import JournalFile, JournalGone, NewerJournal, is_damage, replay_file
from gateway.journal.gaps import gap_stream
from gateway.journal.journal import Journal
from gateway.journal.lock import JournalInUse
from gateway.model import batch
from gateway.model.batch import Batch, Clock, Flag, encode_rows, unpack
from tests.journal import old_versions
from tests.journal.journals import LIMITS, NOW_MS, SCHEMA, Now, append, opened, recorder_of, refuse_writes, values

EPOCH = b"epoch..1"
COLUMNS = "epoch, seq, state, events, t0_ms, made_ms, readings, schema, body"


def body(seq: int, value: int, *, t0_ms: int = NOW_MS, clock: Clock = Clock.SYNCED, flags: Flag = Flag(0)) -> bytes:  # noqa: B008 — immutable
    rows = encode_rows([(0, 0, [value], None)])
    return batch.encode(epoch=EPOCH, seq=seq, schema=SCHEMA, t0_ms=t0_ms, clock=clock, flags=flags, floor_ms=0, rows=rows)


@pytest.mark.parametrize("version", old_versions.SCRIPTS)
async def test_a_journal_of_an_earlier_version_is_continued(version: int, tmp_path: Path, now: Now, thread: OneThread) -> None:
    with old_versions.create(tmp_path / "journal.sqlite", version) as database:
        for seq, state in enumerate((0, 1, 2, 0)):
            database.execute(
                f"INSERT INTO batches ({COLUMNS}) VALUES (?,?,?,0,?,?,1,?,?)", (EPOCH, seq, state, now.ms, now.ms, SCHEMA, body(seq, seq))
            )
        database.execute("INSERT INTO schemas VALUES (?, ?)", (SCHEMA, b"{}"))
        database.execute("INSERT INTO gaps (at_ms, readings, reason) VALUES (5, 17, 'the journal was full')")
    database.close()
    journal = opened(tmp_path, now)
    assert journal.file.value("PRAGMA user_version") == 7
    assert values(journal) == [0, 3]
    assert journal.gaps.all() == [Gap(5, None, None, None, None, None, 17, "the journal was full")]
    assert journal.schemas() == {SCHEMA: b"{}"}
    assert append(journal, 4).seq == 0
    recorder, _ = recorder_of(journal, thread)
    recorder.register_gaps(gap_stream("gw-1"))
    assert await recorder.flush() == 1, "the gap is reported"
    journal.mark_stored(EPOCH, [(0, 3)])
    assert values(journal) == [4, 17]
    assert journal.replay(0) == 3
    journal.close()
    assert values(opened(tmp_path, now)) == [0, 1, 3, 4, 17]


def test_a_journal_of_version_5_amid_a_withdrawal_continues_it(tmp_path: Path, now: Now) -> None:
    """Version 5 marked a withdrawal by the clock 3. Its corrections had the move, which the column `t0_ms` has as well."""
    withdrawn, moved_ms = Flag.WITHDRAWN, 1_795_000_000_000
    batches = [  # state, clock, flags
        (1, 2, Flag(0)),  # stored
        (0, 3, withdrawn),  # sent as a withdrawal
        (1, 3, withdrawn),  # withdrawn
        (2, 3, withdrawn),  # damaged on disk
        (0, 0, Flag(0)),  # corrected before it was sent
    ]
    with old_versions.create(tmp_path / "journal.sqlite", 5) as database:
        for seq, (state, clock, flags) in enumerate(batches):
            true_ms = moved_ms + seq
            t0_ms = seq if clock else true_ms
            database.execute(
                f"INSERT INTO batches ({COLUMNS}, clock) VALUES (?,?,?,0,?,?,1,?,?,?)",
                (
                    EPOCH,
                    seq,
                    state,
                    true_ms,
                    now.ms,
                    SCHEMA,
                    body(seq, seq, t0_ms=t0_ms, clock=Clock.UNSYNCED if clock else Clock.SYNCED, flags=flags),
                    clock,
                ),
            )
        database.execute("INSERT INTO corrections VALUES (?, ?, 0)", (EPOCH, moved_ms))
        database.execute("INSERT INTO running VALUES (?)", (EPOCH,))
    database.close()
    journal = opened(tmp_path, now)
    states = [row[0] for row in journal.file.database.execute("SELECT state FROM batches ORDER BY id")]
    assert states == [BatchState.STORED, BatchState.WITHDRAWING, BatchState.WITHDRAWN, BatchState.REJECTED, BatchState.WAITING]
    assert journal.corrections.pending
    assert journal.corrections.step() == 1
    assert [(one.seq, one.t0_ms, one.flags) for one in unpacked(journal.waiting(0, 9))] == [(0, 0, withdrawn), (1, 1, withdrawn)]
    journal.mark_stored(EPOCH, [(0, 4)])
    assert journal.corrections.step() == 3
    assert (journal.corrections.step(), journal.corrections.pending) == (3, False)
    assert [(one.seq, one.t0_ms, one.clock, one.flags) for one in unpacked(journal.waiting(0, 9))] == [
        (seq, moved_ms + seq, Clock.SYNCED, 0) for seq in (0, 1, 2)
    ]


def unpacked(entries: list[JournalEntry]) -> list[Batch]:
    return [unpack(entry.body) for entry in entries]


def interrupt() -> None:
    raise ZeroDivisionError


def test_a_migration_that_is_interrupted_leaves_the_version_before(tmp_path: Path, now: Now, monkeypatch: pytest.MonkeyPatch) -> None:
    old_versions.create(tmp_path / "journal.sqlite", 5).close()
    database = open_durable(tmp_path / "journal.sqlite")
    database.create_function("interrupt", 0, interrupt)
    monkeypatch.setitem(file._MIGRATIONS, 5, f"{file._MIGRATIONS[5]}; SELECT interrupt()")
    with pytest.raises(sqlite3.OperationalError, match="user-defined function raised exception"), contextlib.closing(database):
        file._run(database, file._MIGRATIONS[5], 6)
    database = sqlite3.connect(tmp_path / "journal.sqlite")
    assert database.execute("PRAGMA user_version").fetchone()[0] == 5
    assert database.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'batches_waiting'").fetchone()[0] == 1
    database.close()


def test_a_file_whose_creation_is_interrupted_is_created_at_the_next_start(
    tmp_path: Path, now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file, "_SCHEMA", f"{file._SCHEMA}; CREATE TABLE batches (again)")
    with pytest.raises(sqlite3.OperationalError, match="already exists"):
        opened(tmp_path, now)
    assert list(tmp_path.glob("*.damaged-*")) == []
    monkeypatch.undo()
    append(opened(tmp_path, now))


def test_a_journal_of_a_newer_version_is_left_alone(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    append(journal, "newer")
    journal.file.database.execute("PRAGMA user_version = 99")
    journal.close()
    with pytest.raises(NewerJournal, match="install the newer program again"):
        opened(tmp_path, now)
    with pytest.raises(NewerJournal):
        replay_file(tmp_path / "journal.sqlite", 0, None)
    assert not list(tmp_path.glob("*.damaged-*"))


@pytest.mark.parametrize("damage", [b"this is not a database, but it is long enough" * 100, b"SQLite format 3\0" + bytes(5000)])
def test_a_damaged_file_is_set_aside_and_a_new_one_created(damage: bytes, tmp_path: Path, now: Now) -> None:
    (tmp_path / "journal.sqlite").write_bytes(damage)
    journal = opened(tmp_path, now)
    append(journal, "new")
    assert values(journal) == ["new"]
    (aside,) = tmp_path.glob("journal.sqlite.damaged-*")
    assert aside.read_bytes() == damage
    assert journal.gaps.all()[0].reason == f"journal damaged, kept as {aside.name}"


def test_a_file_cut_in_the_middle_is_set_aside(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    for _ in range(400):
        append(journal, os.urandom(300).hex())
    journal.close()
    path = tmp_path / "journal.sqlite"
    os.truncate(path, path.stat().st_size // 2)
    again = opened(tmp_path, now)
    append(again, "new")
    assert values(again) == ["new"]


def damaged_inside(folder: Path, now: Now) -> Path:
    """Return a journal with a page of zeros far behind its first."""
    journal = opened(folder, now)
    for _ in range(400):
        append(journal, os.urandom(300).hex())
    journal.close()
    path = folder / "journal.sqlite"
    with path.open("r+b") as damaged:
        damaged.seek(path.stat().st_size // 4096 // 2 * 4096)
        damaged.write(bytes(4096))
    return path


def test_damage_inside_of_a_file_is_found_at_opening(tmp_path: Path, now: Now) -> None:
    damaged_inside(tmp_path, now)
    assert values(opened(tmp_path, now)) == []
    assert list(tmp_path.glob("journal.sqlite.damaged-*"))


def test_the_check_at_opening_ends_after_its_time_and_limits_no_later_query(
    tmp_path: Path, now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = damaged_inside(tmp_path, now)
    monkeypatch.setattr(checks, "_LIMIT_S", -1.0)
    monkeypatch.setattr(checks, "_STEPS", 1)
    database = file.connect(path)
    count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) SELECT count(*) FROM n"
    assert database.execute(count).fetchone() == (50_000,)
    database.close()


def test_only_corruption_is_damage() -> None:
    for code, damage in (
        (sqlite3.SQLITE_CORRUPT, True),
        (sqlite3.SQLITE_NOTADB, True),
        (sqlite3.SQLITE_FULL, False),
        (sqlite3.SQLITE_IOERR, False),
    ):
        error = sqlite3.DatabaseError()
        error.sqlite_errorcode = code
        assert is_damage(error) is damage
    assert not is_damage(sqlite3.ProgrammingError())


def test_receipts_on_a_full_disk_are_written_when_there_is_room_and_waiting_batches_can_be_read_meanwhile(
    tmp_path: Path, now: Now, caplog: pytest.LogCaptureFixture
) -> None:
    journal = opened(tmp_path, now)
    for n in range(5):
        append(journal, n)
    refuse_writes(journal)
    journal.mark_stored(journal.epoch, [(0, 2)])
    assert values(journal)[-2:] == [3, 4]
    assert "receipts can't be written" in caplog.text
    refuse_writes(journal, refuse=False)
    assert values(journal) == [3, 4]


def test_a_receipt_in_a_transaction_that_fails_is_written_with_the_next_one(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    append(journal)
    journal.mark_stored(journal.epoch, [(0, 0)])
    with pytest.raises(ZeroDivisionError), journal.file.transaction():
        raise ZeroDivisionError
    assert journal.file.value("SELECT state FROM batches") == BatchState.WAITING
    append(journal)
    assert journal.file.value("SELECT state FROM batches ORDER BY id LIMIT 1") == BatchState.STORED


def test_receipts_and_waiting_batches_are_looked_up_by_their_indexes(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    plans = {
        file._CONFIRM: "batches_by_number",
        f"SELECT id FROM batches WHERE {file.UNCONFIRMED} AND id > 5 ORDER BY id LIMIT 3": "batches_unconfirmed",
        f"SELECT count(*) FROM batches WHERE {file.UNCONFIRMED}": "batches_unconfirmed",
    }
    for statement, index in plans.items():
        plan = journal.file.database.execute(f"EXPLAIN QUERY PLAN {statement}", (b"", 0, 0) if "?" in statement else ()).fetchall()
        assert index in plan[0][3], statement


def test_changes_by_another_program_are_noticed_once(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    append(journal)
    journal.mark_stored(journal.epoch, [(0, 0)])
    assert values(journal) == []
    assert not journal.file.changed_elsewhere()
    append(journal)
    assert not journal.file.changed_elsewhere()
    assert replay_file(tmp_path / "journal.sqlite", now.ms, now.ms) == 0
    assert replay_file(tmp_path / "journal.sqlite", now.ms, None) == 1
    assert journal.file.changed_elsewhere()
    assert not journal.file.changed_elsewhere()
    assert journal.backlog().batches == 2


def test_a_withdrawal_that_is_replayed_is_sent_as_a_withdrawal_again(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    append(journal, 1)
    journal.file.database.execute("UPDATE batches SET state = ?", (BatchState.WITHDRAWN,))
    journal.file.database.commit()
    assert journal.replay(0) == 1
    assert journal.file.value("SELECT state FROM batches") == BatchState.WITHDRAWING
    journal.mark_stored(journal.epoch, [(0, 0)])
    journal.file.write_receipts()
    assert journal.file.value("SELECT state FROM batches") == BatchState.WITHDRAWN


def test_a_missing_journal_is_not_created_by_a_replay(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no journal at"):
        replay_file(tmp_path / "none.sqlite", 0, None)
    assert list(tmp_path.iterdir()) == []


def test_opening_creates_the_folder(tmp_path: Path) -> None:
    JournalFile(tmp_path / "a" / "b" / "journal.sqlite", NOW_MS).close()
    assert (tmp_path / "a" / "b" / "journal.sqlite").exists()


@pytest.mark.parametrize("what", ["full", "read-only"])
def test_a_disk_that_is_full_or_read_only_at_a_start_does_not_cost_a_good_journal(what: str, tmp_path: Path, now: Now) -> None:
    """Taking the file for damaged would leave the batches that wait in it behind."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], check=True)
    try:
        journal = opened(folder, now)
        for _ in range(20):
            append(journal)
        journal.close()
        if what == "full":
            with (folder / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
                while filler.write(b"x" * 4096):
                    pass
        else:
            subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        with contextlib.suppress(OSError, sqlite3.Error):
            opened(folder, now).close()
        assert list(folder.glob("*.damaged-*")) == []
        if what == "full":
            (folder / "filler").unlink()
        else:
            subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)
        again = opened(folder, now)
        assert again.backlog().batches == 20
        again.close()
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_journal_in_use_is_refused_and_nothing_of_it_changes(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    append(journal, 1)
    before = list(journal.file.database.iterdump())
    with pytest.raises(JournalInUse, match=rf"journal\.sqlite is in use by process {os.getpid()}: stop that gateway"):
        Journal(tmp_path / "journal.sqlite", LIMITS, now)
    assert list(journal.file.database.iterdump()) == before
    assert not journal.file.changed_elsewhere()
    journal.close()
    assert opened(tmp_path, now).gaps.all() == []


def test_another_path_to_a_journal_in_use_is_refused_too(tmp_path: Path, now: Now) -> None:
    opened(tmp_path, now)
    (tmp_path / "link").mkdir()
    (tmp_path / "link" / "another.sqlite").symlink_to(tmp_path / "journal.sqlite")
    with pytest.raises(JournalInUse):
        Journal(tmp_path / "link" / "another.sqlite", LIMITS, now)


def test_a_journal_that_can_not_be_opened_is_not_in_use(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    journal.file.database.execute("PRAGMA user_version = 99")
    journal.close()
    for _ in range(2):
        with pytest.raises(NewerJournal):
            Journal(tmp_path / "journal.sqlite", LIMITS, now)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_only_the_owner_can_read_a_journal(umask: int, tmp_path: Path, now: Now) -> None:
    before = os.umask(umask)
    try:
        append(opened(tmp_path, now))
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm", "journal.sqlite.lock"), 0o600)


@pytest.mark.parametrize("names", [("",), ("-wal",), ("-shm",), ("", "-wal", "-shm", ".lock")], ids="+".join)
def test_a_file_that_is_deleted_in_use_is_noticed_at_the_next_write(names: tuple[str, ...], tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    append(journal, 1)
    for name in names:
        (tmp_path / f"journal.sqlite{name}").unlink()
    with pytest.raises(JournalGone, match="was deleted or replaced while in use"):
        append(journal, 2)
    with pytest.raises(JournalGone):
        journal.file.changed_elsewhere()
    assert is_damage(JournalGone())


def test_a_disk_that_does_not_say_whether_the_file_is_there_costs_no_journal(
    tmp_path: Path, now: Now, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened(tmp_path, now)

    def fail(_: Path) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "stat", fail)
        with pytest.raises(sqlite3.OperationalError, match="Input/output error") as raised:
            append(journal)
    assert not journal.renew(raised.value)
    append(journal)


def crafted(folder: Path, now: Now, script: str) -> Path:
    """Return a journal with three batches that a script has changed."""
    journal = opened(folder, now)
    for n in range(3):
        append(journal, n)
    journal.close()
    path = folder / "journal.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.executescript(script)
    return path


@pytest.mark.parametrize(
    "script",
    [
        "UPDATE batches SET id = 9223372036854775807 WHERE seq = 2",
        "UPDATE batches SET id = -5 WHERE seq = 0",
        "UPDATE batches SET seq = 9223372036854775807 WHERE seq = 2",
        "PRAGMA user_version = 0",
        "PRAGMA user_version = -1",
        "PRAGMA user_version = 3",
        "DROP TABLE corrections",
        "DROP TABLE batches",
        "DROP INDEX batches_by_number",
        "ALTER TABLE batches DROP COLUMN reason",
        "CREATE TRIGGER t AFTER INSERT ON batches BEGIN DELETE FROM batches; END",
        "CREATE VIEW v AS SELECT 1",
        "DROP TABLE running; CREATE VIEW running AS SELECT 1 AS epoch",
        "UPDATE batches SET epoch = 'text' WHERE seq = 1",
        "UPDATE batches SET body = 5 WHERE seq = 1",
        "UPDATE batches SET t0_ms = 'now' WHERE seq = 1",
        "UPDATE batches SET made_ms = 9223372036854775807 WHERE seq = 1",
        "UPDATE batches SET state = 17 WHERE seq = 1",
        "UPDATE batches SET readings = 1e300 WHERE seq = 1",
        "UPDATE batches SET schema = x'00' WHERE seq = 1",
        "INSERT INTO running (epoch) VALUES (5)",
        "INSERT INTO running (epoch) VALUES (x'')",
        "INSERT INTO corrections VALUES (x'0000000000000000', 9, 1)",
        "INSERT INTO schemas VALUES (x'0000000000000000', 5)",
        "INSERT INTO gaps (at_ms, readings, reason) VALUES (0, -1, 'x')",
        "INSERT INTO gaps (at_ms, readings, reason) VALUES (0, 1, x'ff')",
        "INSERT INTO gaps (at_ms, readings, reason, from_ms) VALUES (0, 1, 'x', 9223372036854775807)",
        "INSERT INTO gaps (id, at_ms, readings, reason) VALUES (9223372036854775807, 0, 1, 'x')",
    ],
)
def test_a_crafted_journal_is_set_aside_like_a_damaged_one(script: str, tmp_path: Path, now: Now) -> None:
    crafted(tmp_path, now, script)
    journal = opened(tmp_path, now)
    append(journal, "new")
    assert values(journal) == ["new"]
    (aside,) = (path for path in tmp_path.glob("*.damaged-*") if not path.name.endswith(("-wal", "-shm")))
    assert [gap.reason for gap in journal.gaps.all()] == [f"journal damaged, kept as {aside.name}"]


def test_a_journal_that_no_one_changed_is_not_set_aside(tmp_path: Path, now: Now) -> None:
    crafted(tmp_path, now, "ANALYZE")
    assert values(opened(tmp_path, now)) == [0, 1, 2]


def test_a_journal_knows_the_epochs_of_its_batches_and_gaps(tmp_path: Path, now: Now) -> None:
    journal = opened(tmp_path, now)
    assert not journal.file.knows(journal.epoch)
    append(journal)
    assert journal.file.knows(journal.epoch)
    journal.gaps.record(Gap(0, EPOCH, None, None, None, None, 0, "x"))
    assert journal.file.knows(EPOCH)
    assert not journal.file.knows(b"another.")
