"""`gateway run` with a fault in its driver or its journal: python -m tests.system.faulty_gateway hangs|blocks|freezes SITE"""

import asyncio
import contextlib
import sys
import time
from typing import Any

from gateway.cli.run import command
from gateway.edge import gateway as composition
from gateway.edge import journal_upkeep, supervised_line
from gateway.fieldbus import line_factory
from gateway.fieldbus.modbus.driver import ModbusDriver
from gateway.journal.file import JournalFile


async def hangs(*_: Any) -> None:
    """Hang, whatever is cancelled."""
    print("the fault has begun", file=sys.stderr, flush=True)
    while True:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()


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
        ModbusDriver.read = {"hangs": hangs, "blocks": blocks}[sys.argv[1]]  # type: ignore[method-assign, assignment]
    composition.STOP_S = 5.0
    line_factory._SLOWEST_S = -3.8  # the patience is 0.2 s with a time-out of 2 s
    supervised_line._FINISH_S = supervised_line._CANCEL_S = 0.2
    command.main(sys.argv[2:])
