"""`firmware repo rotate`."""

from pathlib import Path

import pytest

from tests.firmware_tools.cli.repo.in_process import firmware


@pytest.mark.parametrize("role", ["snapshot", "timestamp"])
def test_an_online_key_is_replaced_when_root_is_signed(folder: Path, role: str) -> None:
    done = firmware("repo", "rotate", folder / "repo", role)
    assert done.returncode == 0
    assert f"{role}-2.pem" in done.stdout
    assert "when root is signed" in done.stdout
    firmware("repo", "sign", folder / "repo", "--keys", folder / "keys", "--yes")
    assert firmware("repo", "publish", folder / "repo").returncode == 0
    assert firmware("repo", "verify", folder / "repo").returncode == 0


@pytest.mark.parametrize("role", ["root", "targets"])
def test_an_offline_key_is_made_among_the_others(folder: Path, role: str) -> None:
    done = firmware("repo", "rotate", folder / "repo", role, "--keys", folder / "keys", "--no-passphrase")
    assert f"{folder}/keys/{role}-2.pem" in done.stdout
    firmware("repo", "sign", folder / "repo", "--keys", folder / "keys", "--yes")
    assert firmware("repo", "publish", folder / "repo").returncode == 0
    assert firmware("repo", "verify", folder / "repo").returncode == 0


def test_a_key_that_was_made_elsewhere_comes_as_its_public_half(folder: Path, tmp_path: Path) -> None:
    firmware("repo", "init", tmp_path / "elsewhere", "--keys", tmp_path / "safe", "--no-passphrase")
    done = firmware("repo", "rotate", folder / "repo", "root", "--public", tmp_path / "safe" / "root-1.pub")
    assert done.returncode == 0


def test_the_options_fit_the_role(folder: Path) -> None:
    assert firmware("repo", "rotate", folder / "repo", "root").returncode == 2
    assert firmware("repo", "rotate", folder / "repo", "timestamp", "--keys", folder / "keys").returncode == 2
