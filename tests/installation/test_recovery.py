"""The steps of a recovery, with programs on PATH that note how they are called."""

from pathlib import Path

import pytest

from gateway.installation import recovery
from gateway.installation.machine import InstallError
from gateway.installation.recovery import LEAST_UP_S, perform

LONG_S = 100_000.0


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def add_program(path: Path, name: str, does: str = "exit 0") -> None:
    file = path / name
    file.write_text(f'#!/bin/sh\necho "{name} $*" >> {path}/called\n{does}\n')
    file.chmod(0o755)


def called(path: Path) -> list[str]:
    return (path / "called").read_text().splitlines() if (path / "called").exists() else []


def test_the_network_is_restarted_by_what_the_machine_has(path: Path) -> None:
    add_program(path, "systemctl")
    add_program(path, "networkctl")
    assert list(perform("network", LONG_S)) == ["systemctl restart systemd-networkd.service"]
    add_program(path, "nmcli")
    said = list(perform("network", LONG_S))
    assert said == ["nmcli --wait 0 networking off", "nmcli --wait 0 networking on"]
    assert called(path) == ["systemctl restart systemd-networkd.service", *said]


def test_the_network_is_switched_on_again_even_if_switching_it_off_failed(path: Path) -> None:
    add_program(path, "nmcli", 'echo "not running" >&2; exit 8')
    with pytest.raises(InstallError, match="'nmcli --wait 0 networking off' failed: not running; 'nmcli --wait 0 networking on' failed"):
        list(perform("network", LONG_S))
    assert len(called(path)) == 2


def test_the_modem_is_reset_and_the_machine_rebooted(path: Path) -> None:
    add_program(path, "mmcli")
    add_program(path, "systemctl")
    assert [*perform("modem", 0.0), *perform("reboot", LEAST_UP_S)] == ["mmcli --modem=any --reset", "systemctl reboot"]
    assert called(path) == ["mmcli --modem=any --reset", "systemctl reboot"]


def test_a_machine_that_has_just_booted_is_not_rebooted_whoever_asks(path: Path) -> None:
    add_program(path, "systemctl")
    with pytest.raises(InstallError, match="runs for 29 minutes only"):
        list(perform("reboot", LEAST_UP_S - 60))
    assert called(path) == []


def test_what_is_missing_or_hangs_is_a_sentence(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InstallError, match="neither NetworkManager nor systemd-networkd"):
        list(perform("network", LONG_S))
    with pytest.raises(InstallError, match="mmcli is missing"):
        list(perform("modem", LONG_S))
    monkeypatch.setattr(recovery, "_WITHIN_S", 0.05)
    add_program(path, "mmcli", "while :; do :; done")
    with pytest.raises(InstallError, match=r"'mmcli --modem=any --reset' took more than 0.05 s"):
        list(perform("modem", LONG_S))
