"""A running gateway whose line has a Wiren Board device with a bootloader, and a meter that is polled beside it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

from gateway.cli.local import LocalGateway
from gateway.edge.gateway import EdgeGateway
from gateway.simulate.bootloaders.bus import UpdateBus, serving
from gateway.simulate.bootloaders.generic import NO_FAULTS
from gateway.simulate.bootloaders.registers import Meter
from gateway.simulate.bootloaders.unit import UnitFaults
from gateway.simulate.bootloaders.wirenboard import WirenBoard, make_wbfw
from tests.edge.running import running_gateway
from tests.edge.services.polled_line import edge_of

BAUD = 115200
PAYLOAD = bytes(range(256)) * 6

_SITE = """
site: prato
operator: citelum
gateway: gw-1
uplink: {{broker: "mqtt://127.0.0.1:9", clock_wait: 0s}}
journal: {{path: {folder}/journal.sqlite}}
firmware: {{share: 50, unsigned: true}}
lines:
  - id: street
    serial: {port}
    baud: 115200
    parity: N
    stop_bits: 1
    timeout: 500ms
    devices:
      - {{id: climate, profile: xy_md02, unit: 1, asset: panel-1, every: 1s}}
      - {{id: led-1, profile: wirenboard_led, unit: 42, channels: {{0: lamp-1}}, every: 30s}}
"""


class Street(NamedTuple):
    """The bus, the device to update, the meter, the folder, and the site file."""

    bus: UpdateBus
    led: WirenBoard
    meter: Meter
    folder: Path
    site: Path


class UpdatingGateway(NamedTuple):
    """The gateway and its local API."""

    gateway: EdgeGateway
    local: LocalGateway
    street: Street


def image(version: str = "3.9.0", signature: str = "wbled") -> bytes:
    """Return an image for the device."""
    return make_wbfw(signature, version, PAYLOAD)


@contextlib.asynccontextmanager
async def street(folder: Path, faults: UnitFaults = NO_FAULTS) -> AsyncIterator[Street]:
    """Serve the bus until the context exits."""
    led = WirenBoard(42, signature="wbled", version="3.7.0", baud=BAUD, faults=faults)
    led.restart_s = led.erase_s = 0.05
    led.block_s, led.power_on_s = 0.001, 0.5
    meter = Meter(1, BAUD)
    async with serving([meter, led], baud=BAUD) as bus:
        await asyncio.sleep(0)
        led.start_application()
        file = folder / "site.yaml"
        file.write_text(_SITE.format(folder=folder, port=bus.address))
        yield Street(bus, led, meter, folder, file)


@contextlib.asynccontextmanager
async def updating_gateway(one: Street) -> AsyncIterator[UpdatingGateway]:
    """Run a gateway on the street until the context exits."""
    async with running_gateway(one.folder, site=edge_of(one.site)) as (gateway, local):
        yield UpdatingGateway(gateway, local, one)
