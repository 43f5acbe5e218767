"""A journal with batches in every state."""

from pathlib import Path

import pytest

from gateway.journal.entries import Gap, JournalLimits
from gateway.journal.journal import Journal
from gateway.model.batch import Clock, Flag, encode_rows
from gateway.model.stream import hash_of
from tests.cli.journal.journals import DOCUMENT, now_ms
from tests.rows import Row


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A journal with three stored batches (of two hours, one hour and a minute ago), one that waits, one rejected, and a gap."""
    path = tmp_path / "journal.sqlite"
    made = Journal(path, JournalLimits(1 << 30, 1e9, 1e9), now_ms)
    made.keep_schema(hash_of(DOCUMENT), DOCUMENT)
    for number, ago_s in enumerate((7200, 3600, 60, 5, 4)):
        rows = encode_rows([Row(0, 0, [200 + number]), Row(0, 100, [None], {0: 0x80000000})])
        made.append(schema=hash_of(DOCUMENT), t0_ms=now_ms() - 1000 * ago_s, clock=Clock.SYNCED, flags=Flag(0), readings=2, rows=rows)
    made.stored(made.epoch, [(0, 2)])
    made.rejected(next(entry.number for entry in made.waiting(0, 9) if entry.number.seq == 4), "no such field")
    made.note_gap(Gap(now_ms(), None, None, None, now_ms() - 9000, now_ms() - 8000, 17, "the disk took nothing, and memory was full"))
    made.close()
    return path
