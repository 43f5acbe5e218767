"""Faults of upgrades: a gateway upgraded with a backlog in its journal, and ingests of two versions at once."""

import asyncio
import sqlite3

from tests.faults.rig import Rig

_BACK = {
    6: """
    UPDATE batches SET clock = 3, state = state - 3 WHERE state IN (3, 4);
    DROP INDEX batches_unconfirmed;
    CREATE INDEX batches_waiting ON batches (id) WHERE state = 0;
    ALTER TABLE gaps RENAME COLUMN reported TO told;
    ALTER TABLE corrections ADD COLUMN move_ms INTEGER NOT NULL DEFAULT 0
    """,
    5: "DROP TABLE corrections",
    4: "ALTER TABLE batches DROP COLUMN clock",
    3: "DROP TABLE running",
    2: "ALTER TABLE gaps DROP COLUMN told",
}
"""What turns a journal of each version into one of the version before."""


async def upgrade(rig: Rig, trials: int) -> None:
    """The broker is down, the journal fills, and the gateway stops; its journal is made that of an older version, on which the newer one starts."""
    for _ in range(trials):
        rig.broker.kill_9()
        await rig.pause(1.0, 2.5)
        await asyncio.to_thread(rig.edge.stop, 60)
        _make_older(rig, rig.chance.randrange(1, 6))
        await asyncio.to_thread(rig.start_edge)
        await rig.pause(0, 1.0)
        await asyncio.to_thread(rig.start_broker)
        await rig.pause(1.0, 2.0)


def _make_older(rig: Rig, version: int) -> None:
    database = sqlite3.connect(rig.journal)
    waiting = database.execute("SELECT count(*) FROM batches WHERE state = 0").fetchone()[0]
    assert waiting, "the journal has no backlog"
    # On a busy machine the gateway may be stopped before it has migrated what the trial before left behind.
    written = database.execute("PRAGMA user_version").fetchone()[0]
    for newer in range(written, version, -1):
        database.executescript(f"{_BACK[newer]}; PRAGMA user_version = {newer - 1}")
    database.close()


async def two_versions(rig: Rig, trials: int) -> None:
    """Two ingests of two versions share the work; in turn each is stopped cleanly and started as the other version."""
    for number in range(trials):
        await asyncio.to_thread(rig.start_second_ingest, "older" if number % 2 else "newer")
        await rig.pause(0.5, 1.5)
        await asyncio.to_thread(rig.ingest.stop)
        await rig.pause(0.0, 0.5)
        await asyncio.to_thread(rig.start_ingest, "newer" if number % 2 else "older")
        await rig.pause(0.5, 1.5)
        await asyncio.to_thread(rig.second_ingest.stop)
