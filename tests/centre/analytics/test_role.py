"""The analytics role."""

import asyncio
import time
from pathlib import Path

from gateway.analytics.calendar import lighting_day
from gateway.centre.analytics.role import AnalyticsRole
from gateway.centre.role import RoleContext
from gateway.centre.stores.sqlite import HistoryReader
from gateway.model.site.assets import AssetSettings
from gateway.model.site.centre import CentreSettings
from gateway.model.site.store import HistorySettings, InfluxSettings, StoreSettings
from tests.analytics.panels import DAY, LIGHTING, PANEL, ROME, minutes
from tests.centre.analytics.lit_store import filled, minute_rows

ASSETS = {PANEL.asset: AssetSettings(lat=PANEL.place.lat, lon=PANEL.place.lon, lighting=LIGHTING)}


def context(store: StoreSettings) -> RoleContext:
    return RoleContext("prato", CentreSettings(broker="mqtt://127.0.0.1:1", store=store), None, ASSETS, "Europe/Rome")


async def test_the_role_stores_the_day_before_and_ends_when_told(tmp_path: Path) -> None:
    yesterday = lighting_day(lighting_day(time.time_ns() // 1_000_000, ROME).from_ms - 1, ROME)
    moved = [one._replace(t_ms=one.t_ms - DAY.from_ms + yesterday.from_ms) for one in minutes((7, 9, 4010.0))]
    filled(tmp_path / "h", minute_rows(moved)).close()
    role = AnalyticsRole(context(StoreSettings(history=HistorySettings(path=str(tmp_path / "h")))))
    stop = asyncio.Event()
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(role.run(stop))
        while not role.days:
            await asyncio.sleep(0.01)
        stop.set()
    reader = HistoryReader(tmp_path / "h")
    assert [asset for asset, _, field, _ in reader.rows("lighting_day") if field == "energy_deviation" or field == "lamps"] == [PANEL.asset]
    reader.close()
    assert role.health() == {"ok": True, "analytics_panels": 1, "analytics_alarms": []}
    assert not role.stuck()


async def test_a_store_that_does_not_answer_is_reported_and_tried_again() -> None:
    role = AnalyticsRole(context(StoreSettings(influx=InfluxSettings(url="http://127.0.0.1:1"))))
    stop = asyncio.Event()
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        group.create_task(role.run(stop))
        while role.health()["ok"]:
            await asyncio.sleep(0.01)
        stop.set()
    assert role.health()["analytics_alarms"] == ["the lighting is not analysed: the store does not answer"]


async def test_without_panels_the_role_waits() -> None:
    role = AnalyticsRole(
        RoleContext("prato", CentreSettings(broker="mqtt://127.0.0.1:1", store=StoreSettings(history=HistorySettings(path="/nowhere/h"))))
    )
    stop = asyncio.Event()
    stop.set()
    await role.run(stop)
    assert role.health()["ok"]
