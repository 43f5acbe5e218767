"""The comparison of what was read with what is stored."""

from pathlib import Path

import msgspec

from gateway.simulate.fleet.plan import ServedBatch
from tests.cluster.comparison import Difference, Rows, compare, served_rows

KEY = ("sim-00001", "qe-1", 1000)
SERVED: Rows = {KEY: {"a": 1.0, "b": 2.0}, ("sim-00001", "qe-1", 2000): {"a": 3.0}}


def test_what_is_stored_as_it_was_read_is_exact() -> None:
    found = compare(SERVED, dict(SERVED))
    assert found == Difference(3, 0, 0, 0)
    assert found.is_exact


def test_each_missing_wrong_and_unknown_value_is_counted() -> None:
    assert compare(SERVED, {KEY: SERVED[KEY]}) == Difference(3, 1, 0, 0)
    assert compare(SERVED, SERVED | {KEY: {"a": 1.0}}) == Difference(3, 1, 0, 0)
    assert compare(SERVED, SERVED | {KEY: {"a": 1.0, "b": 2.1}}) == Difference(3, 0, 1, 0)
    assert compare(SERVED, SERVED | {("sim-00001", "qe-1", 3000): {"a": 1.0}}) == Difference(3, 0, 0, 1)
    assert not compare(SERVED, {}).is_exact


def test_what_a_fleet_logged_becomes_values_by_gateway_asset_and_time(tmp_path: Path) -> None:
    batch = ServedBatch("sim-00001", ["qe-1", "qe-2"], [["a", "b"], ["c"]], [(0, 1000, [1.0, 2.0]), (1, 1000, [3.0])])
    (tmp_path / "log").write_bytes(msgspec.json.encode(batch) + b"\n")
    assert served_rows([tmp_path / "log"]) == {KEY: {"a": 1.0, "b": 2.0}, ("sim-00001", "qe-2", 1000): {"c": 3.0}}
