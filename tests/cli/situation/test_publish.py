"""`gateway situation publish`."""

import re
from pathlib import Path

from tests.cli.situation.room import ANNA, LUCA, Room, feature_file
from tests.situation.examples import accident, works


def test_works_are_proposed_and_an_accident_is_active(room: Room, tmp_path: Path) -> None:
    assert room("publish", feature_file(tmp_path, works(), "altro"), *ANNA).output == "altro: version 1, proposed\n"
    assert room("publish", feature_file(tmp_path, accident(), "incidente"), *LUCA).output == "incidente: version 1, active\n"
    assert room("publish", feature_file(tmp_path, works(), "suoi"), *LUCA, "--state", "confirmed").output == "suoi: version 1, confirmed\n"


def test_an_event_without_a_name_gets_one(room: Room, tmp_path: Path) -> None:
    assert re.fullmatch(
        r"publiacqua-[0-9a-f]{8}: version 1, proposed\n", room("publish", feature_file(tmp_path, works(), None), *ANNA).output
    )


def test_every_reason_is_printed_with_the_file(room: Room, tmp_path: Path) -> None:
    file = feature_file(tmp_path, works(kind="accident", timing={"planned_start": "2026-02-30"}))
    done = room("publish", file, *ANNA)
    assert done.exit_code == 1
    assert done.output.splitlines() == [
        f"{file}: '2026-02-30' of planned_start is no date that exists",
        f"{file}: 'roadworks' does not belong to the kind 'accident'",
    ]


def test_two_states_contradict_each_other(room: Room, tmp_path: Path) -> None:
    done = room("publish", feature_file(tmp_path, works(), "altro", state="planned"), *LUCA, "--state", "confirmed")
    assert done.output == "gateway: --state confirmed contradicts the file, which says 'planned'\n"


def test_a_name_is_used_once(room: Room, tmp_path: Path) -> None:
    assert room("publish", feature_file(tmp_path, works()), *ANNA).output == "gateway: scavo-1 exists already\n"


def test_works_that_are_announced_late_are_published_with_a_warning(room: Room, tmp_path: Path) -> None:
    soon = feature_file(tmp_path, works(timing={"planned_start": "2026-11-05", "planned_end": "2026-11-06"}), "presto")
    done = room("publish", soon, *ANNA)
    assert done.output == "presto: version 1, proposed\nannounced late: 2026-10-22 was the last day for works of this category\n"
