"""`gateway situation show`."""

import json
from pathlib import Path

from tests.cli.situation.room import ANNA, LUCA, Room, feature_file
from tests.situation.examples import works


def test_a_situation_is_shown_with_its_answers_and_its_history(room: Room) -> None:
    room("ack", "scavo-1", "objected", *LUCA, "--note", "mercato")
    lines = room("show", "scavo-1").output.splitlines()
    assert lines[:5] == [
        "scavo-1: Scavo in Via Roma",
        "roadworks of publiacqua, version 1, proposed, real",
        "planned from 2026-12-01 to 2026-12-04",
        "street VIA ROMA (anncsu 375741)",
        "comune: objected version 1: mercato",
    ]
    assert lines[-2].split()[1:] == ["publiacqua", "(anna)", "publish", "1", "proposed"]
    assert lines[-1].split()[1:] == ["comune", "(luca)", "acknowledge", "1", "proposed"]


def test_it_says_when_it_happens_next_and_for_whom_it_waits(room: Room, tmp_path: Path) -> None:
    nights = {
        "planned_start": "2026-12-01",
        "planned_end": "2026-12-20",
        "recurrence": [{"begin": "21:00", "end": "05:00", "days": [1, 2]}],
    }
    room("publish", feature_file(tmp_path, works(timing=nights), "notte"), *ANNA)
    assert room("show", "notte").output.splitlines()[4:8] == [
        "next 2026-12-01T20:00:00Z to 2026-12-02T04:00:00Z",
        "next 2026-12-07T20:00:00Z to 2026-12-08T04:00:00Z",
        "next 2026-12-08T20:00:00Z to 2026-12-09T04:00:00Z",
        "waits for comune (proposal) until 2026-11-09T23:00:00Z",
    ]


def test_an_organisation_sees_no_history_and_nothing_that_it_may_not(room: Room) -> None:
    seen = room("show", "scavo-1", "--as", "citelum").output
    assert "publiacqua (anna)" not in seen
    assert "waits for" not in seen
    assert room("show", "scavo-1", "--as", "cap").output == "gateway: there is no situation 'scavo-1'\n"
    assert room("show", "scavo-9").output == "gateway: there is no situation 'scavo-9'\n"


def test_as_json_it_is_the_feature(room: Room) -> None:
    feature = json.loads(room("show", "scavo-1", "--json").output)
    assert (feature["type"], feature["id"], feature["properties"]["owner"]) == ("Feature", "scavo-1", "publiacqua")


def test_what_it_affects_is_shown_to_those_who_see_all_of_it(room: Room, tmp_path: Path) -> None:
    site = tmp_path / "centre.yaml"
    assets = {"qe-041": {"lat": 43.88025, "lon": 11.0955}, "pl-1": {"panel": "qe-041"}, "qe-042": {"lat": 43.9, "lon": 11.1}}
    site.write_text(json.dumps(json.loads(site.read_text()) | {"assets": assets}))
    impact = {"lines": ["LAM 1"], "stops": [{"id": "4411", "name": "Via Roma", "replaced_by": "4412"}]}
    audience = {"public": True, "organisations": ["citelum"]}
    room("publish", feature_file(tmp_path, works(impact=impact, audience=audience), "linea"), *ANNA)
    said = ["affects 2 assets: pl-1, qe-041", "affects lines: LAM 1", "affects stop Via Roma, replaced by 4412"]
    for whom in ((), ("--as", "citelum"), ("--as", "comune")):
        assert [line for line in room("show", "linea", *whom).output.splitlines() if line.startswith("affects")] == said
    own = json.loads(site.read_text())
    own["centre"]["situation"]["organisations"]["cap"] = {}
    site.write_text(json.dumps(own))
    seen = room("show", "linea", "--as", "cap")
    assert (seen.exit_code, "affects" in seen.output) == (0, False)
