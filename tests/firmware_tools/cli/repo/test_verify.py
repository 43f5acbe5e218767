"""`firmware repo verify`."""

import json
import re
from pathlib import Path

from tests.firmware_tools.cli.repo.in_process import firmware


def test_a_good_repository_is_good(folder: Path) -> None:
    done = firmware("repo", "verify", folder / "repo")
    assert done.returncode == 0
    assert re.fullmatch(r"good: 1 images; days left: root (729|730), targets (364|365), snapshot (29|30), timestamp (13|14)\n", done.stdout)


def test_an_image_that_was_changed_is_found(folder: Path) -> None:
    (image,) = (folder / "repo" / "published" / "targets").rglob("*.wbfw")
    image.write_bytes(b"image of 1.26.1")
    done = firmware("repo", "verify", folder / "repo")
    assert done.returncode == 1
    assert "refused: wiren-board/wbmr6c/1.26.0/mr6c_1.26.0.wbfw is not the image that was signed" in done.stderr
    found = json.loads(firmware("repo", "verify", folder / "repo", "--json").stdout)
    assert (found["ok"], found["code"]) == (False, "altered")


def test_a_repository_of_somebody_else_is_refused_with_a_root_of_ones_own(folder: Path, tmp_path: Path) -> None:
    firmware("repo", "init", tmp_path / "evil", "--keys", tmp_path / "evil keys", "--no-passphrase")
    firmware("repo", "sign", tmp_path / "evil", "--keys", tmp_path / "evil keys", "--yes")
    firmware("repo", "publish", tmp_path / "evil")
    done = firmware("repo", "verify", tmp_path / "evil", "--root", folder / "repo" / "published" / "metadata" / "1.root.json", italian=True)
    assert done.returncode == 1
    assert done.stderr.startswith("rifiutato: timestamp non è firmato")
