"""The imported register survives on disk."""

from pathlib import Path

import pytest

from gateway.provision.commission.asset_register import RegisteredAsset
from gateway.provision.commission.register_file import REGISTER, RegisterFileError, load_register, save_register


def test_a_register_is_read_as_it_was_saved(tmp_path: Path) -> None:
    assets = [RegisteredAsset("qe-1", "Uno", 43.8, 11.1), RegisteredAsset("qe-2")]
    save_register(tmp_path / "state", assets)
    assert load_register(tmp_path / "state") == assets
    assert load_register(tmp_path) == []


def test_a_damaged_register_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / REGISTER).write_text("{")
    with pytest.raises(RegisterFileError, match="import the register again"):
        load_register(tmp_path)


def test_a_folder_that_can_not_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RegisterFileError, match="can't be written"):
        save_register(tmp_path / "file", [])
