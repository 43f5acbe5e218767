"""`python -m gateway.simulate.fleet PLAN`: run the part of a fleet that PLAN (JSON, `FleetPlan`) describes.

Prints a line of JSON (`FleetReport`) every second.
"""

import asyncio
import contextlib
import sys
from functools import partial
from pathlib import Path
from typing import BinaryIO

import msgspec

from gateway.simulate.fleet.client import raise_file_limit
from gateway.simulate.fleet.fleet import Fleet
from gateway.simulate.fleet.plan import FleetPlan, FleetReport, ServedBatch


def _print(report: FleetReport) -> None:
    sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    sys.stdout.flush()


def _log(file: BinaryIO, served: ServedBatch) -> None:
    file.write(msgspec.json.encode(served) + b"\n")


async def main(plan: FleetPlan) -> None:
    """Run a plan."""
    raise_file_limit()
    with contextlib.ExitStack() as files:
        log = files.enter_context(Path(plan.served).open("ab")) if plan.served is not None else None  # noqa: ASYNC230 — before all else
        await Fleet(plan, _print, partial(_log, log) if log is not None else None).run()


if __name__ == "__main__":
    asyncio.run(main(msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=FleetPlan)))
