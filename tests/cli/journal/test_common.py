"""Which journal a command reads, and how it ends if it can't."""

import os
import resource
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import zstandard

from gateway.cli.journal.common import inspectable, journal_of, readable
from gateway.model.batch import BatchError

SITE = """
site: prato
operator: citelum
gateway: gw-1
uplink: {{broker: "mqtt://127.0.0.1:9"}}
journal: {{path: {path}}}
assets: {{panel-1: {{lat: 43.88, lon: 11.09}}}}
lines: [{{id: air, tcp: 127.0.0.1:9, devices: [{{id: first, profile: xy_md02, asset: panel-1}}]}}]
"""


def test_the_journal_is_that_of_a_site_file_or_the_file_itself(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(SITE.format(path=tmp_path / "elsewhere.sqlite"))
    assert journal_of(tmp_path / "site.yaml") == tmp_path / "elsewhere.sqlite"
    assert journal_of(tmp_path / "journal.sqlite") == tmp_path / "journal.sqlite"


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError("no journal at x"), "the journal can't be read: no journal at x"),
        (BatchError("not a batch"), "the journal is damaged (not a batch): run 'gateway journal verify' to see where"),
    ],
)
def test_a_journal_that_can_not_be_read_ends_the_command_with_a_message(
    error: Exception, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended, readable():
        raise error
    assert ended.value.code == 1
    assert message in capsys.readouterr().err


def test_values_that_no_gateway_writes_end_the_command_with_a_message(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit), inspectable():
        raise TypeError("an int has no hex()")
    expected = "the journal is damaged, or was not written by a gateway (TypeError: an int has no hex())"
    assert expected in capsys.readouterr().err


CRAFTED = {
    "another database": "DROP TABLE batches; CREATE TABLE things (id)",
    "a table as a view without an end": (
        "DROP TABLE batches; CREATE VIEW batches AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
        " SELECT i AS id, x'0102030405060708' AS epoch, i AS seq, 0 AS state, 0 AS t0_ms, 1 AS readings, x'00' AS schema, x'00' AS body FROM n"
    ),
    "epochs that are numbers": "UPDATE batches SET epoch = id; UPDATE gaps SET epoch = 7",
    "states that do not exist": "UPDATE batches SET state = 99",
    "times that are text": "UPDATE batches SET t0_ms = 'x', readings = 'y'; UPDATE gaps SET at_ms = 'x', from_ms = 'y', reason = x'ff'",
    "times without measure": "UPDATE batches SET t0_ms = 9e18; UPDATE gaps SET at_ms = 9e18, from_ms = 9e18, to_ms = -9e18",
    "bodies that are numbers": "UPDATE batches SET body = 17",
    "huge bodies": "UPDATE batches SET body = zeroblob(300000000)",
    "schemas that are numbers": "UPDATE schemas SET document = 17",
    "huge schemas": "UPDATE schemas SET document = zeroblob(300000000)",
    "no schemas": "DELETE FROM schemas",
    "a bomb": f"UPDATE batches SET body = x'{zstandard.ZstdCompressor().compress(bytes(1 << 28)).hex()}'",
    "text that is not text": "UPDATE gaps SET reason = CAST(x'ff' AS TEXT), readings = CAST(x'fe' AS TEXT)",
}


COMMANDS = """
import sys
from click.testing import CliRunner
from gateway.cli import main
for verb in ("stats", "verify", "export", "gaps"):
    done = CliRunner().invoke(main, ["journal", verb, sys.argv[1]])
    assert done.exit_code in (0, 1) and (done.exception is None or isinstance(done.exception, SystemExit)), (verb, done.exception)
    assert done.exit_code == 0 or done.output, (verb, done)
"""


@pytest.mark.parametrize("name", CRAFTED)
def test_a_crafted_journal_ends_every_command_with_a_message(name: str, journal: Path) -> None:
    database = sqlite3.connect(journal)
    with database:
        database.executescript(CRAFTED[name])
    database.close()

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
        resource.setrlimit(resource.RLIMIT_DATA, (200 << 20, 200 << 20))

    command = [sys.executable, "-c", COMMANDS, str(journal)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, preexec_fn=limited)
    assert done.returncode == 0, done.stderr


def test_a_pipe_is_no_journal(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "journal.sqlite")
    command = [sys.executable, "-m", "gateway", "journal", "stats", str(tmp_path / "journal.sqlite")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, f"gateway: the journal can't be read: no journal at {tmp_path}/journal.sqlite\n")
