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


_NUMBER = f"integer BETWEEN 0 AND {_LARGEST_NUMBER}"
_TIME = f"integer BETWEEN {-_LATEST_MS} AND {_LATEST_MS}"
_COUNT = f"integer BETWEEN 0 AND {1 << 40}"
_FLAG, _CLOCK, _STATE = (f"integer BETWEEN 0 AND {most}" for most in (1, 2, 4))
_EIGHT_BYTES, _BLOB, _TEXT = "blob of 8", "blob", "text"
_VALID = {
    "batches": {
        "id": _NUMBER,
        "epoch": _EIGHT_BYTES,
        "seq": _NUMBER,
        "state": _STATE,
        "events": _FLAG,
        "t0_ms": _TIME,
        "made_ms": _TIME,
        "readings": _COUNT,
        "schema": _EIGHT_BYTES,
        "body": _BLOB,
        "reason": f"{_TEXT} or null",
        "clock": _CLOCK,
    },
    "schemas": {"hash": _EIGHT_BYTES, "document": _BLOB},
    "gaps": {
        "id": _NUMBER,
        "at_ms": _TIME,
        "epoch": f"{_EIGHT_BYTES} or null",
        "from_seq": f"{_NUMBER} or null",
        "to_seq": f"{_NUMBER} or null",
        "from_ms": f"{_TIME} or null",
        "to_ms": f"{_TIME} or null",
        "readings": _COUNT,
        "reason": _TEXT,
        "reported": _FLAG,
    },
    "running": {"epoch": _EIGHT_BYTES, "since_ms": f"{_TIME} or null"},
    "corrections": {"epoch": _EIGHT_BYTES, "clock": _CLOCK, "last_id": _NUMBER},
}
"""What each column contains, also those that only some versions have."""


def _condition(column: str, what: str) -> str:
    """Return the SQL condition for what a column contains."""
    what, _, null = what.partition(" or ")
    kind, _, limit = what.partition(" ")
    condition = f"typeof({column}) = '{kind}'"
    if limit.startswith("BETWEEN"):
        condition += f" AND {column} {limit}"
    elif limit:
        condition += f" AND length({column}) = {limit.removeprefix('of ')}"
    return f"({condition} OR {column} IS NULL)" if null else f"({condition})"


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
    for table, columns in _VALID.items():
        present = {name for (name,) in database.execute("SELECT name FROM pragma_table_info(?)", (table,))}
        conditions = " AND ".join(_condition(column, what) for column, what in columns.items() if column in present)
        with _limited(database):
            if database.execute(f"SELECT 1 FROM {table} WHERE NOT ({conditions}) LIMIT 1").fetchone() is not None:
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
