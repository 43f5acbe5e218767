"""Waits that a stop ends early."""

import asyncio


async def wait_for_stop(stop: asyncio.Event, within_s: float) -> bool:
    """Wait up to `within_s` seconds for a stop, and return whether it was requested."""
    try:
        async with asyncio.timeout(within_s):
            return await stop.wait()
    except TimeoutError:
        return False
