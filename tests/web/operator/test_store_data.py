"""What the operator's page reads from the store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.centre.stores.sqlite import HistoryReader, HistoryStore
from gateway.model.messages import GatewayState
from gateway.web.operator.store_data import StoreData
from tests.centre.readings import ROWS, T, write
from tests.rows import Row

MIDNIGHT_MS = 1_795_388_400_000
"""23 November 2026, 00:00 in Rome."""


@pytest.fixture
def data(tmp_path: Path) -> Iterator[StoreData]:
    store = HistoryStore(tmp_path / "h.sqlite")
    write(store, *ROWS, Row(0, 900_000, [2312, 123461]))
    reader = HistoryReader(tmp_path / "h.sqlite")
    yield StoreData("prato", reader, "Europe/Rome")
    reader.close()
    store.close()


def test_points_of_charts_are_read(data: StoreData) -> None:
    assert data.points("qe-041", "lighting_meter", "voltage_l1", "meter-1", T, T + 10_000, 100) == [(T, 231.2), (T + 10_000, 231.3)]


def test_the_energy_of_today_is_that_since_midnight_of_the_site(data: StoreData) -> None:
    assert data.energy_today(T + 1_000_000) == (500.0, 1, MIDNIGHT_MS)


def test_gateways_have_their_state_and_the_delay_of_their_newest_batch(data: StoreData) -> None:
    found = data.gateways(
        {"citelum/gw-0042": GatewayState("online", version="0.2.0"), "citelum/gw-0043": GatewayState("offline")}, T + 1000
    )
    assert [(one.gateway, one.state, one.version, one.delay_s) for one in found] == [
        ("gw-0042", "online", "0.2.0", 0.0),
        ("gw-0043", "offline", None, None),
    ]
