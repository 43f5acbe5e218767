"""`python -m gateway.simulate.fleet PLAN`: run the part of a fleet that PLAN (JSON, `FleetPlan`) describes.

Prints a line of JSON (`FleetReport`) every second.
"""

import asyncio
import sys
from pathlib import Path

import msgspec

from gateway.simulate.fleet.client import raise_file_limit
from gateway.simulate.fleet.fleet import Fleet
from gateway.simulate.fleet.plan import FleetPlan, FleetReport


def _print(report: FleetReport) -> None:
    sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    sys.stdout.flush()


async def main(plan: FleetPlan) -> None:
    """Run a plan."""
    raise_file_limit()
    await Fleet(plan, _print).run()


if __name__ == "__main__":
    asyncio.run(main(msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=FleetPlan)))
