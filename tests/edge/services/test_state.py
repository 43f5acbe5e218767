"""The state of a running gateway, and the values of its devices."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.fieldbus.line.owner import LineOwner
from gateway.model.quality import Quality
from gateway.model.reading import Reading
from gateway.web.technician.state_routes import LiveReading, LiveValue, LocalState
from tests.edge.running import running_gateway


@pytest.fixture(autouse=True)
def lines_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the tests alone make readings."""

    async def wait(_owner: LineOwner, stop: asyncio.Event) -> None:
        await stop.wait()

    monkeypatch.setattr(LineOwner, "run", wait)


async def test_the_state_says_what_the_gateway_is_and_how_its_parts_are(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as (_, local):
        found = await asyncio.to_thread(local.get, "/api/state", LocalState)
    assert (found.identity.site, found.identity.operator, found.identity.gateway) == ("prato", "citelum", "gw-1")
    assert (found.uplink.connected, found.uplink.broker, found.uplink.confirm) == (False, "mqtt://127.0.0.1:9", "stored")
    assert found.ok is False
    (line,) = found.lines
    assert (line.id, line.port, line.kind) == ("street", "127.0.0.1:9", "tcp")
    (device,) = line.devices
    assert (device.id, device.profile, device.model) == ("d-1", "counting", "test counts what it serves")
    assert (device.asset, device.unit, device.every_s) == ("panel-1", 1, 1.0)


async def test_values_are_the_last_reading_of_each_stream_in_its_unit(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as (gateway, local):
        device = gateway._lines.owners[0].devices[0]
        gateway._lines._process(device, [Reading(0, 1000, [7], {})])
        gateway._lines._process(device, [Reading(0, 2000, [8], {0: int(Quality.UncertainLastUsableValue)})])
        found = await asyncio.to_thread(local.get, "/api/values", list[LiveReading])
        state = await asyncio.to_thread(local.get, "/api/state", LocalState)
    value = LiveValue("vehicle_count_total", 8, "{count}", "UncertainLastUsableValue")
    assert found == [LiveReading("d-1", "panel-1", "traffic", 2000, [value])]
    assert state.lines[0].devices[0].last_ms == 2000


async def test_events_begin_with_everything_and_go_on_with_what_is_new(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as (gateway, local):
        device = gateway._lines.owners[0].devices[0]
        gateway._lines._process(device, [Reading(0, 1000, [7], {})])
        seen = asyncio.Queue[tuple[str, Any]]()
        loop, events = asyncio.get_running_loop(), local.events("/api/events")

        def follow(events: Iterator[tuple[str, Any]]) -> None:
            with contextlib.suppress(OSError, ValueError):
                for one in events:
                    loop.call_soon_threadsafe(seen.put_nowait, one)

        following = asyncio.create_task(asyncio.to_thread(follow, events))
        async with asyncio.timeout(30):
            assert (await seen.get())[0] == "state"
            assert (await seen.get())[0] == "values"
            gateway._lines._process(device, [Reading(0, 2000, [9], {})])
            values: list[Any] = []
            while not any(one["values"][0]["value"] == 9 for one in values):
                kind, data = await seen.get()
                values = data if kind == "values" else []
    await following
