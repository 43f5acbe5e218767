"""`python -m gateway.simulate PLAN`: serve the simulated devices of one gateway until SIGTERM.

PLAN is a JSON file (`gateway.simulate.street.layout.StreetPlan`). Prints one line of JSON with the addresses of the lines as soon as all of
them are served.
"""

import asyncio
import signal
import sys
from pathlib import Path

import msgspec

from gateway.simulate.devices.modbus_server import ModbusLine, serve_rtu, serve_tcp
from gateway.simulate.devices.pty import Pty
from gateway.simulate.devices.radar import Radar
from gateway.simulate.devices.serving import Serving
from gateway.simulate.devices.world import World
from gateway.simulate.street.layout import StreetPlan
from gateway.simulate.street.served_log import ServedLog


async def serve(plan: StreetPlan) -> None:
    """Serve until SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    world = World(plan.gateway, plan.seed, plan.speed, plan.start_s)
    log = ServedLog(Path(plan.log))
    serving = Serving(log)
    tasks = [asyncio.create_task(_flush(log))]
    for line in plan.gateway.lines:
        if line.way in ("tcp", "rtu_over_tcp"):
            line.address, server = await serve_tcp(ModbusLine(line, world, serving))
            tasks.append(asyncio.create_task(server.serve_forever()))
            continue
        pty = Pty(line.baud, one_speed=line.way == "rtu")
        line.address = pty.path
        if line.way == "rtu":
            tasks.append(asyncio.create_task(serve_rtu(ModbusLine(line, world, serving), pty)))
        else:
            tasks.append(asyncio.create_task(Radar(line, world, serving, pty).run()))
    sys.stdout.write(msgspec.json.encode({line.id: line.address for line in plan.gateway.lines}).decode() + "\n")
    sys.stdout.flush()
    tasks.append(asyncio.create_task(_stopped(stop)))
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    log.close()
    for task in done:
        task.result()  # raises the error of a simulator that failed


async def _stopped(stop: asyncio.Event) -> None:
    await stop.wait()


async def _flush(log: ServedLog) -> None:
    while True:
        await asyncio.sleep(0.2)
        log.flush()


if __name__ == "__main__":
    asyncio.run(serve(msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=StreetPlan)))
