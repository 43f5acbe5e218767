"""`gateway journal stats`: the contents of a journal in figures."""

import json
from pathlib import Path

from tests.cli.journal.journals import run


def test_batches_readings_and_gaps_are_counted(journal: Path) -> None:
    found = json.loads(run("journal", "stats", str(journal), "--json").stdout)
    assert [(found[name]["batches"], found[name]["readings"]) for name in ("waiting", "stored", "rejected")] == [(1, 2), (3, 6), (1, 2)]
    assert (found["gaps"], found["lost_readings"], found["epochs"]) == (1, 17, 1)
    shown = run("journal", "stats", str(journal)).stdout
    assert "1 gaps, 17 readings lost" in shown
    assert "bytes a reading" in shown
