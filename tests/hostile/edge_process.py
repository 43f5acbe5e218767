"""A gateway that knows the profile of the counting device: `python -m tests.hostile.edge_process SITE PROFILE`."""

import asyncio
import signal
import sys
from pathlib import Path

from gateway.config.profile_library import ProfileLibrary
from gateway.config.site_file import load_site
from gateway.edge.gateway import EdgeGateway
from gateway.host import clock, logs


async def main(site: str, profile: str) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    clock.is_synchronised = lambda: True
    described = load_site(Path(site), ProfileLibrary({"counting": Path(profile)})).edge
    assert described is not None
    await EdgeGateway(described).run(stop)


if __name__ == "__main__":
    logs.set_up()
    asyncio.run(main(*sys.argv[1:]))
