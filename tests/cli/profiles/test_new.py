"""`gateway profiles new`: a profile to start from."""

from pathlib import Path

import pytest

from tests.cli.profiles.command_line import run


@pytest.mark.parametrize("speaks", ["modbus", "text", "frame"])
def test_a_new_profile_passes_its_test(speaks: str, tmp_path: Path) -> None:
    done = run("new", "my_device.yaml", "--kind", "parking", "--vendor", 'Acme "Street"', "--speaks", speaks, cwd=tmp_path, given="M 1\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "run 'gateway profiles test my_device.yaml'" in done.stdout
    assert run("test", "my_device.yaml", cwd=tmp_path).stdout == "1 profiles, 1 examples (0 of them constructed), 0 failures\n"


def test_a_new_profile_never_overwrites_a_file(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("mine")
    done = run("new", "mine.yaml", "--vendor", "v", "--model", "m", "--kind", "relay", "--speaks", "modbus", cwd=tmp_path)
    assert (done.returncode, (tmp_path / "mine.yaml").read_text()) == (1, "mine")
    assert "already exists" in done.stderr
    assert (
        "write lower-case letters"
        in run("new", "My-Meter.yml", "--vendor", "v", "--model", "m", "--kind", "relay", "--speaks", "text", cwd=tmp_path).stderr
    )
