"""Requests of a recovery, between a gateway without rights and a service with all of them."""

import os
from pathlib import Path

import pytest

from gateway.uplink.recovery_ladder import STEPS
from gateway.uplink.recovery_request import FOLDER, ask_for, has_rebooted, take_request, withdraw


def test_a_step_that_is_asked_for_is_taken_once(tmp_path: Path) -> None:
    for step in STEPS:
        ask_for(tmp_path, step)
        assert take_request(tmp_path / FOLDER) == step
        assert take_request(tmp_path / FOLDER) is None


def test_a_reboot_is_remembered_before_it_happens_and_other_steps_are_not(tmp_path: Path) -> None:
    ask_for(tmp_path, "network")
    assert not has_rebooted(tmp_path)
    ask_for(tmp_path, "reboot")
    assert has_rebooted(tmp_path)


def test_what_nobody_has_taken_can_be_withdrawn(tmp_path: Path) -> None:
    withdraw(tmp_path)
    ask_for(tmp_path, "reboot")
    withdraw(tmp_path)
    assert take_request(tmp_path / FOLDER) is None


@pytest.mark.parametrize("said", [b"", b"reboot\n", b"rebooting", b"; rm -rf /", b"network" * 1000, b"\xff"])
def test_anything_else_is_no_step_and_goes(tmp_path: Path, said: bytes) -> None:
    (tmp_path / "wanted").write_bytes(said)
    assert take_request(tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_root_follows_no_links_of_the_gateway(tmp_path: Path) -> None:
    secret, folder = tmp_path / "secret", tmp_path / "folder"
    secret.write_text("reboot")
    folder.mkdir()
    (folder / "wanted").symlink_to(secret)
    assert take_request(folder) is None
    assert secret.read_text() == "reboot"
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(OSError, match="link"):
        take_request(tmp_path / "link")
    os.mkfifo(folder / "wanted")
    assert take_request(folder) is None, "it does not wait for a writer"
