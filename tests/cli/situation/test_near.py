"""`gateway situation near`."""

import json
from pathlib import Path

import pytest

from tests.cli.situation.room import Room
from tests.situation.test_private_layer import collection, feature, north


@pytest.fixture
def layer(room: Room, tmp_path: Path) -> Path:
    """The layer of Citelum, which the site file names."""
    path, site = tmp_path / "rete.geojson", tmp_path / "centre.yaml"
    path.write_bytes(collection(feature(north(12), "linea-7"), feature(north(40), "linea-8")))
    path.chmod(0o600)
    document = json.loads(site.read_text())
    document["centre"]["situation"]["organisations"]["citelum"]["layer"] = str(path)
    site.write_text(json.dumps(document))
    return path


def test_an_organisation_sees_which_works_are_near_to_what_it_owns(room: Room, layer: Path) -> None:
    done = room("near", "--as", "citelum")
    assert done.exit_code == 0
    assert [line.split() for line in done.output.splitlines()] == [["works", "near", "metres"], ["scavo-1", "linea-7", "9.9"]]
    found = json.loads(room("near", "scavo-1", "--as", "citelum", "--json").output)
    assert found == {"v": 1, "situations": [{"situation": "scavo-1", "near_own_assets": [{"id": "linea-7", "distance_m": 9.9}]}]}
    layer.write_bytes(collection())
    assert room("near", "--as", "citelum").output == "no works are near\n"


def test_who_has_no_layer_or_is_unknown_is_told_so(room: Room, layer: Path) -> None:
    assert "add 'layer'" in room("near", "--as", "comune").output
    assert "did you mean 'citelum'" in room("near", "--as", "citelun").output
    assert "nessuna" in room("near", "nessuna", "--as", "citelum").output
    layer.write_bytes(b"{}")
    done = room("near", "--as", "citelum")
    assert (done.exit_code, "is no layer" in done.output) == (1, True)
