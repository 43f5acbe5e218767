"""Maintenance of the journal: pruning, replays by another program, damaged and full disks."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from gateway.edge import journal_upkeep
from gateway.edge.gateway import EdgeGateway
from gateway.edge.journal_upkeep import maintain_journal
from gateway.journal.entries import JournalLimits
from gateway.journal.file import replay_file
from tests.edge.edges import edge_in
from tests.journal.journals import append, refuse_writes

DAMAGED = sqlite3.DatabaseError("database disk image is malformed")


@pytest.fixture
def edge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EdgeGateway:
    monkeypatch.setattr(journal_upkeep, "_CHECK_EVERY_S", 0.01)
    monkeypatch.setattr(journal_upkeep, "_PRUNE_EVERY_S", 0.0)
    return edge_in(tmp_path)


def maintenance(edge: EdgeGateway, stop: asyncio.Event, trusted: Callable[[], bool] = lambda: True) -> "asyncio.Task[None]":
    return asyncio.create_task(maintain_journal(edge._journal, edge._uplink, edge._thread, stop, trusted, edge._reporter.report_memory))


@pytest.fixture
async def stop() -> AsyncIterator[asyncio.Event]:
    async with asyncio.timeout(10):
        yield asyncio.Event()


async def test_a_damaged_journal_is_renewed_and_schemas_without_batches_are_cleared(
    edge: EdgeGateway, stop: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed, cleared = list[Exception](), list[bytes]()

    def damaged_at_first() -> bool:
        if not renewed:
            raise DAMAGED
        return False

    def clear(document_hash: bytes) -> None:
        cleared.append(document_hash)
        stop.set()

    monkeypatch.setattr(edge._journal.file, "changed_elsewhere", damaged_at_first)
    monkeypatch.setattr(edge._journal, "renew", renewed.append)
    monkeypatch.setattr(edge._journal, "prune", lambda: [b"schema.8"])
    monkeypatch.setattr(edge._uplink.session, "clear_schema", clear)
    await maintenance(edge, stop)
    assert (renewed[0], cleared[0]) == (DAMAGED, b"schema.8")


async def test_batches_that_another_program_lets_wait_again_are_looked_for(
    edge: EdgeGateway, stop: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    append(edge._journal)
    edge._journal.mark_stored(edge._journal.epoch, [(0, 0)])
    edge._journal.file.write_receipts()
    rewound, looks, look = asyncio.Event(), list[bool](), edge._journal.file.changed_elsewhere

    def look_at_it() -> bool:
        if len(looks) == 2:
            assert replay_file(edge._journal.file.path, 0, None) == 1
        assert not rewound.is_set() or len(looks) > 2, "nothing was changed yet"
        looks.append(look())
        return looks[-1]

    monkeypatch.setattr(edge._journal.file, "changed_elsewhere", look_at_it)
    monkeypatch.setattr(edge._uplink.session.sender, "rewind", rewound.set)
    running = maintenance(edge, stop)
    await rewound.wait()
    stop.set()
    await running
    assert looks[:3] == [False, False, True]


async def test_a_full_disk_delays_pruning_and_ends_nothing(
    edge: EdgeGateway, stop: asyncio.Event, caplog: pytest.LogCaptureFixture
) -> None:
    edge._journal.retention.limits = JournalLimits(1 << 24, 0.0, 0.0)
    append(edge._journal, t0_ms=1)
    with edge._journal.file.database as database:
        database.execute("UPDATE batches SET made_ms = 1")
    refuse_writes(edge._journal)
    running = maintenance(edge, stop)
    while "journal maintenance failed" not in caplog.text:
        await asyncio.wait((running,), timeout=0.01)
        assert not running.done()
    refuse_writes(edge._journal, refuse=False)
    while not edge._journal.gaps.all():
        await asyncio.wait((running,), timeout=0.01)
        assert not running.done()
    stop.set()
    await running


async def test_nothing_is_too_old_by_a_clock_that_can_not_be_trusted(
    edge: EdgeGateway, stop: asyncio.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, pruned = list[int](), list[int]()

    def trusted() -> bool:
        asked.append(1)
        return len(asked) > 3

    def prune() -> list[bytes]:
        pruned.append(len(asked))
        stop.set()
        return []

    monkeypatch.setattr(edge._journal, "prune", prune)
    await maintenance(edge, stop, trusted)
    assert pruned == [4]
