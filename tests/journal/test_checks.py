"""What a journal's file must look like. What becomes of one that does not: `test_file.py`."""

import contextlib
import sqlite3

import pytest

from gateway.journal import checks
from gateway.journal.file import _SCHEMA

SCHEMA = "CREATE TABLE running (epoch BLOB NOT NULL); CREATE INDEX i ON running (epoch)"


def database(script: str) -> contextlib.closing[sqlite3.Connection]:
    made = sqlite3.connect(":memory:")
    made.executescript(script)
    return contextlib.closing(made)


@pytest.mark.parametrize(
    ("script", "same"),
    [
        (SCHEMA, True),
        ("CREATE TABLE running (epoch TEXT); CREATE INDEX i ON running (epoch); ANALYZE", True),
        ("CREATE TABLE running (epoch BLOB NOT NULL)", False),
        (f"{SCHEMA}; CREATE TABLE more (a)", False),
        ("CREATE TABLE running (epoch BLOB, more); CREATE INDEX i ON running (epoch)", False),
        (f"{SCHEMA}; CREATE TRIGGER t AFTER INSERT ON running BEGIN DELETE FROM running; END", False),
    ],
)
def test_tables_are_compared_by_names_and_columns(script: str, same: bool) -> None:
    with database(script) as made:
        assert checks.check_tables(made, SCHEMA) == (None if same else "its tables are not those of a journal")


def test_a_query_that_takes_too_long_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = "".join(f"CREATE TABLE {table} (id);" for table in checks._VALID)
    monkeypatch.setattr(checks, "_VALID", {table: {"id": "integer", "missing": "text"} for table in checks._VALID})
    with database(f"{tables} INSERT INTO running VALUES ('x')") as made:
        assert checks.check_rows(made) == "a row of the table 'running' is invalid"
        monkeypatch.setattr(checks, "_LIMIT_S", -1.0)
        monkeypatch.setattr(checks, "_STEPS", 1)
        assert checks.check_rows(made) is None
        assert checks.check_pages(made) is None
        assert made.execute("SELECT count(*) FROM running").fetchone() == (1,)


def test_an_error_of_a_query_is_not_hidden() -> None:
    with database("") as made, pytest.raises(sqlite3.OperationalError, match="no such table"), checks._limited(made):
        made.execute("SELECT 1 FROM batches")


def test_every_column_of_a_journal_is_checked() -> None:
    with database(_SCHEMA) as made:
        for (table,) in made.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'").fetchall():
            columns = {name for (name,) in made.execute("SELECT name FROM pragma_table_info(?)", (table,))}
            assert columns <= checks._VALID[table].keys()


@pytest.mark.parametrize(
    ("what", "valid", "invalid"),
    [
        ("integer BETWEEN 0 AND 2", (0, 2), (-1, 3, 1.5, "1", None, b"1")),
        ("integer BETWEEN 0 AND 2 or null", (1, None), (3, "x")),
        ("blob of 8", (b"12345678",), (b"1234567", "12345678", None)),
        ("blob of 8 or null", (b"12345678", None), (b"", 5)),
        ("text", ("", "x"), (b"x", 1, None)),
    ],
)
def test_what_a_column_contains_becomes_a_condition(what: str, valid: tuple[object, ...], invalid: tuple[object, ...]) -> None:
    with database("CREATE TABLE t (c)") as made:
        for number, value in enumerate((*valid, *invalid)):
            made.execute("DELETE FROM t")
            made.execute("INSERT INTO t VALUES (?)", (value,))
            found = made.execute(f"SELECT count(*) FROM t WHERE NOT {checks._condition('c', what)} IS TRUE").fetchone()[0]
            assert found == (number >= len(valid)), value
