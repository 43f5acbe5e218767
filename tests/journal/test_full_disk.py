"""A disk that takes nothing: what is here can still be sent, nothing is written twice, and the gateway goes on."""

import asyncio
import contextlib
import logging
import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

from gateway.edge import journal_upkeep
from gateway.journal.entries import JournalLimits
from gateway.journal.journal import Journal
from gateway.model.batch import Clock, Flag, encode_rows
from tests.edge.edges import edge_in
from tests.rows import Row

NOW_MS = 1_795_400_000_000


def opened(folder: Path, limits: JournalLimits) -> Journal:
    return Journal(folder / "journal.sqlite", limits, lambda: NOW_MS)


def fill(journal: Journal, count: int) -> None:
    for _ in range(count):
        rows = encode_rows([Row(0, 0, [os.urandom(250).hex()])])
        journal.append(schema=b"schema.8", t0_ms=NOW_MS, clock=Clock.SYNCED, flags=Flag(0), readings=1, rows=rows)


def test_receipts_on_a_full_disk_are_written_when_there_is_room_again_and_what_waits_can_be_read_meanwhile(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    journal = opened(tmp_path, JournalLimits(1 << 24, 3600.0, 60.0))
    fill(journal, 5)
    journal._database.execute("PRAGMA query_only = ON")
    journal.stored(journal.epoch, [(0, 2)])
    assert [entry.number.seq for entry in journal.waiting(0, 9)][-2:] == [3, 4]
    assert "receipts can't be written" in caplog.text
    journal._database.execute("PRAGMA query_only = OFF")
    assert [entry.number.seq for entry in journal.waiting(0, 9)] == [3, 4]


def test_a_batch_that_is_written_before_the_journal_can_be_made_smaller_is_not_written_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    journal = opened(tmp_path, JournalLimits(1 << 24, 3600.0, 60.0))
    fill(journal, 3)
    journal._limits = JournalLimits(journal._size, 3600.0, 60.0)
    give_up = journal._give_up

    def on_a_full_disk(condition: str, values: tuple[int, ...], reason: str) -> None:
        journal._database.execute("PRAGMA query_only = ON")
        try:
            give_up(condition, values, reason)
        finally:
            journal._database.execute("PRAGMA query_only = OFF")

    monkeypatch.setattr(journal, "_give_up", on_a_full_disk)
    fill(journal, 1)
    assert journal.backlog().batches == 4
    assert "can't be made smaller" in caplog.text
    monkeypatch.undo()
    fill(journal, 1)
    assert sum(gap.readings for gap in journal.gaps()) + journal.backlog().readings == 5


async def test_a_gateway_whose_disk_is_full_when_its_journal_is_pruned_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("gateway.edge.journal_upkeep._LOOK_EVERY_S", 0.01)
    monkeypatch.setattr("gateway.edge.journal_upkeep._PRUNE_EVERY_S", 0.0)
    caplog.set_level(logging.ERROR)
    edge = edge_in(tmp_path)
    edge._journal._limits = JournalLimits(1 << 24, 0.0, 0.0)
    fill(edge._journal, 1)
    edge._journal._database.execute("PRAGMA query_only = ON")
    stop = asyncio.Event()
    looking = asyncio.create_task(journal_upkeep.look_after(edge._journal, edge._uplink, edge._thread, stop))
    while "can't be looked after" not in caplog.text:
        await asyncio.wait((looking,), timeout=0.01)
        assert not looking.done()
    edge._journal._database.execute("PRAGMA query_only = OFF")
    while not edge._journal.gaps():
        await asyncio.wait((looking,), timeout=0.01)
        assert not looking.done()
    stop.set()
    await looking


async def test_a_correction_that_a_full_disk_does_not_take_is_made_when_it_does_and_nothing_is_sent_before(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    edge = edge_in(tmp_path)
    rows = encode_rows([Row(0, 0, [1])])
    edge._journal.append(schema=b"schema.8", t0_ms=NOW_MS, clock=Clock.UNSYNCED, flags=Flag(0), readings=1, rows=rows)
    edge._journal._database.execute("PRAGMA query_only = ON")
    edge._clock._uncorrected_ms = 5000
    await edge._clock.look(edge._uplink)
    assert "nothing is sent until it is" in caplog.text
    assert not edge._uplink._ready()
    edge._journal._database.execute("PRAGMA query_only = OFF")
    await edge._clock.look(edge._uplink)
    assert edge._uplink._ready()
    assert edge._journal._one("SELECT t0_ms FROM batches") == NOW_MS + 5000


@pytest.mark.parametrize("what", ["full", "read-only"])
def test_a_disk_that_is_full_or_read_only_at_a_start_never_costs_a_journal_that_is_good(what: str, tmp_path: Path) -> None:
    """The file is what it was; whoever took it for damaged would leave what waits in it behind."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], check=True)
    try:
        limits = JournalLimits(1 << 24, 1e9, 1e9)
        journal = Journal(folder / "journal.sqlite", limits, lambda: NOW_MS)
        rows = encode_rows([Row(0, 0, [1])])
        for _ in range(20):
            journal.append(schema=b"schema.8", t0_ms=NOW_MS, clock=Clock.SYNCED, flags=Flag(0), readings=1, rows=rows)
        journal.close()
        if what == "full":
            with (folder / "filler").open("wb", buffering=0) as file, contextlib.suppress(OSError):
                while file.write(b"x" * 4096):
                    pass
        else:
            subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
        with contextlib.suppress(OSError, sqlite3.Error):
            Journal(folder / "journal.sqlite", limits, lambda: NOW_MS).close()
        assert list(folder.glob("*.damaged-*")) == []
        if what == "full":
            (folder / "filler").unlink()
        else:
            subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)
        again = Journal(folder / "journal.sqlite", limits, lambda: NOW_MS)
        assert again.backlog().batches == 20
        again.close()
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
