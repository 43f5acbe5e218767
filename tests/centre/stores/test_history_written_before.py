"""An embedded history that an earlier version wrote (`tests/journal/written_before/README.md`) is read with every value, and continued."""

import shutil
from pathlib import Path

from gateway.centre.stores.port import Span
from gateway.centre.stores.sqlite import HistoryReader, HistoryStore
from tests.centre.readings import write
from tests.rows import Row

BEFORE = Path(__file__).parents[2] / "journal" / "written_before" / "history.sqlite"
T = 1_795_400_000_000


def test_every_value_is_read_and_new_ones_are_added_to_the_same_series(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    shutil.copy(BEFORE, path)
    reader = HistoryReader(path)
    meter = [("qe-041", T + 1000 * n, "voltage_l1", 231.0 + n / 10) for n in range(3)]
    energy = [("qe-041", T + 1000 * n, "active_energy", 4_100_000.0 + 100 * n) for n in (0, 2)]
    assert sorted(reader.rows("lighting_meter")) == sorted(meter + energy)
    lamp = [("pl-1", T + n, "dim_level", 50 + n) for n in range(2)] + [("pl-1", T + n, "lamp_failure", n == 1) for n in range(2)]
    assert sorted(reader.rows("lamp"), key=repr) == sorted([*lamp, ("pl-1", T + 1, "power_state", "on")], key=repr)
    assert all(type(value) is bool for *_, field, value in reader.rows("lamp") if field == "lamp_failure")
    (series,) = reader.select("lighting_meter", ["voltage_l1", "active_energy"], {"device": "meter-1"}, Span(T, T + 9999))
    assert [(point.t_ms, *point.values) for point in series.points] == [
        (T, 231.0, 4_100_000.0),
        (T + 1000, 231.1, None),
        (T + 2000, 231.2, 4_100_200.0),
    ]
    reader.close()
    store = HistoryStore(path)
    assert write(store, Row(0, 5000, [2340, 41_005])) == []
    assert store._database.execute("SELECT count(*) FROM series WHERE measurement = 'lighting_meter'").fetchone() == (2,)
    store.close()
