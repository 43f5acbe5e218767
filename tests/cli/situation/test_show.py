"""`gateway situation show`."""

import json

from tests.cli.situation.room import LUCA, Room


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


def test_an_organisation_sees_no_history_and_nothing_that_it_may_not(room: Room) -> None:
    assert "publiacqua (anna)" not in room("show", "scavo-1", "--as", "citelum").output
    assert room("show", "scavo-1", "--as", "cap").output == "gateway: there is no situation 'scavo-1'\n"
    assert room("show", "scavo-9").output == "gateway: there is no situation 'scavo-9'\n"


def test_as_json_it_is_the_feature(room: Room) -> None:
    feature = json.loads(room("show", "scavo-1", "--json").output)
    assert (feature["type"], feature["id"], feature["properties"]["owner"]) == ("Feature", "scavo-1", "publiacqua")
