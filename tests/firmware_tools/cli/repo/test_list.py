"""`firmware repo list`."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.firmware_tools.cli.repo.in_process import firmware


def test_it_lists_images_and_the_days_that_are_left(folder: Path) -> None:
    done = firmware("repo", "list", folder / "repo")
    assert done.returncode == 0
    assert "Wiren Board WBMR6C  1.26.0" in done.stdout
    assert [line.split()[0] for line in done.stdout.splitlines()[-4:]] == ["root", "targets", "snapshot", "timestamp"]


def test_json_has_the_same(folder: Path) -> None:
    found = json.loads(firmware("repo", "list", folder / "repo", "--json").stdout)
    assert found["firmware"][0]["model"] == "WBMR6C"
    assert found["firmware"][0]["size_bytes"] == 15
    assert found["gateways"] == []
    left = {one["role"]: one["days_left"] for one in found["roles"]}
    assert left == pytest.approx({"root": 729.5, "targets": 364.5, "snapshot": 29.5, "timestamp": 13.5}, abs=0.5)


def test_what_expires_soon_is_warned_of_with_the_exit_code(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from firmware_tools.cli.repo import common

    present = datetime.now(UTC)
    monkeypatch.setattr(common, "now_ms", lambda: int(present.timestamp() * 1000) + 11 * 86_400_000)
    done = firmware("repo", "list", folder / "repo")
    assert done.returncode == 1
    assert re.fullmatch(r"timestamp expires in [23] days: 'firmware repo publish'\n", done.stderr)


def test_an_address_needs_a_root_to_trust(folder: Path) -> None:
    done = firmware("repo", "list", "https://firmware.example/street")
    assert done.returncode == 1
    assert "give the root.json that you trust, with --root" in done.stderr


def test_before_anything_is_published_it_says_so(tmp_path: Path) -> None:
    firmware("repo", "init", tmp_path / "repo", "--keys", tmp_path / "keys", "--no-passphrase")
    done = firmware("repo", "list", tmp_path / "repo")
    assert done.returncode == 1
    assert "is anything published?" in done.stderr
