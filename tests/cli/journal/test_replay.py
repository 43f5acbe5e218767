"""`gateway journal replay`: stored batches are sent again, while a gateway runs too."""

import json
from pathlib import Path

from gateway.journal.entries import JournalLimits
from gateway.journal.journal import Journal
from tests.cli.journal.journals import now_ms, run


def test_stored_batches_of_a_period_wait_again(journal: Path) -> None:
    assert run("replay", str(journal), "--since", "90min", "--until", "30min").stdout == "1 batches will be sent again\n"
    assert run("journal", "replay", str(journal), "--since", "1d").stdout == "2 batches will be sent again\n"
    again = run("replay", str(journal), "--since", "1d", "--json")
    assert (again.returncode, json.loads(again.stdout)) == (0, {"batches": 0})
    found = json.loads(run("journal", "stats", str(journal), "--json").stdout)
    assert (found["waiting"]["batches"], found["stored"]["batches"], found["rejected"]["batches"]) == (4, 0, 1)


def test_a_running_gateway_notices_that_its_journal_was_changed(journal: Path) -> None:
    running = Journal(journal, JournalLimits(1 << 30, 1e9, 1e9), now_ms)
    assert not running.file.changed_elsewhere()
    run("replay", str(journal), "--since", "1d")
    assert running.file.changed_elsewhere()
    assert not running.file.changed_elsewhere()
    assert running.backlog().batches == 4
    running.close()
