"""The tables of journals as earlier versions created them."""

import sqlite3
from pathlib import Path

_BATCHES = (
    "epoch BLOB NOT NULL, seq INTEGER NOT NULL, state INTEGER NOT NULL, events INTEGER NOT NULL,"
    "t0_ms INTEGER NOT NULL, made_ms INTEGER NOT NULL, readings INTEGER NOT NULL, schema BLOB NOT NULL, body BLOB NOT NULL, reason TEXT"
)
_GAPS = (
    "id INTEGER PRIMARY KEY AUTOINCREMENT,"
    "at_ms INTEGER NOT NULL, epoch BLOB, from_seq INTEGER, to_seq INTEGER, from_ms INTEGER, to_ms INTEGER,"
    "readings INTEGER NOT NULL, reason TEXT NOT NULL"
)
_INDEXES = (
    "CREATE UNIQUE INDEX batches_by_number ON batches (epoch, seq);"
    "CREATE INDEX batches_waiting ON batches (id) WHERE state = 0;"
    "CREATE TABLE schemas (hash BLOB PRIMARY KEY, document BLOB NOT NULL) WITHOUT ROWID;"
)
_CLOCK, _TOLD = "clock INTEGER NOT NULL DEFAULT 0", "told INTEGER NOT NULL DEFAULT 0"
_REPORTED = "reported INTEGER NOT NULL DEFAULT 0"
_RUNNING = "CREATE TABLE running (epoch BLOB NOT NULL);"
_CORRECTIONS = "CREATE TABLE corrections (epoch BLOB PRIMARY KEY, move_ms INTEGER NOT NULL, clock INTEGER NOT NULL) WITHOUT ROWID;"

_AUTO = "id INTEGER PRIMARY KEY AUTOINCREMENT"
SCRIPTS = {
    1: f"CREATE TABLE batches ({_AUTO}, {_BATCHES}); CREATE TABLE gaps ({_GAPS}); {_INDEXES}",
    2: f"CREATE TABLE batches ({_AUTO}, {_BATCHES}); CREATE TABLE gaps ({_GAPS}, {_TOLD}); {_INDEXES}",
    3: f"CREATE TABLE batches ({_AUTO}, {_BATCHES}); CREATE TABLE gaps ({_GAPS}, {_TOLD}); {_INDEXES} {_RUNNING}",
    4: f"CREATE TABLE batches ({_AUTO}, {_BATCHES}, {_CLOCK}); CREATE TABLE gaps ({_GAPS}, {_TOLD}); {_INDEXES} {_RUNNING}",
    5: f"CREATE TABLE batches (id INTEGER PRIMARY KEY, {_BATCHES}, {_CLOCK}); CREATE TABLE gaps ({_GAPS}, {_TOLD}); {_INDEXES} {_RUNNING}"
    f" {_CORRECTIONS}",
    6: f"CREATE TABLE batches (id INTEGER PRIMARY KEY, {_BATCHES}, {_CLOCK}); CREATE TABLE gaps ({_GAPS}, {_REPORTED});"
    f" {_INDEXES.replace('batches_waiting ON batches (id) WHERE state = 0', 'batches_unconfirmed ON batches (id) WHERE state IN (0, 3)')}"
    f" {_RUNNING} {_CORRECTIONS.replace('move_ms INTEGER NOT NULL, ', '')}",
}


def create(path: Path, version: int) -> sqlite3.Connection:
    """Create an empty journal of an earlier version."""
    database = sqlite3.connect(path)
    database.executescript(f"{SCRIPTS[version]} PRAGMA user_version = {version}")
    return database
