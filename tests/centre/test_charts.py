"""Points for charts."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from gateway.centre.charts import Charts
from gateway.centre.stores.sqlite import HistoryReader, HistoryStore
from tests.centre.readings import ROWS, T, write
from tests.rows import Row


@pytest.fixture
def charts(tmp_path: Path) -> Iterator[Charts]:
    store = HistoryStore(tmp_path / "h.sqlite")
    write(store, *ROWS, *(Row(0, 60_000 + 1000 * n, [2000 + n, None]) for n in range(1000)))
    reader = HistoryReader(tmp_path / "h.sqlite")
    yield Charts(reader)
    reader.close()
    store.close()


def test_points_come_oldest_first_in_their_type_without_absent_values(charts: Charts) -> None:
    assert charts.points("qe-041", "lighting_meter", "voltage_l1", "meter-1", T, T + 10_000, 100) == [(T, 231.2), (T + 10_000, 231.3)]
    assert charts.points("qe-041", "lighting_meter", "active_energy", "meter-1", T, T + 20_000, 100) == [(T, 12345600.0)]
    assert charts.points("pl-1", "lamp", "lamp_failure", "dali-1", T, T + 60_000, 10) == [(T + 5, True)]


def test_more_numbers_than_a_chart_shows_become_means(charts: Charts) -> None:
    points = charts.points("qe-041", "lighting_meter", "voltage_l1", "meter-1", T + 60_000, T + 1_060_000, 100)
    assert 90 <= len(points) <= 102
    assert all(a[0] < b[0] for a, b in pairwise(points))
    assert all(isinstance(value, float) and 200 <= value <= 300 for _, value in points)


def test_a_field_that_is_not_canonical_or_a_device_that_is_unknown_has_no_points(charts: Charts) -> None:
    assert charts.points("qe-041", "lighting_meter", "no_such_field", "meter-1", T, T + 60_000, 100) == []
    assert charts.points("qe-041", "lighting_meter", "voltage_l1", "meter-2", T, T + 60_000, 100) == []
