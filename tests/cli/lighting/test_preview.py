"""`gateway lighting preview`."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.cli.in_process import run
from tests.cli.lighting.samples import SAMPLE

NIGHT = ("lighting", "preview", str(SAMPLE), "--date", "2027-03-28")


def test_a_night_is_printed_with_times_levels_reasons_hours_and_energy() -> None:
    done = run(*NIGHT, "--group", "viale-piave", environment={"LC_ALL": "en"})
    assert (done.returncode, done.stdout.splitlines()) == (
        0,
        [
            "Sunday, 28 March 2027",
            "",
            "viale-piave  avenue-weekend",
            "  19:47:12  100 %  program avenue-weekend",
            "  00:30:00   70 %  program avenue-weekend within 300 s",
            "  03:00:00   50 %  program avenue-weekend within 300 s",
            "  06:30:00  100 %  program avenue-weekend within 300 s",
            "  06:53:10    off  program avenue-weekend",
            "  11 h 06 min, 12 lamps, 6.317 kWh",
        ],
    )


def test_the_sample_is_previewed_as_json_with_a_picture(tmp_path: Path) -> None:
    done = run(*NIGHT, "--json", "--svg", str(tmp_path / "night.svg"), "--language", "it")
    found = json.loads(done.stdout)
    assert [(one["group"], one["lamps"], one["switches"]) for one in found["groups"]] == [
        ("viale-piave", 12, 5),
        ("via-roma", 6, 2),
        ("parco-cascine", 4, 4),
    ]
    road = found["groups"][1]
    assert road["least_energy_kwh"] < road["energy_kwh"]
    assert [(one["at"], one["level"]) for one in found["groups"][0]["nights"][0]["steps"]][:2] == [
        ("2027-03-28T12:00:00+02:00", 0), ("2027-03-28T19:47:12+02:00", 100),
    ]  # fmt: skip
    picture = ET.parse(tmp_path / "night.svg").getroot()
    assert any("domenica 28 marzo 2027" in (one.text or "") for one in picture)


def test_a_year_is_printed_by_months_and_drawn(tmp_path: Path) -> None:
    done = run("lighting", "preview", str(SAMPLE), "--date", "2028-03-28", "--year", "--group", "via-roma", "--svg", str(tmp_path / "year.svg"),
               environment={"LC_ALL": "en"})  # fmt: skip
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["group", "month", "nights", "hours", "switches", "kWh"]
    assert len(lines) == 1 + 12 + 1
    assert lines[-1].split()[:3] == ["via-roma", "year", "366"]
    assert "prato · 2028" in (tmp_path / "year.svg").read_text()


def test_without_a_date_it_is_the_night_of_today() -> None:
    done = run("lighting", "preview", str(SAMPLE), "--json")
    assert len(json.loads(done.stdout)["groups"][0]["nights"]) == 1


def test_a_lamp_that_never_switches_is_printed(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("site: a\nlighting: {lat: 1, lon: 2, groups: {g: {lamps: [l], power: 10, default_level: 30}}}\n")
    done = run("lighting", "preview", str(site), "--date", "2027-03-28", environment={"LC_ALL": "it"})
    assert "30 %  sempre" in done.stdout
    assert "24 h 00 min, 1 lampada, 0,072 kWh" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("--group", "viale-piav"), 1, "unknown group 'viale-piav'; did you mean 'viale-piave'?"),
        (("--date", "28.3.2027"), 2, "'28.3.2027' is not a date; write for example 2027-03-28"),
        (("--date", "1492-01-01"), 2, "out of range"),
        (("--svg", "/nonexistent/night.svg"), 1, "can't write /nonexistent/night.svg"),
    ],
)
def test_mistakes_are_said(arguments: tuple[str, ...], code: int, sentence: str) -> None:
    done = run("lighting", "preview", str(SAMPLE), *arguments, environment={"LC_ALL": "en"})
    assert done.returncode == code
    assert sentence in done.stderr


def test_lighting_without_lamps_is_said(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("site: a\nlighting: {lat: 1, lon: 2}\n")
    assert "has no lamps: add 'groups:'" in run("lighting", "preview", str(site), environment={"LC_ALL": "en"}).stderr


@pytest.mark.parametrize(("arguments", "picture"), [((), "lighting-night.svg"), (("--year",), "lighting-year.svg")])
def test_the_pictures_of_the_documentation_are_those_of_the_sample(arguments: tuple[str, ...], picture: str, tmp_path: Path) -> None:
    run("lighting", "preview", str(SAMPLE), "--date", "2027-03-28", *arguments, "--svg", str(tmp_path / "drawn.svg"), "--language", "en")
    assert (tmp_path / "drawn.svg").read_text() == (SAMPLE.parents[1] / "pictures" / picture).read_text()
