"""`gateway journal`, `gateway replay`: what waits, what is lost, and what is sent again; while a gateway runs, too."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gateway.journal.entries import Gap, JournalLimits
from gateway.journal.journal import Journal
from gateway.model.batch import Clock, Flag, Row, encode_rows
from gateway.model.canonical import FieldType
from gateway.model.stream import Schema, Stream, StreamField, hash_of

STREAM = Stream(
    "st-1", "thermo", "xy_md02", "weather", (StreamField("air_temperature", FieldType.FLOAT, "Cel", "1/10"),), 10.0, {"side": "north"}
)
DOCUMENT = Schema((STREAM,)).document()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "gateway", *arguments], capture_output=True, text=True, timeout=60, check=False)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


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


@pytest.mark.parametrize("command", ["stats", "verify", "export", "replay", "gaps"])
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    assert f"gateway journal {command}" in run("journal", command, "--help").stdout.split("Options:")[0]


def test_what_a_journal_holds_is_counted(journal: Path) -> None:
    found = json.loads(run("journal", "stats", str(journal), "--json").stdout)
    assert [(found[name]["batches"], found[name]["readings"]) for name in ("waiting", "stored", "rejected")] == [(1, 2), (3, 6), (1, 2)]
    assert (found["gaps"], found["lost_readings"], found["epochs"]) == (1, 17, 1)
    shown = run("journal", "stats", str(journal)).stdout
    assert "1 gaps, 17 readings lost" in shown
    assert "bytes a reading" in shown


def test_a_whole_journal_is_said_to_be_whole_and_a_spoilt_batch_is_named(journal: Path) -> None:
    import sqlite3

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


def test_readings_are_exported_in_their_units_since_a_time(journal: Path) -> None:
    lines = [json.loads(line) for line in run("journal", "export", str(journal), "--since", "2h").stdout.splitlines()]
    assert [line["values"] for line in lines] == [
        {"air_temperature": 20.1},
        {},
        {"air_temperature": 20.2},
        {},
        {"air_temperature": 20.3},
        {},
        {"air_temperature": 20.4},
        {},
    ]
    assert lines[0] | {"t_ms": 0} == {"t_ms": 0, "asset": "st-1", "device": "thermo", "measurement": "weather", "values": {"air_temperature": 20.1},
                                      "state": "stored", "tags": {"side": "north"}}  # fmt: skip
    assert list(lines[1]["quality"]) == ["air_temperature"]
    assert {line["state"] for line in lines} == {"stored", "waiting", "rejected"}


def test_losses_are_listed_with_their_reasons(journal: Path) -> None:
    (gap,) = json.loads(run("journal", "gaps", str(journal), "--json").stdout)
    assert (gap["readings"], gap["reason"]) == (17, "the disk took nothing, and memory was full")
    assert "17" in run("journal", "gaps", str(journal)).stdout
    later = (now_ms() + 60_000) / 1000
    assert (
        run("journal", "gaps", str(journal), "--since", time.strftime("%Y-%m-%dT%H:%M", time.gmtime(later))).stdout == "nothing is lost\n"
    )


def test_stored_batches_of_a_time_wait_again(journal: Path) -> None:
    assert run("replay", str(journal), "--since", "90min", "--until", "30min").stdout == "1 batches are sent again\n"
    assert run("journal", "replay", str(journal), "--since", "1d").stdout == "2 batches are sent again\n"
    found = json.loads(run("journal", "stats", str(journal), "--json").stdout)
    assert (found["waiting"]["batches"], found["stored"]["batches"], found["rejected"]["batches"]) == (4, 0, 1)


def test_a_running_journal_sees_that_it_was_changed(journal: Path) -> None:
    running = Journal(journal, JournalLimits(1 << 30, 1e9, 1e9), now_ms)
    assert not running.changed_elsewhere()
    run("replay", str(journal), "--since", "1d")
    assert running.changed_elsewhere()
    assert not running.changed_elsewhere()
    assert running.backlog().batches == 4
    running.close()


def test_no_journal_and_no_time_are_said_without_a_traceback(tmp_path: Path) -> None:
    for command in ("stats", "verify", "export", "gaps"):
        done = run("journal", command, str(tmp_path / "none.sqlite"))
        assert (done.returncode, "there is no journal" in done.stderr, "Traceback" in done.stderr) == (1, True, False), command
    done = run("journal", "gaps", "x.sqlite", "--since", "yesterday")
    assert "write how long ago (6h, 2d) or when" in done.stderr
    (tmp_path / "junk.sqlite").write_bytes(b"no database at all" * 100)
    assert "can't be read" in run("journal", "stats", str(tmp_path / "junk.sqlite")).stderr
