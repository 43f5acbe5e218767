"""What a journal's file must look like, whoever wrote it: its tables, and the types and limits of what they contain."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

_LIMIT_S = 0.5
"""How long each check may take when a journal is opened. Damage that it does not find is found when it is met (`Journal.renew`)."""

_STEPS = 10_000
"""How many instructions SQLite runs between two checks of the time."""

_LATEST_MS = 1 << 48
"""Far behind all times, far before integers overflow."""
_LARGEST_NUMBER = 1 << 62
"""Ids and numbers are counted on from the largest: there must be room."""


def _integer(column: str, low: int, high: int) -> str:
    return f"(typeof({column}) = 'integer' AND {column} BETWEEN {low} AND {high})"


def _optional(column: str, condition: str) -> str:
    return f"({column} IS NULL OR {condition})"


def _blob(column: str, size: int | None = None) -> str:
    return f"(typeof({column}) = 'blob'" + ("" if size is None else f" AND length({column}) = {size}") + ")"


_NUMBER, _TIME, _COUNT = (0, _LARGEST_NUMBER), (-_LATEST_MS, _LATEST_MS), (0, 1 << 40)
_VALID = {
    "batches": (
        _integer("id", *_NUMBER),
        _blob("epoch", 8),
        _integer("seq", *_NUMBER),
        _integer("state", 0, 4),
        _integer("events", 0, 1),
        _integer("t0_ms", *_TIME),
        _integer("made_ms", *_TIME),
        _integer("readings", *_COUNT),
        _blob("schema", 8),
        _blob("body"),
        _integer("clock", 0, 2),
    ),
    "schemas": (_blob("hash", 8), _blob("document")),
    "gaps": (
        _integer("id", *_NUMBER),
        _integer("at_ms", *_TIME),
        _optional("epoch", _blob("epoch", 8)),
        *(_optional(column, _integer(column, *_NUMBER)) for column in ("from_seq", "to_seq")),
        *(_optional(column, _integer(column, *_TIME)) for column in ("from_ms", "to_ms")),
        _integer("readings", *_COUNT),
        "typeof(reason) = 'text'",
        _integer("reported", 0, 1),
    ),
    "running": (_blob("epoch", 8),),
    "corrections": (_blob("epoch", 8), _integer("clock", 0, 2)),
}
"""The conditions that every row of a table meets."""


def check_pages(database: sqlite3.Connection) -> str | None:
    """Look for corrupt pages for as long as a start may take. Return what is wrong.

    Raises:
        sqlite3.DatabaseError: The file is damaged.
    """
    with _limited(database):
        if database.execute("PRAGMA quick_check").fetchone()[0] != "ok":
            return "quick_check found damage"
    return None


def check_rows(database: sqlite3.Connection) -> str | None:
    """Look for rows that this program never writes, for as long as a start may take. Return what is wrong."""
    for table, conditions in _VALID.items():
        with _limited(database):
            if database.execute(f"SELECT 1 FROM {table} WHERE NOT ({' AND '.join(conditions)}) LIMIT 1").fetchone() is not None:
                return f"a row of the table '{table}' is invalid"
    return None


def check_tables(database: sqlite3.Connection, schema: str) -> str | None:
    """Compare the tables, columns and indexes of a database with those of a schema. Return what is wrong."""
    expected = sqlite3.connect(":memory:")
    try:
        expected.executescript(schema)
        return None if _shape(database) == _shape(expected) else "its tables are not those of a journal"
    finally:
        expected.close()


def _shape(database: sqlite3.Connection) -> set[tuple[str, ...]]:
    """Return the kinds and names of everything that a database defines, and the columns of its tables."""
    defined = database.execute("SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!'").fetchall()
    columns = database.execute("SELECT m.name, p.name FROM sqlite_schema m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'")
    return {*defined, *(("column", *one) for one in columns if not one[0].startswith("sqlite_"))}


@contextmanager
def _limited(database: sqlite3.Connection) -> Iterator[None]:
    """End a query after a time, without an error."""
    end_s = time.monotonic() + _LIMIT_S
    database.set_progress_handler(lambda: time.monotonic() > end_s, _STEPS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
    finally:
        database.set_progress_handler(None, 0)
