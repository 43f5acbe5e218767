"""Five devices on a serial line at 9600 baud, which measure the simulated street: `python -m tests.web.walk.line LOG`.

They have every register of their products, made from the facts; those of the street's values change with it. Prints the path of the pty,
and serves until SIGTERM. What it serves is in the log.
"""

import asyncio
import signal
import sys
import time
from pathlib import Path

from gateway.simulate.devices.world import World
from gateway.simulate.street.faults import Faults
from gateway.simulate.street.layout import SimDevice, SimGateway, SimLine
from gateway.simulate.street.served_log import ServedLog, ServedResponse
from tests.provision.units import Unit, product, serial_units

PANELS = {1: "qe-041", 2: "qe-042", 3: "qe-043", 4: "qe-044"}
STATION, STATION_UNIT = "st-007", 5
ASSETS = {**PANELS, STATION_UNIT: STATION}
"""What the technician calls the devices, by their addresses."""

_PRODUCTS = {"em340": "carlo_gavazzi_em340", "xy_md02": "xy_md02"}
_VALUES_BELOW = 100
"""Registers from here on say what the product is, and stay those of the facts."""


class StreetUnit(Unit):
    """A device that measures the street at the time of each request."""

    def __init__(self, device: SimDevice, world: World, log: ServedLog) -> None:
        made = product(device.unit, _PRODUCTS[device.product], serial_number=4711 + device.unit)
        super().__init__(made.number, made.tables, made.baud, made.identification)
        self._device, self._world, self._log = device, world, log

    def answer(self, pdu: bytes) -> bytes:
        """Return the response to a request, and log what is measured."""
        cells = [cell for cell in self._world.cells(self._device) if cell.address < _VALUES_BELOW and not cell.alone]
        for cell in cells:
            for place, word in enumerate(cell.words):
                self.tables[cell.table][cell.address + place] = word
        values = [cell.served for cell in cells if cell.served is not None]
        self._log.append(ServedResponse(time.time_ns() // 1_000_000, self._device.id, "delivered", values))
        self._log.flush()
        return super().answer(pdu)


async def serve(path: Path) -> None:
    """Serve until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    devices = [SimDevice(f"{asset}-meter", "em340", unit, [asset], 10.0) for unit, asset in PANELS.items()]
    devices.append(SimDevice(f"{STATION}-sensor", "xy_md02", STATION_UNIT, [STATION], 10.0))
    world = World(SimGateway("citelum", "gw-0042", [SimLine("street", "rtu", 9600, devices)]), 3, 1.0, time.time())
    world.faults = Faults(3, [], [], [])
    log = ServedLog(path)
    async with serial_units([StreetUnit(device, world, log) for device in devices]) as bus:
        print(bus.pty.path, flush=True)
        await stop.wait()
    log.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
