"""`gateway situation export`."""

import json
import re
from pathlib import Path

import pytest

from tests.cli.situation.room import ANNA, LUCA, Room, feature_file, later
from tests.situation.examples import accident, works

PUBLIC = {"public": True, "organisations": []}
WARNING = {"category": ["Infra"], "event": "Lavori", "urgency": "Expected", "certainty": "Likely"}


def test_the_public_gets_what_is_public_and_an_organisation_what_it_may_see(room: Room, tmp_path: Path) -> None:
    room("publish", feature_file(tmp_path, accident(), "incidente"), *LUCA)
    assert names(room("export", "--format", "geojson").stdout) == ["incidente"]
    assert names(room("export", "--format", "geojson", "--as", "citelum").stdout) == ["incidente", "scavo-1"]
    assert names(room("export", "--format", "geojson", "--as", "citelum", "--id", "scavo-1").stdout) == ["scavo-1"]
    assert room("export", "--format", "geojson", "--id", "scavo-1").output == "gateway: there is no situation 'scavo-1'\n"
    assert (
        room("export", "--format", "geojson", "--as", "citelun").output
        == "gateway: unknown organisation 'citelun'; did you mean 'citelum'?\n"
    )


def names(text: str) -> list[str]:
    return [one["id"] for one in json.loads(text)["features"]]


def test_what_has_no_place_is_named(room: Room) -> None:
    done = room("export", "--format", "wzdx", "--as", "citelum")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["features"] == []
    assert done.stderr == "scavo-1: left out: what is proposed has no place in WZDx 4.2\n"
    room("ack", "scavo-1", "accepted", *LUCA)
    done = room("export", "--format", "wzdx", "--as", "citelum", language="it_IT.UTF-8")
    assert [one["properties"]["vehicle_impact"] for one in json.loads(done.stdout)["features"]] == ["unknown"]
    assert done.stderr.startswith("non in WZDx 4.2: acknowledgements (1), audience.organisations (1), location.street_refs.key (1), ")


def test_a_file_is_written_for_all_to_read_if_it_is_public(room: Room, tmp_path: Path) -> None:
    room("export", "--format", "icalendar", "--output", tmp_path / "public.ics")
    room("export", "--format", "icalendar", "--as", "citelum", "--output", tmp_path / "citelum.ics")
    assert b"scavo-1" not in (tmp_path / "public.ics").read_bytes()
    assert b"UID:scavo-1@prato\r\n" in (tmp_path / "citelum.ics").read_bytes()
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("public.ics", "citelum.ics")] == [0o644, 0o600]
    done = room("export", "--format", "icalendar", "--output", tmp_path / "missing" / "public.ics")
    assert done.exit_code == 1
    assert done.output.startswith(f"gateway: can't write {tmp_path / 'missing' / 'public.ics'}: ")


def test_alerts_are_a_file_each_and_refer_to_their_earlier_versions(room: Room, tmp_path: Path) -> None:
    for name in ("primo", "secondo"):
        room("publish", feature_file(tmp_path, works(audience=PUBLIC, cap=WARNING), name), *ANNA)
        room("ack", name, "accepted", *LUCA)
    done = room("export", "--format", "cap")
    assert done.output == "gateway: CAP 1.2 is several files: say with --output into which folder, or with --id which situation\n"
    assert room("export", "--format", "cap", "--output", tmp_path / "alerts").exit_code == 0
    assert sorted(one.name for one in (tmp_path / "alerts").iterdir()) == ["publiacqua-primo-2.xml", "publiacqua-secondo-2.xml"]
    room("confirm", "primo", *ANNA)
    alert = room("export", "--format", "cap", "--id", "primo").stdout
    assert "<msgType>Update</msgType>" in alert
    assert "<references>publiacqua,publiacqua-primo-2,2026-11-02T09:00:00+01:00</references>" in alert


def test_what_has_been_over_for_a_week_is_exported_on_demand(room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room("publish", feature_file(tmp_path, works(audience=PUBLIC), "vecchio"), *ANNA)
    room("cancel", "vecchio", *ANNA, "--reason", "rinviato")
    assert names(room("export", "--format", "geojson").stdout) == ["vecchio"]
    later(monkeypatch, 8)
    assert names(room("export", "--format", "geojson").stdout) == []
    assert names(room("export", "--format", "geojson", "--id", "vecchio").stdout) == ["vecchio"]


def test_a_reader_of_datex_asks_for_what_has_changed(room: Room, tmp_path: Path) -> None:
    room("ack", "scavo-1", "accepted", *LUCA)
    room("publish", feature_file(tmp_path, accident(), "incidente"), *LUCA)
    assert room("export", "--format", "datex-it", "--as", "comune", "--output", tmp_path / "datex").exit_code == 0
    files = sorted((tmp_path / "datex").iterdir())
    assert [one.name for one in files] == [
        "SituationPublication.xml",
        "SituationPublicationNotRoadworks.xml",
        "SituationPublicationRoadworks.xml",
    ]
    numbers = [int(one) for one in re.findall(r"Sequence>([0-9]+)<", files[0].read_text())]
    assert len(numbers) == 2
    room("export", "--format", "datex-it", "--as", "comune", "--since", min(numbers), "--output", tmp_path / "newer")
    newer = (tmp_path / "newer" / "SituationPublication.xml").read_text()
    assert re.findall(r"Sequence>([0-9]+)<", newer) == [str(max(numbers))]
    assert "--since needs --format datex-it" in room("export", "--format", "geojson", "--since", 1).output
