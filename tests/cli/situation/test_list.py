"""`gateway situation list`."""

import json
from pathlib import Path

from tests.cli.situation.room import ANNA, LUCA, Room, feature_file
from tests.situation.examples import accident


def test_situations_are_listed_in_the_order_in_which_they_begin(room: Room, tmp_path: Path) -> None:
    drill = accident(information_status="securityExercise")
    assert room("publish", feature_file(tmp_path, drill, "prova"), *LUCA).exit_code == 0
    head, first, second = room("list").output.splitlines()
    assert head.split() == ["situation", "kind", "state", "from", "until", "owner", "headline"]
    assert first.split()[:3] == ["prova", "accident", "active"]
    assert first.endswith("[securityExercise] Incidente in Via Roma")
    assert second.split()[:6] == ["scavo-1", "roadworks", "proposed", "2026-12-01", "2026-12-04", "publiacqua"]


def test_an_organisation_sees_what_it_may(room: Room) -> None:
    assert "scavo-1" in room("list", "--as", "citelum").output
    assert room("list", "--as", "cap").output == "no situations\n"


def test_as_json_it_is_geojson(room: Room) -> None:
    listed = json.loads(room("list", "--json", "--as", "comune").output)
    assert listed["type"] == "FeatureCollection"
    assert [(one["id"], one["properties"]["version"]) for one in listed["features"]] == [("scavo-1", 1)]
    assert json.loads(room("list", "--json", "--kind", "accident").output)["features"] == []


def test_what_is_over_is_listed_on_demand(room: Room) -> None:
    room("cancel", "scavo-1", *ANNA, "--reason", "rinviato")
    assert room("list").output == "no situations\n"
    assert "cancelled" in room("list", "--all").output
