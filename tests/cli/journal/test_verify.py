"""`gateway journal verify`: damaged batches."""

import sqlite3
from pathlib import Path

from tests.cli.journal.journals import run


def test_a_whole_journal_is_said_to_be_whole_and_a_spoilt_batch_is_named(journal: Path) -> None:
    assert run("journal", "verify", str(journal)).stdout == "the journal is whole\n"
    database = sqlite3.connect(journal)
    with database:
        database.execute("UPDATE batches SET body = x'00' WHERE seq = 1")
        database.execute("UPDATE batches SET schema = x'11' WHERE seq = 2")
    database.close()
    done = run("journal", "verify", str(journal))
    assert done.returncode == 1
    assert "/1: not a batch" in done.stdout
    assert "/2: its schema 11 is not in the journal" in done.stdout
    assert "2 things are wrong" in done.stdout
