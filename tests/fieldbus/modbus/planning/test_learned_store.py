"""What devices have shown, stored on disk."""

import json
from pathlib import Path

import pytest

from gateway.fieldbus.modbus.planning.learned import Learned
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.fieldbus.modbus.planning.read_plan import Hole


def test_a_file_about_another_product_or_a_damaged_one_is_ignored(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = LearnedStore(tmp_path / "new" / "learned")
    store.store("d", Learned("made", (Hole(3, 1, 2),), ("p1",)))
    assert store.changed
    store.flush()
    assert not store.changed
    assert LearnedStore(tmp_path / "new" / "learned").load("d", "made") == Learned("made", (Hole(3, 1, 2),), ("p1",))
    assert LearnedStore(tmp_path / "new" / "learned").load("d", "other") == Learned("other")
    (tmp_path / "new" / "learned" / "d.json").write_text('{"profile": "made", "holes": [[')
    assert LearnedStore(tmp_path / "new" / "learned").load("d", "made") == Learned("made")
    assert "starts from nothing" in caplog.text


def test_a_failed_write_is_tried_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    store = LearnedStore(tmp_path / "file" / "learned")
    store.store("d", Learned("made"))
    store.flush()
    assert store.changed
    assert "can't be stored" in caplog.text


def test_a_file_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    (tmp_path / "d.json").write_text('{"profile":"made","holes":[[3,1,2],[4,36,40]],"refused":["p1","p2@7"]}')
    learned = Learned("made", (Hole(3, 1, 2), Hole(4, 36, 40)), ("p1", "p2@7"))
    assert LearnedStore(tmp_path).load("d", "made") == learned
    again = LearnedStore(tmp_path / "again")
    again.store("d", learned)
    again.flush()
    assert json.loads((tmp_path / "again" / "d.json").read_text()) == json.loads((tmp_path / "d.json").read_text())
