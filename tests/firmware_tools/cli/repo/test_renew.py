"""`firmware repo renew`."""

from pathlib import Path

from tests.firmware_tools.cli.repo.in_process import firmware


def test_renewed_roles_are_staged_and_signed_like_a_change(folder: Path) -> None:
    assert firmware("repo", "renew", folder / "repo", "root", "targets").returncode == 0
    done = firmware("repo", "sign", folder / "repo", "--keys", folder / "keys", "--yes")
    assert "root.json: 1 of 1 signatures of published root" in done.stdout
    assert "root 2, targets 2" in firmware("repo", "publish", folder / "repo").stdout


def test_only_offline_roles_are_renewed(folder: Path) -> None:
    assert firmware("repo", "renew", folder / "repo", "timestamp").returncode == 2
