"""`gateway doctor`: sentences in the language of the terminal, JSON, the exit code."""

import json
from pathlib import Path

import pytest

from tests.cli.command_line import run

SITE = """\
site: prato
operator: citelum
gateway: gw-1
uplink: {{broker: "mqtt://127.0.0.1:1"}}
journal: {{path: {folder}/journal.sqlite}}
listen: "127.0.0.1:1"
lines:
  - id: street
    tcp: "127.0.0.1:1"
    devices: [{{id: d-1, profile: carlo_gavazzi_em340, asset: qe-1}}]
"""


@pytest.fixture
def site(tmp_path: Path) -> str:
    (tmp_path / "site.yaml").write_text(SITE.format(folder=tmp_path))
    return str(tmp_path / "site.yaml")


def test_json_has_at_least_twenty_checks_and_a_failure_is_the_exit_code(site: str) -> None:
    done = run("doctor", site, "--json")
    checks = json.loads(done.stdout)["checks"]
    assert len(checks) >= 20
    assert {"name", "state", "sentence", "fix"} == set(checks[0])
    failed = {one["name"] for one in checks if one["state"] == "failed"}
    assert {"broker", "gateway"} <= failed
    assert (done.returncode, done.stderr) == (1, "")


def test_people_read_what_is_wrong_and_what_to_do_in_their_language(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "it_IT.UTF-8")
    italian = run("doctor", site)
    assert "guasto      nessun gateway risponde: 127.0.0.1:1: Connection refused\n            → systemctl restart" in italian.stdout
    assert "\x1b[" not in italian.stdout, "no colours in a file"
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    english = run("doctor", site)
    assert "failed   no gateway answers: 127.0.0.1:1: Connection refused" in english.stdout
    assert "not applicable" not in english.stdout


def test_a_site_file_with_errors_is_told_as_everywhere(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text("sites: prato\n")
    done = run("doctor", str(tmp_path / "site.yaml"))
    assert done.returncode == 1
    assert "unknown key 'sites'" in done.stderr
