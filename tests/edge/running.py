"""A gateway that runs in this process, with its local API."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from gateway.cli.local import LocalGateway, find
from gateway.edge.gateway import EdgeGateway
from gateway.model.site import PageSettings
from tests.edge.edges import site_in


@contextlib.asynccontextmanager
async def running_gateway(folder: Path, page: PageSettings | None = None) -> AsyncIterator[tuple[EdgeGateway, LocalGateway]]:
    """Run the gateway of `tests.edge.edges` until the context exits."""
    site = site_in(folder)._replace(listen="127.0.0.1:0", page=page)
    gateway, stop = EdgeGateway(site), asyncio.Event()
    task = asyncio.create_task(gateway.run(stop))
    try:
        async with asyncio.timeout(30):
            while (local := await asyncio.to_thread(find, site)) is None:
                await asyncio.wait((task,), timeout=0.02)
                assert not task.done(), task.exception()
        yield gateway, local
    finally:
        stop.set()
        await task
