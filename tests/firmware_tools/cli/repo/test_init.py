"""`firmware repo init`."""

from pathlib import Path

from tests.firmware_tools.cli.repo.in_process import firmware


def test_it_makes_keys_and_says_what_comes_next(tmp_path: Path) -> None:
    done = firmware(
        "repo", "init", tmp_path / "repo", "--keys", tmp_path / "keys", "--root-keys", "2", "--root-threshold", "2", "--no-passphrase"
    )
    assert done.returncode == 0
    assert "root-2.pem" in done.stdout
    assert f"now sign it: firmware repo sign {tmp_path}/repo --keys {tmp_path}/keys" in done.stdout


def test_offline_keys_are_encrypted_with_a_passphrase_that_is_typed_twice(tmp_path: Path) -> None:
    done = firmware("repo", "init", tmp_path / "repo", "--keys", tmp_path / "keys", given="four words are enough\nfour words are enough\n")
    assert done.returncode == 0
    assert b"ENCRYPTED" in (tmp_path / "keys" / "root-1.pem").read_bytes()
    assert b"ENCRYPTED" not in (tmp_path / "repo" / "keys" / "timestamp-1.pem").read_bytes()


def test_a_threshold_that_can_not_be_reached_is_an_error_of_the_command_line(tmp_path: Path) -> None:
    done = firmware("repo", "init", tmp_path / "repo", "--keys", tmp_path / "keys", "--root-threshold", "2", "--no-passphrase")
    assert done.returncode == 2
    assert "--root-threshold 2 can't be reached with --root-keys 1" in done.stderr


def test_an_existing_key_is_not_overwritten(tmp_path: Path, folder: Path) -> None:
    done = firmware("repo", "init", tmp_path / "other", "--keys", folder / "keys", "--no-passphrase", italian=True)
    assert done.returncode == 1
    assert done.stderr.startswith("firmware: ")
    assert "esiste già: una chiave non viene mai sovrascritta" in done.stderr
