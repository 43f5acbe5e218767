"""`firmware repo publish`."""

from pathlib import Path

from tests.firmware_tools.cli.repo.in_process import firmware


def test_it_copies_to_the_folder_of_a_web_server_and_says_the_versions(folder: Path) -> None:
    done = firmware("repo", "publish", folder / "repo", "--to", folder / "www")
    assert done.returncode == 0
    assert done.stdout == f"published in {folder}/www: root 1, targets 1, snapshot 1, timestamp 2\n"
    assert firmware("repo", "verify", folder / "www").returncode == 0


def test_new_images_are_listed(tmp_path: Path, folder: Path) -> None:
    assert firmware("repo", "publish", folder / "repo", italian=True).stdout.startswith("pubblicato in ")
    assert firmware("repo", "publish", tmp_path / "nothing").returncode == 1
