"""Waits that a stop ends early, and a stop that ends in time."""

import asyncio
import faulthandler


async def wait_for_stop(stop: asyncio.Event, within_s: float) -> bool:
    """Wait up to `within_s` seconds for a stop, and return whether it was requested."""
    try:
        async with asyncio.timeout(within_s):
            return await stop.wait()
    except TimeoutError:
        return False


def end_process_within(seconds: float) -> None:
    """End this process after so many seconds whatever hangs, even the event loop; standard error then shows where each thread was."""
    faulthandler.dump_traceback_later(seconds, exit=True)
