"""The file of a layer."""

from pathlib import Path

from gateway.centre.situation.layer_file import LayerFile
from tests.situation.test_private_layer import collection, feature, north


def test_a_layer_is_read_again_when_it_changes_and_what_it_had_counts_while_it_can_not_be_used(tmp_path: Path) -> None:
    path = tmp_path / "rete.geojson"
    file = LayerFile("publiacqua", str(path))
    file.refresh()
    assert (file.layer, file.failing) == (None, f"the layer of publiacqua: {path} can't be read: No such file or directory")
    path.write_bytes(collection(feature(north(0))))
    path.chmod(0o600)
    file.refresh()
    file.refresh()
    assert file.layer is not None
    assert (len(file.layer), file.version, file.failing) == (1, 1, None)
    path.write_bytes(b"{")
    file.refresh()
    assert (len(file.layer), file.version) == (1, 1)
    assert (file.failing or "").startswith(f"the layer of publiacqua: {path} is no layer: ")
    path.write_bytes(collection(feature(north(0)), feature(north(1))))
    file.refresh()
    assert (len(file.layer), file.version, file.failing) == (2, 2, None)


def test_a_layer_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / "rete.geojson"
    path.write_bytes(collection(feature(north(0))))
    path.chmod(0o640)
    file = LayerFile("publiacqua", str(path))
    file.refresh()
    assert file.layer is None
    assert "chmod 600" in (file.failing or "")
