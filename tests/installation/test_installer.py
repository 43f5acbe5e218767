"""A whole installation below a folder, and its removal. Needs root, as owners are set."""

import sys
from pathlib import Path

import pytest

from gateway.installation.installer import install, program_below, uninstall
from gateway.installation.machine import InstallError, Machine
from gateway.installation.shipped import CENTRE, EDGE, ROLES

PROGRAM = "/srv/street/bin/gateway"


def below(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and "street" in path.name)


def test_a_gateway_gets_its_user_folders_unit_and_udev_rule(tmp_path: Path) -> None:
    list(install(Machine(tmp_path, dry_run=False), EDGE, PROGRAM))
    assert below(tmp_path) == [
        "etc/systemd/system/street-backup.service",
        "etc/systemd/system/street-backup.timer",
        "etc/systemd/system/street-first-boot.service",
        "etc/systemd/system/street-gateway.service",
        "etc/systemd/system/street-recovery.path",
        "etc/systemd/system/street-recovery.service",
        "etc/systemd/system/street-update.path",
        "etc/systemd/system/street-update.service",
        "etc/systemd/system/street-update.timer",
        "etc/sysusers.d/street-gateway.conf",
        "etc/tmpfiles.d/street-gateway.conf",
        "etc/udev/rules.d/60-street-gateway.rules",
    ]
    unit = (tmp_path / "etc/systemd/system/street-gateway.service").read_text()
    assert f"ExecStart={PROGRAM} run /etc/street-gateway/site.yaml\n" in unit
    assert unit.startswith("# Installed by 'gateway install'")
    assert "systemctl edit street-gateway\n" in unit.splitlines(keepends=True)[0]


def test_gateway_and_centre_can_be_installed_on_one_machine_again_and_again(tmp_path: Path) -> None:
    machine = Machine(tmp_path, dry_run=False)
    for files in (EDGE, CENTRE, ROLES["city"]):
        list(install(machine, files, PROGRAM))
        assert {step.said(dry_run=False).split(":")[0] for step in install(machine, files, PROGRAM)} == {"unchanged"}
    assert {path.name for path in (tmp_path / "etc/systemd/system").iterdir()} == {
        *("street-gateway.service", "street-backup.service", "street-backup.timer", "street-first-boot.service"),
        *("street-recovery.path", "street-recovery.service", "street-update.path", "street-update.service", "street-update.timer"),
        *("street-central.service", "street-page.service", "street-city.service"),
        *("street-central-backup.service", "street-central-backup.timer"),
    }


def test_trust_gets_a_user_and_a_folder_of_its_own_which_nobody_else_can_read(tmp_path: Path) -> None:
    machine = Machine(tmp_path, dry_run=False)
    said = [step.said(dry_run=False) for step in install(machine, ROLES["trust"], PROGRAM)]
    assert {"created: user street-trust", "created: /var/lib/street-trust (mode 0700, street-trust:street-trust)"} <= set(said)
    folder = (tmp_path / "var/lib/street-trust").stat()
    users = dict(line.split(":")[0:3:2] for line in (tmp_path / "etc/passwd").read_text().splitlines())
    assert (folder.st_mode & 0o777, str(folder.st_uid)) == (0o700, users["street-trust"])
    removed = [step.said(dry_run=False) for step in uninstall(machine)]
    assert "removed: /etc/systemd/system/street-broker-certificate@.timer" in removed
    assert "left: /var/lib/street-trust (to delete it: rm -r /var/lib/street-trust)" in removed


def test_a_dry_run_says_the_same_steps_and_changes_nothing(tmp_path: Path) -> None:
    would = [step.said(dry_run=True) for step in install(Machine(tmp_path, dry_run=True), CENTRE, PROGRAM)]
    assert list(tmp_path.iterdir()) == []
    done = [step.said(dry_run=False) for step in install(Machine(tmp_path, dry_run=False), CENTRE, PROGRAM)]
    assert would == [line.replace("created", "would create") for line in done]


def test_uninstalling_removes_what_was_installed_and_leaves_settings_and_readings(tmp_path: Path) -> None:
    machine = Machine(tmp_path, dry_run=False)
    list(install(machine, (*EDGE, *CENTRE), PROGRAM))
    (tmp_path / "etc/street-gateway/site.yaml").write_text("site: prato\n")
    said = [step.said(dry_run=False) for step in uninstall(machine)]
    assert below(tmp_path) == []
    assert (tmp_path / "etc/street-gateway/site.yaml").read_text() == "site: prato\n"
    assert "left: /etc/street-gateway (to delete it: rm -r /etc/street-gateway)" in said
    assert [line for line in (step.said(dry_run=False) for step in uninstall(machine)) if not line.startswith("left")] == []


def test_running_units_are_stopped_and_the_managers_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    monkeypatch.setattr(Machine, "is_running", property(lambda _self: True))
    monkeypatch.setattr(Machine, "has_udev", property(lambda _self: True))
    monkeypatch.setattr(Machine, "run", lambda _self, command, _given=b"": ran.append(" ".join(command)))
    machine = Machine(tmp_path, dry_run=False)
    list(install(machine, ROLES["ingest"], PROGRAM))
    assert ran[-2:] == ["systemctl daemon-reload", "udevadm control --reload"]
    list(install(machine, EDGE, PROGRAM))
    assert ran[-1] == "udevadm trigger --subsystem-match=leds", "LEDs are there before their rule"
    ran.clear()
    list(uninstall(machine))
    assert ran == [
        "systemctl disable street-gateway.service street-backup.service street-backup.timer street-first-boot.service street-recovery.path street-recovery.service street-update.path street-update.service street-update.timer street-ingest@.service",
        "systemctl stop street-gateway.service street-backup.service street-backup.timer street-first-boot.service street-recovery.path street-recovery.service street-update.path street-update.service street-update.timer street-ingest@*.service",
        "systemctl daemon-reload",
        "udevadm control --reload",
    ]


def test_units_run_the_program_that_installs_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", "/opt/street-gateway")
    assert program_below(Machine(Path("/"), dry_run=True)) == "/opt/street-gateway/bin/gateway"
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "opt/street-gateway"))
    assert program_below(Machine(tmp_path, dry_run=True)) == "/opt/street-gateway/bin/gateway"


def test_a_program_in_a_home_folder_is_refused_as_services_do_not_see_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", "/home/anna/venv")
    with pytest.raises(InstallError, match=r"services can't run /home/anna/venv/bin/gateway.*install the wheel into /opt/street-gateway"):
        program_below(Machine(Path("/"), dry_run=True))
