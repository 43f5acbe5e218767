"""The systemd units are valid, and run as a user of their own."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main

FOLDER = Path(__file__).parents[2] / "systemd"
UNITS = sorted(FOLDER.glob("*.service"))
TIMERS = sorted(FOLDER.glob("*.timer"))
PATHS = sorted(FOLDER.glob("*.path"))
ONCE = ("street-backup", "street-central-backup", "street-broker-certificate@", "street-first-boot", "street-recovery", "street-update")
"""Services that end when their work is done."""

ROOTED = ("street-broker-certificate@", "street-first-boot", "street-recovery", "street-update")
"""Services that work for several users, or need the rights of root."""


def with_program_of_tests(folder: Path) -> None:
    """Copy the units. Only the path of the program is changed: the tests install nothing."""
    for unit in (*UNITS, *TIMERS, *PATHS):
        text = re.sub(r"/opt/street-gateway(\.slots/proven)?/bin/gateway", f"{Path(sys.executable).parent}/gateway", unit.read_text())
        (folder / unit.name).write_text(text)


@pytest.mark.parametrize("unit", [*UNITS, *TIMERS, *PATHS], ids=lambda unit: unit.name)
def test_systemd_finds_no_error_in_a_unit(unit: Path, tmp_path: Path) -> None:
    with_program_of_tests(tmp_path)
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(tmp_path / unit.name)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_service_that_runs_all_the_time_is_watched() -> None:
    for unit in UNITS:
        text = unit.read_text()
        if unit.stem in ONCE:
            assert "Type=oneshot" in text
        else:
            assert "Type=notify" in text
            assert "WatchdogSec=60" in text
            assert "Restart=always" in text


def test_every_service_has_a_user_of_its_own_unless_it_serves_several() -> None:
    users = {unit.stem: re.search(r"^User=(.*)", unit.read_text(), re.MULTILINE) for unit in UNITS}
    assert {unit for unit, user in users.items() if user is None} == set(ROOTED)
    assert {user[1] for user in users.values() if user is not None} == {"street-gateway", "street-trust"}
    assert all("NoNewPrivileges=yes" in unit.read_text() for unit in UNITS)


def test_every_timer_and_path_starts_a_service_that_is_there() -> None:
    assert {one.stem for one in (*TIMERS, *PATHS)} < {unit.stem for unit in UNITS}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_is_exposed_as_little_as_it_can_be(unit: Path) -> None:
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", str(unit)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    overall = re.search(r"Overall exposure level for \S+: ([0-9.]+) ", done.stdout)
    assert overall, done.stdout + done.stderr
    assert float(overall[1]) <= 2.0, done.stdout


def test_the_units_of_a_centre_are_hardened_alike() -> None:
    centre = [unit for unit in UNITS if unit.stem not in (*ONCE, "street-gateway")]
    assert len({unit.read_text().partition("NoNewPrivileges=yes")[2] for unit in centre}) == 1


def test_every_command_of_a_unit_exists() -> None:
    for unit in UNITS:
        called = re.search(r"^ExecStart=\S+/gateway (.*)", unit.read_text(), re.MULTILINE)
        assert called, unit
        words = [word for word in called[1].split() if not word.startswith(("-", "/", "$", "%"))]
        of_a_group = words[0] in {"trust", "update"} or words[:2] == ["central", "backup"]
        done = CliRunner().invoke(main, [*words[: 2 if of_a_group else 1], "--help"])
        assert done.exit_code == 0, (unit.name, done.output)
        options = {word for word in called[1].split() if word.startswith("--")}
        assert all(option in done.output for option in options), (unit.name, done.output)
