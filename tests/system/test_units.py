"""The systemd units are valid, and run as a user of their own."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

UNITS = sorted((Path(__file__).parents[2] / "systemd").glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_finds_no_error_in_a_unit(unit: Path, tmp_path: Path) -> None:
    here = tmp_path / unit.name
    # Only the path of the program is changed: the tests install nothing.
    here.write_text(unit.read_text().replace("/opt/street-gateway/bin/gateway", f"{Path(sys.executable).parent}/gateway"))
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(here)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_service_has_a_unit_and_its_own_user() -> None:
    assert [unit.stem for unit in UNITS] == ["street-central", "street-city", "street-gateway", "street-ingest@", "street-page"]
    for unit in UNITS:
        text = unit.read_text()
        assert "Type=notify" in text
        assert "User=street-gateway" in text
        assert "NoNewPrivileges=yes" in text


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
    hardened = {unit.read_text().partition("NoNewPrivileges=yes")[2] for unit in UNITS if unit.stem != "street-gateway"}
    assert len(hardened) == 1
