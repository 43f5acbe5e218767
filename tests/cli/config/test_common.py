"""What the commands of `gateway config` share."""

from pathlib import Path

import pytest

from gateway.cli.config.common import failing
from gateway.cli.local import LocalError
from gateway.staging.ledger import ChangeRefused
from gateway.staging.store import FOLDER
from tests.cli.config.files import files, said
from tests.cli.in_process import run


def test_what_goes_wrong_is_a_sentence_in_the_language_of_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for language, error, sentence in (
        ("it_IT.UTF-8", ChangeRefused("busy", "occupato"), "occupato"),
        ("C", ChangeRefused("busy", "occupato"), "busy"),
        ("C", LocalError(409, "on trial"), "on trial"),
        ("C", OSError("no space"), "no space"),
    ):
        monkeypatch.setenv("LC_ALL", language)
        with pytest.raises(SystemExit), failing():
            raise error
        assert capsys.readouterr().err == f"gateway: {sentence}\n"


def test_a_damaged_ledger_is_told_with_what_to_do(tmp_path: Path) -> None:
    files(tmp_path)
    said(tmp_path, "apply", "site.yaml", "new.yaml")
    (tmp_path / FOLDER / "ledger.json").write_text("{")
    done = run("config", "log", "site.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert "remove it; the site file stays as it is" in done.stderr
