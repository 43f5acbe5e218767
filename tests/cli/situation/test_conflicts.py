"""`gateway situation conflicts`."""

import json
from pathlib import Path

from tests.cli.situation.room import MARIO, Room, feature_file
from tests.situation.examples import works


def test_what_is_in_the_way_is_shown_with_what_could_be_saved(room: Room, tmp_path: Path) -> None:
    moved = works(timing={"planned_start": "2026-12-10", "planned_end": "2026-12-12"})
    assert room("publish", feature_file(tmp_path, moved, "fibra"), *MARIO).exit_code == 0
    done = room("conflicts", "fibra")
    assert done.exit_code == 1
    head, first, saving = done.output.splitlines()
    assert head.split() == ["in", "the", "way", "grounds", "days", "between", "metres"]
    assert first.split() == ["scavo-1", "street,", "geometry", "5", "0"]
    assert saving == "dig together with scavo-1: up to 3 days of works less, 20 m² opened once"
    found = json.loads(room("conflicts", "fibra", "--json").output)
    assert [one["other"] for one in found["conflicts"] + found["together"]] == ["scavo-1", "scavo-1"]


def test_where_nothing_is_in_the_way_it_says_so(room: Room) -> None:
    done = room("conflicts", "scavo-1")
    assert (done.exit_code, done.output) == (0, "nothing is in the way\n")
