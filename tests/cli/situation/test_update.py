"""`gateway situation update`."""

import json
from pathlib import Path

from tests.cli.situation.room import ANNA, LUCA, Room, feature_file
from tests.situation.examples import works


def test_what_show_prints_can_be_changed_and_sent_back(room: Room, tmp_path: Path) -> None:
    feature = json.loads(room("show", "scavo-1", "--json").output)
    feature["properties"]["headline"]["it"] = "Nuovo allacciamento"
    (tmp_path / "changed.geojson").write_text(json.dumps(feature))
    assert room("update", "scavo-1", tmp_path / "changed.geojson", *ANNA).output == "scavo-1: version 2, proposed\n"
    assert "Nuovo allacciamento" in room("list").output
    assert "has version 2, this is about version 1" in room("update", "scavo-1", tmp_path / "changed.geojson", *ANNA).output


def test_new_dates_are_asked_again(room: Room, tmp_path: Path) -> None:
    room("ack", "scavo-1", "accepted", *LUCA)
    moved = feature_file(tmp_path, works(timing={"planned_start": "2026-12-10", "planned_end": "2026-12-12"}), "moved")
    assert room("update", "scavo-1", moved, *ANNA, "--version", 2).output == "scavo-1: version 3, proposed\n"


def test_a_file_without_version_needs_the_option(room: Room, tmp_path: Path) -> None:
    done = room("update", "scavo-1", feature_file(tmp_path, works(), "new"), *ANNA)
    assert (done.exit_code, "say with --version" in done.output) == (2, True)
