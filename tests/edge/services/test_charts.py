"""Charts of the running gateway, from its journal."""

import asyncio
import http.client
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from gateway.cli.local import LocalError
from gateway.edge.services import charts as module
from gateway.journal.chart import Chart
from gateway.web.technician.charts_routes import ChartField, ChartView
from tests.edge.running import running_gateway
from tests.fieldbus.line.tcp_units import TcpUnits, serving

WANTED = {"device": "d-1", "asset": "panel-1", "measurement": "traffic", "field": "vehicle_count_total"}
PATH = "/api/charts/points?"


async def test_what_was_read_and_flushed_is_drawn(tmp_path: Path) -> None:
    async with serving(TcpUnits()) as units, running_gateway(tmp_path, device=units.address) as (gateway, local):
        fields = await asyncio.to_thread(local.get, "/api/charts", list[ChartField])
        assert [(one.field, one.unit) for one in fields] == [("vehicle_count_total", "{count}")]
        async with asyncio.timeout(30):
            while not (await gateway._recorder.flush()):
                await asyncio.sleep(0.05)
        found = await asyncio.to_thread(local.get, PATH + urlencode(WANTED), ChartView)
    assert found.points
    assert {value for _, value in found.points} == {1.0}, "registers 0 and 1 have the values 0 and 1"
    assert all(found.from_ms <= t_ms <= found.to_ms for t_ms, _ in found.points)
    assert (found.unit, found.every_s, found.to_ms - found.from_ms) == ("{count}", 1.0, 86_400_000)


async def test_what_can_not_be_drawn_is_an_error(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as (_, local):
        for change, status in (
            ({"field": "no"}, 404),
            ({"device": "no"}, 404),
            ({"hours": "25"}, 400),
            ({"hours": "nan"}, 400),
            ({"hours": "x"}, 400),
        ):
            with pytest.raises(LocalError) as error:
                await asyncio.to_thread(local.get, PATH + urlencode(WANTED | change))
            assert error.value.status == status, change


async def test_one_chart_is_read_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow(*_: object) -> Chart:
        begun.set()
        assert go.wait(30)
        return Chart([], None, 1.0)

    monkeypatch.setattr(module, "read_chart", slow)
    async with running_gateway(tmp_path) as (_, local):
        first = asyncio.create_task(asyncio.to_thread(local.get, PATH + urlencode(WANTED), ChartView))
        assert await asyncio.to_thread(begun.wait, 30)
        with pytest.raises(LocalError, match="another chart is being read") as error:
            await asyncio.to_thread(local.get, PATH + urlencode(WANTED))
        assert error.value.status == 503
        go.set()
        assert (await first).points == []


async def test_a_gateway_that_stops_does_not_wait_for_a_chart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()

    def endless(_path: Path, _wanted: object, _since_ms: int, pause: Callable[[float], None]) -> Chart:
        begun.set()
        while True:
            pause(0.01)

    monkeypatch.setattr(module, "read_chart", endless)
    async with running_gateway(tmp_path) as (_, local):
        reading = asyncio.create_task(asyncio.to_thread(local.get, PATH + urlencode(WANTED), ChartView))
        assert await asyncio.to_thread(begun.wait, 30)
    with pytest.raises((LocalError, OSError, http.client.HTTPException)):
        await reading
