"""A folder with a published repository, made by the commands."""

from pathlib import Path

import pytest

from tests.firmware_tools.cli.repo.in_process import firmware

ADD = ("--vendor", "Wiren Board", "--model", "WBMR6C", "--driver", "wirenboard")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """`repo` with one image, its offline keys in `keys`."""
    (tmp_path / "mr6c_1.26.0.wbfw").write_bytes(b"image of 1.26.0")
    repo, keys = tmp_path / "repo", tmp_path / "keys"
    for words in (
        ("init", repo, "--keys", keys, "--no-passphrase"),
        ("add", repo, tmp_path / "mr6c_1.26.0.wbfw", "--version", "1.26.0", *ADD),
        ("sign", repo, "--keys", keys, "--yes"),
        ("publish", repo),
    ):
        done = firmware("repo", *words)
        assert done.returncode == 0, done.stderr
    return tmp_path
