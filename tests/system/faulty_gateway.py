"""`gateway run` with a fault in a driver, a port or its journal: python -m tests.system.faulty_gateway hangs|one|port|blocks|freezes SITE"""

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Sequence
from typing import Any

from gateway.cli.run import command
from gateway.edge import gateway as composition
from gateway.edge import journal_upkeep, supervised_line
from gateway.fieldbus import line_factory
from gateway.fieldbus.line.driver_port import ReadObserver, ReadRequest
from gateway.fieldbus.modbus.driver import ModbusDriver
from gateway.fieldbus.wire.serial_port import SerialWire
from gateway.journal.file import JournalFile


async def hangs(*_: Any) -> None:
    """Hang, whatever is cancelled."""
    print("the fault has begun", file=sys.stderr, flush=True)
    while True:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()


_read = ModbusDriver.read


async def one_hangs(driver: ModbusDriver, requests: Sequence[ReadRequest], observer: ReadObserver) -> None:
    """Hang, but only on the line of the device `hung`."""
    await (hangs() if requests[0].device.id == "hung" else _read(driver, requests, observer))


def port_blocks(_: SerialWire) -> None:
    """Wait in a system call while the port is opened, as with a USB adapter whose kernel driver hangs."""
    print("the fault has begun", file=sys.stderr, flush=True)
    os.read(os.pipe()[0], 1)


async def blocks(*_: Any) -> None:
    """Block the event loop."""
    print("the fault has begun", file=sys.stderr, flush=True)
    while True:
        time.sleep(60)  # that is the fault


def freezes(*_: Any) -> bool:
    """Block the journal's thread, as a broken disk does."""
    print("the fault has begun", file=sys.stderr, flush=True)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    if sys.argv[1] == "freezes":
        JournalFile.changed_elsewhere = freezes  # type: ignore[method-assign, assignment]
        journal_upkeep._CHECK_EVERY_S = 0.5
    else:
        ModbusDriver.read = {"hangs": hangs, "one": one_hangs, "blocks": blocks}.get(sys.argv[1], _read)  # type: ignore[method-assign, assignment]
    if sys.argv[1] == "port":
        SerialWire._make = port_blocks  # type: ignore[method-assign, assignment]
    composition.STOP_S = 5.0
    line_factory._SLOWEST_S = -3.8  # the patience is 0.2 s with a time-out of 2 s
    supervised_line._FINISH_S = supervised_line._CANCEL_S = 0.2
    command.main(sys.argv[2:])
