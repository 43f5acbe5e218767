"""`gateway lighting import`."""

from pathlib import Path

from tests.cli.in_process import run
from tests.cli.lighting.samples import SAMPLE


def test_what_was_exported_is_a_part_of_a_site_file_that_does_the_same(tmp_path: Path) -> None:
    exported = run("lighting", "export", str(SAMPLE)).stdout
    (tmp_path / "talq.json").write_text(exported)
    part = run("lighting", "import", str(tmp_path / "talq.json"))
    assert part.returncode == 0
    text = SAMPLE.read_text()
    groups = text[text.index("  groups:") :]
    site = tmp_path / "site.yaml"
    site.write_text(f"site: prato\ntime_zone: Europe/Rome\n{part.stdout}  lat: 43.8777\n  lon: 11.1022\n  patron: '12-26'\n{groups}")
    nights = [run("lighting", "preview", str(one), "--date", "2027-03-28", "--json").stdout for one in (SAMPLE, site)]
    assert nights[0] == nights[1]


def test_standard_input_is_read() -> None:
    done = run("lighting", "import", "-", given='[{"id": "c", "ownerCMS": "o", "defaultProgram": "p"}]')
    assert (done.returncode, done.stdout) == (0, "lighting:\n  calendars:\n    c: {default: p}\n")


def test_what_cannot_be_imported_is_named_and_nothing_is_printed(tmp_path: Path) -> None:
    file = tmp_path / "talq.json"
    file.write_text('{"programs": [{"type": "ControlProgramOne", "id": "p"}]}')
    done = run("lighting", "import", str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{file}: programs[0]: " in done.stderr


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "can't read" in run("lighting", "import", str(tmp_path / "none.json"), environment={"LC_ALL": "en"}).stderr
