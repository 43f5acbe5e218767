"""`gateway journal export`: readings as lines of JSON."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

from tests.cli.journal.journals import run


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


def test_head_ends_an_export_quietly(journal: Path) -> None:
    database = sqlite3.connect(journal)
    with database:
        columns = "state, events, t0_ms, made_ms, readings, schema, body, reason, clock"
        database.execute(
            f"INSERT INTO batches (epoch, seq, {columns}) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
            f" SELECT zeroblob(8), i, {columns} FROM batches JOIN n WHERE seq = 0"
        )
    database.close()
    command = [sys.executable, "-m", "gateway", "journal", "export", str(journal)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith('{"t_ms":')
        process.stdout.close()
        assert (process.stderr.read(), process.wait(60)) == ("", 141)
