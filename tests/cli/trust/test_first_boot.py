"""`gateway trust first-boot`: what the service runs at each boot."""

from pathlib import Path

import pytest

from tests.installation.test_first_boot import SITE, USER
from tests.trust.broker import gateway


def test_the_commands_of_gateway_and_centre_work_together(authority: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "it_IT.UTF-8")
    boot = tmp_path / "boot"
    boot.mkdir()
    (boot / "site.yaml").write_text(SITE)
    gateway("trust", "invite", authority, USER, "--out", boot / "invitation.json")
    first = ("trust", "first-boot", boot, "--site", tmp_path / "site.yaml", "--folder", tmp_path / "identity")
    done = gateway(*first)
    assert (done.exit_code, done.output[:28]) == (0, "porta request.json al centro")
    assert gateway("trust", "issue", authority, boot / "request.json", "--out", boot / "answer.json").exit_code == 0
    done = gateway(*first)
    assert (done.exit_code, done.output) == (0, "registrato: il gateway ha il suo certificato\n")
    assert (tmp_path / "identity" / "identity.pem").exists()


def test_files_that_can_not_be_used_are_an_error_with_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    done = gateway("trust", "first-boot", tmp_path, "--site", tmp_path / "site", "--folder", tmp_path / "identity")
    assert (done.exit_code, done.output.partition(":")[0]) == (1, "gateway")
    assert "not enrolled: put the file invitation.json" in done.output


def test_without_a_folder_it_says_where_to_make_one() -> None:
    done = gateway("trust", "first-boot")
    assert done.exit_code == 1
    assert "/boot/firmware/street-gateway" in done.output
