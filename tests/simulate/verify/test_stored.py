"""Reading back what a store contains."""

from pathlib import Path

import pytest

from gateway.centre.series_rows import StoredRow, origin
from gateway.centre.stores.port import StoreUnavailable
from gateway.centre.stores.sqlite import HistoryStore
from gateway.model.canonical import FieldType
from gateway.model.stream import Stream, StreamField
from gateway.model.topics import GatewayId
from gateway.simulate.verify.stored import from_history
from gateway.simulate.verify.verdict import Key, StoredReading


def row(asset: str, t_ms: int, voltage: float | None, power: float | None) -> StoredRow:
    fields = (StreamField("voltage_l1", FieldType.FLOAT, "V"), StreamField("active_power", FieldType.FLOAT, "W"))
    return StoredRow(
        origin(GatewayId("prato", "o", "g"), Stream(asset, f"{asset}-meter", "p", "lighting_meter", fields, 1.0)), t_ms, [voltage, power]
    )


def test_rows_of_the_history_are_grouped_by_asset_measurement_and_time(tmp_path: Path) -> None:
    store = HistoryStore(tmp_path / "h.sqlite")
    store.write([[row("qe-1", 1000, 230.5, None), row("qe-1", 2000, 231.0, None), row("qe-2", 1000, None, 5.0)]])
    store.close()
    assert from_history(tmp_path / "h.sqlite") == {
        Key("qe-1", "lighting_meter"): [StoredReading(1000, {"voltage_l1": 230.5}), StoredReading(2000, {"voltage_l1": 231.0})],
        Key("qe-2", "lighting_meter"): [StoredReading(1000, {"active_power": 5.0})],
    }


def test_a_history_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable):
        from_history(tmp_path / "missing.sqlite")
