"""A gateway that runs in this process, with its local API."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from gateway.cli.local import LocalGateway, find
from gateway.config.site_file import EdgeSite
from gateway.edge.gateway import EdgeGateway
from gateway.model.site.pages import PageSettings
from tests.edge.edges import site_in


@contextlib.asynccontextmanager
async def running_gateway(
    folder: Path, page: PageSettings | None = None, site: EdgeSite | None = None, device: str = "127.0.0.1:9"
) -> AsyncIterator[tuple[EdgeGateway, LocalGateway]]:
    """Run a gateway, by default that of `tests.edge.edges`, whose device has an address, until the context exits."""
    if site is None:
        site = site_in(folder)
        (line,) = site.lines
        site = site._replace(lines=[msgspec.structs.replace(line, tcp=device)])
    site = site._replace(listen="127.0.0.1:0", page=page)
    gateway, stop = EdgeGateway(site), asyncio.Event()
    task = asyncio.create_task(gateway.run(stop))
    try:
        async with asyncio.timeout(60):
            while (local := await asyncio.to_thread(find, site)) is None:
                await asyncio.wait((task,), timeout=0.02)
                assert not task.done(), task.exception()
        yield gateway, local
    finally:
        stop.set()
        await task
