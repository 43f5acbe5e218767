"""A store with the readings of a simulated panel, whose energy is known."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from gateway.analytics.panel import LitPanel, PanelMinute
from gateway.centre.series_rows import StoredRow, origin
from gateway.centre.stores.sqlite import HistoryStore
from gateway.model.canonical import FieldType
from gateway.model.stream import Stream, canonical_fields
from gateway.model.topics import GatewayId
from tests.analytics.panels import PANEL

ME = GatewayId("prato", "citelum", "gw-1")
METER = Stream(
    PANEL.asset, "meter-1", "test", "lighting_meter",
    canonical_fields("lighting_meter", "active_power", "voltage_l1", "voltage_l2", "voltage_l3", "power_factor"), 60.0,
)  # fmt: skip
COUNTER = Stream(PANEL.asset, "meter-1", "test", "lighting_meter", canonical_fields("lighting_meter", "active_energy"), 60.0)
CABINET = Stream(
    PANEL.asset, "io-1", "test", "lighting_cabinet", canonical_fields("lighting_cabinet", "relay_state", "circuit_breaker_tripped"), 60.0
)
assert COUNTER.fields[0].type is FieldType.FLOAT


def tagged(stream: Stream, **tags: str) -> Stream:
    """Return a stream with tags of the site file."""
    return msgspec.structs.replace(stream, tags=tags)


def minute_rows(minutes: Iterable[PanelMinute], **tags: str) -> list[StoredRow]:
    """Return the rows of minutes: power, voltages, power factor, and states if they are known. The meter has the tags."""
    rows, meter = [], tagged(METER, **tags)
    for one in minutes:
        rows.append(StoredRow(origin(ME, meter), one.t_ms, [one.power_w, *one.voltages_v, one.power_factor]))
        if one.contactor is not None:
            rows.append(StoredRow(origin(ME, CABINET), one.t_ms, [one.contactor, one.breaker_tripped]))
    return rows


def counter_rows(readings: Iterable[tuple[int, float]], **tags: str) -> list[StoredRow]:
    """Return the rows of a register with tags: times in milliseconds, watt-hours."""
    counter = tagged(COUNTER, **tags)
    return [StoredRow(origin(ME, counter), t_ms, [watt_hours]) for t_ms, watt_hours in readings]


def register_of(minutes: Iterable[PanelMinute], start_wh: float = 1000.0) -> list[tuple[int, float]]:
    """Return the register of a meter at the beginning of each minute, and after the last."""
    found, register = [], start_wh
    t_ms = 0
    for one in minutes:
        found.append((one.t_ms, register))
        register += (one.power_w or 0.0) / 60
        t_ms = one.t_ms + 60_000
    return [*found, (t_ms, register)]


def filled(path: Path, rows: list[StoredRow]) -> HistoryStore:
    """Return an open history with rows."""
    store = HistoryStore(path)
    assert store.write([rows]) == []
    return store


def panel_at(asset: str) -> LitPanel:
    """Return the panel under another name."""
    return PANEL._replace(asset=asset)
