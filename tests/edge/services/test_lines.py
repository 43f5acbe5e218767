"""The quality of the lines, as `gateway watch` prints it."""

import asyncio
from pathlib import Path

from gateway.edge.telemetry.lines_report import LinesReport
from tests.edge.running import running_gateway


async def test_the_counters_of_every_device_are_reported(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as (_, local):
        found = await asyncio.to_thread(local.get, "/api/lines", LinesReport)
    assert found.gateway == "gw-1"
    assert [(line.id, [device.id for device in line.devices]) for line in found.lines] == [("street", ["d-1"])]
