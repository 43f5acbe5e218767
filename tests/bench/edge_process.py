"""A gateway with the profile `w1` of the benchmarks: `python -m tests.bench.edge_process SITE PROFILE uvloop|asyncio`."""

import asyncio
import signal
import sys
from pathlib import Path

import uvloop

from gateway.config.profile_library import ProfileLibrary
from gateway.config.site_file import load_site
from gateway.edge.gateway import EdgeGateway
from gateway.host import logs


async def main(site: Path, profile: Path) -> None:
    """Run the gateway until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    described = load_site(site, ProfileLibrary({"w1": profile})).edge
    assert described is not None
    await EdgeGateway(described).run(stop)


if __name__ == "__main__":
    logs.set_up()
    work = main(Path(sys.argv[1]), Path(sys.argv[2]))
    if sys.argv[3] == "uvloop":
        uvloop.run(work)
    else:
        asyncio.run(work)
