"""What a journal's file must look like. What becomes of one that does not: `test_file.py`."""

import contextlib
import sqlite3

import pytest

from gateway.journal import checks

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
    monkeypatch.setattr(checks, "_VALID", dict.fromkeys(checks._VALID, ("typeof(id) = 'integer'",)))
    with database(f"{tables} INSERT INTO running VALUES ('x')") as made:
        assert checks.check_rows(made) == "a row of the table 'running' is invalid"
        monkeypatch.setattr(checks, "_LIMIT_S", -1.0)
        monkeypatch.setattr(checks, "_STEPS", 1)
        assert checks.check_rows(made) is None
        assert checks.check_pages(made) is None
        assert made.execute("SELECT count(*) FROM running").fetchone() == (1,)


def test_an_error_of_the_disk_is_not_hidden() -> None:
    with database("CREATE TABLE other (a)") as made, pytest.raises(sqlite3.OperationalError, match="no such table"):
        checks.check_rows(made)
