"""Five devices on a serial line at 9600 baud, which measure the simulated street: `python -m tests.web.walk.line LOG`.

Prints the path of the pty, and serves until SIGTERM. What it serves is in the log.
"""

import asyncio
import signal
import sys
import time
from pathlib import Path

from gateway.simulate.devices.modbus_server import ModbusLine, serve_rtu
from gateway.simulate.devices.serving import Serving
from gateway.simulate.devices.world import World
from gateway.simulate.street.faults import Faults
from gateway.simulate.street.layout import SimDevice, SimGateway, SimLine
from gateway.simulate.street.served_log import ServedLog
from tests.provision.units import TunedPty

BAUD = 9600
PANELS = {1: "qe-041", 2: "qe-042", 3: "qe-043", 4: "qe-044"}
STATION, STATION_UNIT = "st-007", 5
ASSETS = {**PANELS, STATION_UNIT: STATION}
"""What the technician calls the devices, by their addresses."""


class LinePty(TunedPty):
    """A line whose devices hear only what is sent at their baud rate."""

    async def read(self) -> bytes:
        while True:
            data = await super().read()
            if self.tune() == BAUD:
                return data


async def serve(log: Path) -> None:
    """Serve until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    meters = [SimDevice(f"{asset}-meter", "em340", unit, [asset], 10.0) for unit, asset in PANELS.items()]
    line = SimLine("quadri", "rtu", BAUD, [*meters, SimDevice(f"{STATION}-sensor", "xy_md02", STATION_UNIT, [STATION], 10.0)])
    world = World(SimGateway("citelum", "gw-0042", [line]), 3, 1.0, time.time())
    world.faults = Faults(3, [], [], [])
    pty, served = LinePty(BAUD), ServedLog(log)
    print(pty.path, flush=True)
    serving = asyncio.create_task(serve_rtu(ModbusLine(line, world, Serving(served)), pty))
    await stop.wait()
    serving.cancel()
    served.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
