"""One contract for writing to stores, for those that need no server; tests/system has the one for reading, on real servers."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.centre.stores.influx.writer import InfluxStore
from gateway.centre.stores.port import SeriesStore, Span, is_averaged, is_number, whole_windows
from gateway.centre.stores.sqlite import HistoryReader, HistoryStore
from gateway.model.site.store import InfluxSettings
from tests.centre.readings import ROWS, T, batch, known, read, stored, write
from tests.rows import Row


def opened(kind: str, tmp_path: Path, double: SimpleNamespace) -> SeriesStore[Any]:
    return HistoryStore(tmp_path / "h.sqlite") if kind == "history" else InfluxStore(InfluxSettings(url=double.url, api=kind))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["history", "v1", "v2"])
def test_rows_are_stored_once_even_if_they_arrive_twice(kind: str, tmp_path: Path, double: SimpleNamespace) -> None:
    store = opened(kind, tmp_path, double)
    assert write(store, *ROWS) == []
    assert write(store, *ROWS[:2]) == []
    assert store.write([]) == []
    store.close()
    if kind == "history":
        reader = HistoryReader(tmp_path / "h.sqlite")
        assert [one[1:] for one in reader.rows("lighting_meter")] == [
            (T, "active_energy", 12345600.0), (T, "voltage_l1", 231.2), (T + 10_000, "voltage_l1", 231.3),
        ]  # fmt: skip
        assert list(reader.rows("lamp")) == [
            ("pl-1", T + 5, "dim_level", 70),
            ("pl-1", T + 5, "lamp_failure", True),
            ("pl-1", T + 5, "power_state", "on"),
        ]
        reader.close()
    else:
        # Three rows of the gateway, and the one of their batch.
        assert len(double.lines) == 4
        expected = {"v1": "/write?db=street&precision=ms", "v2": "/api/v2/write?bucket=street&org=&precision=ms"}
        assert set(double.paths) == {expected[kind]}


BAD = {
    "no such stream": Row(7, 0, []),
    "too few values": Row(0, 0, [1]),
    "a text for a number": Row(0, 0, ["x", 1]),
    "a boolean for a number": Row(0, 0, [True, 1]),
    "not a number": Row(0, 0, [float("nan"), 1]),
    "infinite": Row(0, 0, [1, float("-inf")]),
    "a number for a boolean": Row(1, 0, [1, 1, "on"]),
    "a number for a text": Row(1, 0, [1, False, 5]),
    "a text that is too long": Row(1, 0, [1, False, "x" * 5000]),
    "a list": Row(0, 0, [[1], 1]),  # type: ignore[list-item]
    "a map": Row(0, 0, [{"a": 1}, 1]),  # type: ignore[list-item]
    "bytes": Row(0, 0, [b"1", 1]),  # type: ignore[list-item]
    "before 1970": Row(0, -(10**15), [1, 1]),
    "after 2255": Row(0, 10**15, [1, 1]),
}


@pytest.mark.parametrize("kind", ["history", "v1"])
@pytest.mark.parametrize("bad", BAD)
def test_a_row_that_does_not_fit_affects_no_other(kind: str, bad: str, tmp_path: Path, double: SimpleNamespace) -> None:
    store = opened(kind, tmp_path, double)
    rows = (ROWS[0], BAD[bad], ROWS[1])
    prepared, unfit = store.prepare(batch(), read(*rows), known(), stored(ROWS[2])[0])
    refused = store.write([prepared])
    assert ([one.position for one in unfit], refused) == ([1], [])
    assert unfit[0].reason
    store.close()
    if kind == "history":
        reader = HistoryReader(tmp_path / "h.sqlite")
        assert len([*reader.rows("lamp"), *reader.rows("lighting_meter")]) == 6
        reader.close()
    else:
        assert len(double.lines) == 3


def test_a_span_is_extended_to_whole_windows() -> None:
    assert whole_windows(Span(1999, 3001), 1000) == Span(1000, 4000)
    assert whole_windows(Span(2000, 4000), 1000) == Span(2000, 4000)


def test_canonical_numbers_are_averaged_and_other_fields_are_not() -> None:
    assert is_averaged("lighting_meter", "voltage_l1")
    assert is_averaged("lamp", "dim_level")
    assert is_number("lighting_meter", "active_energy")
    assert not is_averaged("lighting_meter", "active_energy"), "the mean of a counter has no use"
    assert not is_number("lamp", "lamp_failure")
    assert not is_averaged("lamp", "lamp_failure")
    assert not is_averaged("lamp", "power_state")
    assert not is_averaged("lamp", "no_such_field")
