"""The gateways of a site, from their states and their health."""

from pathlib import Path

import msgspec
import pytest

from gateway.centre.fleet import FleetRow, fleet_rows, latest_delays, latest_health
from gateway.centre.ingest.own_rows import uplink_row
from gateway.centre.series_rows import StoredRow, origin
from gateway.centre.stores.sqlite import HistoryReader, HistoryStore
from gateway.edge.telemetry.health import GatewayHealth, health_stream, health_values
from gateway.model.batch import Batch, Clock
from gateway.model.messages import GatewayState
from gateway.model.topics import GatewayId
from tests.centre.readings import T

ONE, TWO, THREE = GatewayId("prato", "citelum", "gw-1"), GatewayId("prato", "citelum", "gw-2"), GatewayId("prato", "publiacqua", "gw-1")


def test_gateways_are_known_by_their_state_their_health_or_both() -> None:
    states = {ONE: GatewayState("online", version="0.2.0", clock="synced"), TWO: GatewayState("offline")}
    found = fleet_rows(states, {ONE: {"backlog_batches": 2, "version": "0.1.0", "t_ms": 5}, THREE: {"version": "0.1.0", "uptime": 7}})
    assert [(one.operator, one.gateway, one.state, one.version, one.backlog_batches, one.seen_ms, one.uptime_s) for one in found] == [
        ("citelum", "gw-1", "online", "0.2.0", 2, 5, None),
        ("citelum", "gw-2", "offline", None, None, None, None),
        ("publiacqua", "gw-1", "offline", "0.1.0", None, None, 7),
    ]


@pytest.mark.parametrize(
    ("gateway", "attention"),
    [
        (FleetRow("o", "g", "online", clock="synced"), []),
        (FleetRow("o", "g", "offline", clock="unsynced"), ["state", "clock"]),
        (FleetRow("o", "g", "online", certificate_days=29.0), ["certificate"]),
        (FleetRow("o", "g", "online", certificate_days=31.0, backlog_batches=100), []),
        (FleetRow("o", "g", "online", backlog_batches=101), ["waiting"]),
    ],
)
def test_what_of_a_gateway_needs_attention(gateway: FleetRow, attention: list[str]) -> None:
    assert gateway.attention == attention


def test_the_latest_health_of_the_last_day_counts(tmp_path: Path) -> None:
    store = HistoryStore(tmp_path / "h.sqlite")
    for of, ago_ms, waiting in ((ONE, 30_000, 3), (ONE, 10_000, 4), (TWO, 90_000_000, 7)):
        values = health_values(GatewayHealth(3600.5, waiting, synchronised=True, line_load=0.425), tmp_path, None, "0.1.0", T)
        store.write([[StoredRow(origin(of, health_stream(of.gateway)), T - ago_ms, values)]])
    reader = HistoryReader(tmp_path / "h.sqlite")
    found = latest_health("prato", reader, T)
    reader.close()
    store.close()
    assert found.keys() == {ONE}
    health = found[ONE]
    assert (health["t_ms"], health["backlog_batches"], health["version"], health["clock_synchronised"]) == (T - 10_000, 4, "0.1.0", True)
    assert "certificate_days" not in health


def test_the_delay_of_a_gateway_is_that_of_its_newest_batch(tmp_path: Path) -> None:
    store = HistoryStore(tmp_path / "h.sqlite")
    for of, ago_s, delay_s in ((ONE, 60, 3600.0), (ONE, 10, 0.5), (TWO, 30, 7.25), (THREE, 100_000, 1.0)):
        batch = _batch(T - 1000 * ago_s)
        store.write([[uplink_row(of, batch, 1, batch.t0_ms + round(1000 * delay_s))]])
    reader = HistoryReader(tmp_path / "h.sqlite")
    delays = latest_delays("prato", reader, T)
    reader.close()
    store.close()
    assert delays == {ONE: 0.5, TWO: 7.25}


def _batch(t0_ms: int) -> Batch:
    return Batch(1, b"epoch..8", 0, b"schema.8", t0_ms, Clock.SYNCED, 0, 0, msgspec.Raw(b"\x90"))
