"""The reference pages say what the code says, and leave out nothing."""

import re
from pathlib import Path

import pytest

from gateway.model.canonical import MEASUREMENTS
from gateway.model.quality import MEANINGS, Quality
from gateway.model.site.file import Site
from tests.house.reference.pages import BEGIN, DOCS, END, pages, with_generated
from tests.house.reference.site_keys import mappings_of
from tests.house.source import ROOT
from tests.house.test_documents import commands_of


@pytest.mark.parametrize("path", sorted(pages()), ids=lambda path: path.name)
def test_a_page_is_as_generated(path: Path) -> None:
    assert path.read_text() == pages()[path](), "run 'make reference'"


def test_every_key_of_the_site_file_says_what_it_means() -> None:
    keys = [(mapping.places[0], key) for mapping in mappings_of(Site).values() for key in mapping.keys]
    assert [(place, key.name) for place, key in keys if not key.text.endswith(".")] == []
    assert len(keys) > 90


def test_keys_that_several_mappings_share_are_described_once_with_all_places() -> None:
    places = [mapping.places for mapping in mappings_of(Site).values()]
    assert [
        "uplink.login",
        "centre.login",
        "centre.store.influx.login",
        "centre.grafana.login",
        "centre.alarms.smtp.login",
        "centre.situation.postgresql.login",
    ] in places


def test_defaults_are_written_as_in_a_site_file() -> None:
    defaults = {f"{mapping.places[0]}.{key.name}": key.default for mapping in mappings_of(Site).values() for key in mapping.keys}
    assert defaults["uplink.flush"] == "`10s`"
    assert defaults["journal.max_size"] == "`1GiB`"
    assert defaults["lines[].echo"] == "`false`"
    assert defaults["uplink.broker"] == "required"
    assert defaults["centre.tls"] == ""


def test_every_command_has_a_section() -> None:
    from firmware_tools.cli import main as firmware
    from gateway.cli import main

    text = (DOCS / "commands.md").read_text()
    above = [(f"{one.name} {name}", command) for one in (main, firmware) for name, command in commands_of(one).items()]
    while above:
        words, command = above.pop()
        below = commands_of(command)
        above += [(f"{words} {name}", one) for name, one in below.items()]
        assert below or f"\n## {words}\n" in text, words


def test_every_metric_that_the_code_names_is_in_the_table() -> None:
    named = {name for path in (ROOT / "gateway").rglob("*.py") for name in re.findall(r'"(street_[a-z_]+[a-z])"', path.read_text())}
    listed = set(re.findall(r"^\| `(street_\w+)`", (DOCS / "metrics.md").read_text(), re.MULTILINE))
    assert {name for name in named if not {name, f"{name}_total"} & listed} == {
        "street_demo",
        "street_refs",
    }  # the demo's database, and a field of situations


def test_every_field_and_quality_is_explained() -> None:
    text = (DOCS / "fields.md").read_text()
    assert [name for fields in MEASUREMENTS.values() for name, field in fields.items() if f"| `{name}` | {field.kind} |" not in text] == []
    assert set(MEANINGS) == set(Quality)


def test_what_is_written_by_hand_around_a_generated_part_stays() -> None:
    page = f"# Title\n\n{BEGIN}old\n{END}\nNotes\n"
    assert with_generated(page, "new\n") == f"# Title\n\n{BEGIN}new\n{END}\nNotes\n"
