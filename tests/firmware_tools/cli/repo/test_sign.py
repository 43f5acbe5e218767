"""`firmware repo sign`."""

from pathlib import Path

from tests.firmware_tools.cli.repo.conftest import ADD
from tests.firmware_tools.cli.repo.in_process import firmware


def add(folder: Path, version: str = "1.27.0") -> None:
    assert firmware("repo", "add", folder / "repo", folder / "mr6c_1.26.0.wbfw", "--version", version, *ADD).returncode == 0


def test_it_shows_what_is_signed_and_asks(folder: Path) -> None:
    add(folder)
    done = firmware("repo", "sign", folder / "repo", "--keys", folder / "keys", given="n\n")
    assert done.returncode == 1
    assert "targets 2, until " in done.stdout
    assert "wiren-board/wbmr6c/1.27.0/mr6c_1.26.0.wbfw" in done.stdout
    assert "0 of 1 signatures" in firmware("repo", "publish", folder / "repo").stderr
    done = firmware("repo", "sign", folder / "repo", "--keys", folder / "keys", given="y\n")
    assert "targets.json: 1 of 1 signatures of targets" in done.stdout


def test_it_is_signed_on_another_machine_that_has_only_a_stick(folder: Path) -> None:
    add(folder)
    assert firmware("repo", "sign", folder / "repo", "--take-out", folder / "stick").returncode == 0
    done = firmware("repo", "sign", folder / "stick", "--key", folder / "keys" / "targets-1.pem", "--yes")
    assert "targets.json: 1 of 1 signatures of targets" in done.stdout
    assert firmware("repo", "sign", folder / "repo", "--bring-back", folder / "stick").returncode == 0
    assert firmware("repo", "publish", folder / "repo").returncode == 0


def test_a_key_with_a_passphrase_is_asked_for_it_or_takes_it_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("four words are enough\n")
    secret.chmod(0o600)
    firmware("repo", "init", tmp_path / "repo", "--keys", tmp_path / "keys", "--passphrase-file", secret)
    done = firmware(
        "repo", "sign", tmp_path / "repo", "--keys", tmp_path / "keys", "--yes", given="four words are enough\nwrong words are not\n"
    )
    assert done.returncode == 1
    assert "the passphrase of" in done.stderr
    done = firmware("repo", "sign", tmp_path / "repo", "--keys", tmp_path / "keys", "--yes", "--passphrase-file", secret)
    assert done.returncode == 0
    assert "root.json: 1 of 1" in done.stdout


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    firmware("repo", "init", tmp_path / "repo", "--keys", tmp_path / "keys", "--root-keys", "2", "--root-threshold", "2", "--no-passphrase")
    done = firmware("repo", "sign", tmp_path / "repo", "--key", tmp_path / "keys" / "root-1.pem", "--yes", italian=True)
    assert "root.json: 1 firme su 2 di root; mancano: " in done.stdout


def test_one_of_the_three_ways_is_chosen(folder: Path) -> None:
    done = firmware("repo", "sign", folder / "repo")
    assert done.returncode == 2
    assert "--take-out" in done.stderr
