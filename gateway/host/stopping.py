"""Waiting for a time or for the word to stop, whichever comes first."""

import asyncio


async def wait_for_stop(stop: asyncio.Event, within_s: float) -> bool:
    """Wait so long for the word to stop; tell whether it came."""
    try:
        async with asyncio.timeout(within_s):
            return await stop.wait()
    except TimeoutError:
        return False
