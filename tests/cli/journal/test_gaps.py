"""`gateway journal gaps`: what was lost, and why."""

import json
import time
from pathlib import Path

from tests.cli.journal.journals import now_ms, run


def test_losses_are_listed_with_their_reasons(journal: Path) -> None:
    (gap,) = json.loads(run("journal", "gaps", str(journal), "--json").stdout)
    assert (gap["readings"], gap["reason"]) == (17, "the disk took nothing, and memory was full")
    assert "17" in run("journal", "gaps", str(journal)).stdout
    later = (now_ms() + 60_000) / 1000
    assert (
        run("journal", "gaps", str(journal), "--since", time.strftime("%Y-%m-%dT%H:%M", time.gmtime(later))).stdout == "nothing is lost\n"
    )
