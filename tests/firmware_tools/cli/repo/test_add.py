"""`firmware repo add`."""

from pathlib import Path

import pytest

from tests.firmware_tools.cli.repo.conftest import ADD
from tests.firmware_tools.cli.repo.in_process import firmware


def test_an_image_is_staged_under_a_name_of_vendor_model_and_version(folder: Path) -> None:
    done = firmware("repo", "add", folder / "repo", folder / "mr6c_1.26.0.wbfw", "--version", "1.27.0", "--hardware", "2.1", *ADD)
    assert done.returncode == 0
    assert done.stdout.startswith("wiren-board/wbmr6c/1.27.0/mr6c_1.26.0.wbfw: 15 bytes, SHA-256 ")
    assert "staged; now sign it" in done.stdout


@pytest.mark.parametrize(
    ("option", "value", "what"),
    [("--version", "1\n2", "version"), ("--hardware", "", "hardware"), ("--least-version", "x" * 65, "least_version")],
)
def test_what_no_device_would_say_is_refused(folder: Path, option: str, value: str, what: str) -> None:
    done = firmware("repo", "add", folder / "repo", folder / "mr6c_1.26.0.wbfw", "--version", "1.27.0", *ADD, option, value)
    assert done.returncode == 1
    assert what in done.stderr
    assert "use letters, digits" in done.stderr


def test_another_folder_is_no_repository(folder: Path) -> None:
    done = firmware("repo", "add", folder, folder / "mr6c_1.26.0.wbfw", "--version", "1.27.0", *ADD)
    assert done.returncode == 1
    assert "is not the folder of a repository" in done.stderr
