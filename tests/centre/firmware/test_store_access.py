"""The store of readings, as roll-outs use it."""

from pathlib import Path

import pytest

from firmware_tools.rollout.device import DeviceName
from firmware_tools.rollout.health import FieldName
from gateway.centre.firmware import store_access
from gateway.centre.firmware.store_access import RolloutStore
from gateway.centre.series_rows import StoredRow, origin
from gateway.centre.stores.port import StoreUnavailable
from gateway.model.site.centre import CentreSettings
from gateway.model.site.store import HistorySettings, StoreSettings
from gateway.model.stream import Stream, canonical_fields
from gateway.model.topics import GatewayId

ME, NAME = GatewayId("prato", "citelum", "gw-1"), DeviceName("citelum", "gw-1", "m-1")
HOUR_MS, NOW_MS = 3_600_000, 1_795_726_800_000
POWER = FieldName("qe-1", "lighting_meter", "active_power")


@pytest.fixture
def store(tmp_path: Path) -> RolloutStore:
    settings = StoreSettings(history=HistorySettings(path=str(tmp_path / "history.sqlite")))
    return RolloutStore(CentreSettings(broker="mqtt://127.0.0.1", store=settings))


def rows(measurement: str, field: str, *values: object) -> list[StoredRow]:
    source = origin(ME, Stream("qe-1", "m-1", "p", measurement, canonical_fields(measurement, field), 60.0))
    return [StoredRow(source, NOW_MS - (len(values) - at) * HOUR_MS, [value]) for at, value in enumerate(values)]  # type: ignore[list-item]


def test_the_range_of_the_last_week_and_the_version_that_was_reported_are_read(store: RolloutStore) -> None:
    store.write([*rows("lighting_meter", "active_power", 10.0, 400.0, 200.0), *rows("device", "firmware_version", "2.4.0")])
    assert store.ranges(NAME, [POWER, FieldName("qe-1", "lighting_meter", "voltage_l1")], NOW_MS) == {POWER: (10.0, 400.0)}
    assert store.ranges(DeviceName("citelum", "gw-1", "other"), [POWER], NOW_MS) == {}
    assert store.versions(NOW_MS) == {NAME: "2.4.0"}
    assert not store.failing
    store.close()


def test_while_the_store_does_not_answer_rows_wait_and_nothing_is_known(store: RolloutStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise StoreUnavailable("away")

    with monkeypatch.context() as patch:
        patch.setattr(store_access, "open_store", away)
        patch.setattr(store_access, "open_reader", away)
        store.write(rows("lighting_meter", "active_power", 10.0))
        assert store.ranges(NAME, [POWER], NOW_MS) == {}
        assert store.versions(NOW_MS) == {}
        assert store.failing
    store.write(rows("lighting_meter", "active_power", 20.0, 30.0))
    assert not store.failing
    assert store.ranges(NAME, [POWER], NOW_MS) == {POWER: (20.0, 30.0)} or store.ranges(NAME, [POWER], NOW_MS) == {POWER: (10.0, 30.0)}
    store.close()
