"""`gateway central run`; tests/system runs whole centres."""

import json
from pathlib import Path

from click.testing import CliRunner

from gateway.centre.roles import ROLES
from gateway.cli import main


def test_the_roles_are_those_of_the_table() -> None:
    assert f"[{'|'.join(ROLES)}]" in CliRunner().invoke(main, ["central", "run", "--help"]).output


def test_an_address_to_listen_on_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "centre.yaml").write_text("")
    failed = CliRunner().invoke(main, ["central", "--role", "alarms", "--listen", "9275", str(tmp_path / "centre.yaml")])
    assert failed.exit_code == 2
    assert "write for example" in failed.output


def test_run_is_the_default_command(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    store = {"history": {"path": str(tmp_path / "file" / "h.sqlite")}}
    (tmp_path / "centre.yaml").write_text(json.dumps({"site": "prato", "centre": {"broker": "mqtt://127.0.0.1:1", "store": store}}))
    failed = CliRunner().invoke(main, ["central", "--role", "ingest", str(tmp_path / "centre.yaml")])
    assert failed.exit_code == 1
    assert failed.output.startswith("gateway: can't open the store: ")
