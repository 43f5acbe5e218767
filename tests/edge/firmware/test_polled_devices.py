"""What updates know of the devices that a gateway polls."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from firmware_tools.flash.errors import FlashRefused
from gateway.edge.firmware.polled_devices import PolledDevices, on_battery
from gateway.edge.lines import EdgeLines
from tests.edge.firmware.updating_gateway import street, updating_gateway


def lines(*values: tuple[str, str, object]) -> EdgeLines:
    """Return lines whose latest readings are measurements, fields and values."""
    latest = [
        SimpleNamespace(
            stream=SimpleNamespace(measurement=measurement, fields=[SimpleNamespace(name=field)]), reading=SimpleNamespace(values=[value])
        )
        for measurement, field, value in values
    ]
    return cast("EdgeLines", SimpleNamespace(latest=lambda: iter(latest)))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], None),
        ([("lamp", "on_battery", True)], None),
        ([("ups", "battery_charge", 50)], None),
        ([("ups", "on_battery", None)], None),
        ([("ups", "on_battery", False)], False),
        ([("ups", "on_battery", False), ("ups", "on_battery", True)], True),
    ],
)
def test_a_power_supply_of_the_cabinet_says_whether_the_mains_have_failed(
    values: list[tuple[str, str, object]], expected: bool | None
) -> None:
    assert on_battery(lines(*values)) is expected


async def test_devices_are_found_by_name_with_how_they_answered(tmp_path: Path) -> None:
    async with street(tmp_path) as place, updating_gateway(place) as running:
        devices = PolledDevices(running.gateway._parts)
        found = devices.find("led-1")
        assert (found.line.id, found.others, devices.share) == ("street", ("climate",), 0.5)
        with pytest.raises(FlashRefused, match="did you mean 'led-1'") as refused:
            devices.find("led-2")
        assert refused.value.code == "unknown_device"
        async with asyncio.timeout(60):
            while not devices.circumstances(found).requests:
                await asyncio.sleep(0.1)
        around = devices.circumstances(found)
        assert (around.powered, around.on_battery) == (None, None)
        stop = asyncio.Event()
        counting = asyncio.create_task(devices.count(stop))
        await asyncio.sleep(0.05)
        stop.set()
        await counting
