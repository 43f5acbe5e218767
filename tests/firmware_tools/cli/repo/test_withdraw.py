"""`firmware repo withdraw`."""

from pathlib import Path

from tests.firmware_tools.cli.repo.in_process import firmware


def test_a_withdrawn_image_is_gone_after_the_next_publication(folder: Path) -> None:
    assert firmware("repo", "withdraw", folder / "repo", "wiren-board/wbmr6c/1.26.0/mr6c_1.26.0.wbfw").returncode == 0
    assert "1.26.0" in firmware("repo", "list", folder / "repo").stdout
    firmware("repo", "sign", folder / "repo", "--keys", folder / "keys", "--yes")
    firmware("repo", "publish", folder / "repo")
    assert "1.26.0" not in firmware("repo", "list", folder / "repo").stdout


def test_an_unknown_name_is_an_error(folder: Path) -> None:
    done = firmware("repo", "withdraw", folder / "repo", "nothing")
    assert done.returncode == 1
    assert "has no image with the name nothing" in done.stderr
