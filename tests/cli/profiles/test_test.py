"""`gateway profiles test`: the examples of profiles."""

import json
from pathlib import Path

import device_profiles
from tests.cli.profiles.command_line import ROOT, run


def test_the_whole_library_passes_and_constructed_examples_are_counted_apart() -> None:
    done = run("test", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert found["failures"] == 0
    assert found["failed"] == []
    assert found["profiles"] == len(device_profiles.paths()) >= 64
    assert found["examples"] >= 135
    assert found["examples"] - found["constructed"] > 60


def test_a_wrong_digit_fails_the_test_and_shows_both_values(tmp_path: Path) -> None:
    file = tmp_path / "xy_md02.yaml"
    file.write_text(
        device_profiles.paths()["xy_md02"].read_text().replace("input: 1, type: int16, scale: 0.1", "input: 1, type: int16, scale: 0.2")
    )
    done = run("test", str(file))
    assert done.returncode == 1
    assert "example 'read both': 'temperature' decodes to 61.0, the example has 30.5" in done.stdout
    assert "1 profiles, 4 examples (1 of them constructed), 3 failures" in done.stdout


def test_a_broken_profile_is_reported_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "xy_md02.yaml"
    file.write_text(device_profiles.paths()["xy_md02"].read_text().replace("unit: 1", "unitt: 1"))
    done = run("test", str(file))
    assert done.returncode == 1
    assert f"{file}:11:10: unknown key 'unitt'; did you mean 'unit'?" in done.stdout
    assert "Traceback" not in done.stderr


def test_the_walk_through_in_the_documentation_gives_a_profile_that_passes(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "profiles.md").read_text()
    blocks = [part.split("```")[0] for part in page.split("```yaml\n")[1:]]
    file = tmp_path / "procon_ld120.yaml"
    file.write_text("".join(blocks))
    done = run("test", str(file))
    assert (done.returncode, done.stdout) == (0, "1 profiles, 1 examples (1 of them constructed), 0 failures\n")
    shown = json.loads(run("show", str(file), "--json").stdout)
    whole = json.loads(run("show", "procon_ld120", "--json").stdout)
    assert {point["name"]: point for point in whole["points"]}.items() >= {point["name"]: point for point in shown["points"]}.items()
