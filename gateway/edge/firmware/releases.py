"""Fetches releases of the gateway itself, for the unit of updates: it runs as root, and may not use the network."""

import asyncio
import contextlib
import logging
import platform
import sys
from collections.abc import AsyncIterator

from firmware_tools.repository.errors import RepositoryError
from gateway import __version__
from gateway.edge.firmware.repository import EdgeRepository
from gateway.edge.services.parts import Present
from gateway.host.stopping import wait_for_stop
from gateway.update.choice import PresentProgram, choose_release

_LOOK_EVERY_S = 600.0

log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def fetching_releases(present: Present, repository: EdgeRepository) -> AsyncIterator[None]:
    """Fetch what is newer until the context exits, if the site says that the gateway may update itself."""
    stop = asyncio.Event()
    task = asyncio.create_task(_fetch(present, repository, stop), name="releases")
    try:
        yield
    finally:
        stop.set()
        task.cancel()  # what has come of an archive stays
        await asyncio.gather(task, return_exceptions=True)


async def _fetch(present: Present, repository: EdgeRepository, stop: asyncio.Event) -> None:
    while not await wait_for_stop(stop, _LOOK_EVERY_S):
        settings = present().site.firmware
        if settings.update is not None and settings.repository is not None:
            try:
                await fetch_newer(repository)
            except (RepositoryError, OSError) as error:
                log.warning("no newer release: %s", error)


async def fetch_newer(repository: EdgeRepository) -> None:
    """Fetch the newest release for this machine, if it is newer than what runs.

    Raises:
        RepositoryError: The repository is refused, or not received.
        OSError: The disk can't be written.
    """
    program = PresentProgram(__version__, f"{sys.version_info.major}.{sys.version_info.minor}", platform.machine())
    newer = choose_release((await repository.refreshed()).gateways().values(), program)
    if newer is not None:
        await repository.archive(newer.path)
        log.info("version %s is here, for 'gateway update'", newer.release.version)
