"""`gateway journal stats`: what a journal holds."""

import json
from pathlib import Path

from tests.cli.journal.journals import run


def test_what_a_journal_holds_is_counted(journal: Path) -> None:
    found = json.loads(run("journal", "stats", str(journal), "--json").stdout)
    assert [(found[name]["batches"], found[name]["readings"]) for name in ("waiting", "stored", "rejected")] == [(1, 2), (3, 6), (1, 2)]
    assert (found["gaps"], found["lost_readings"], found["epochs"]) == (1, 17, 1)
    shown = run("journal", "stats", str(journal)).stdout
    assert "1 gaps, 17 readings lost" in shown
    assert "bytes a reading" in shown
