"""A pause ends at its time, or earlier when woken."""

import asyncio
import math

from gateway.fieldbus.line.wakeup import Wakeup
from gateway.host.shared_timer import SharedTimer


async def test_a_pause_ends_at_its_time() -> None:
    loop = asyncio.get_running_loop()
    at_s = loop.time() + 0.02
    await asyncio.wait_for(Wakeup(SharedTimer()).until(at_s), 5)
    assert loop.time() >= at_s - 0.001


async def test_a_pause_without_end_ends_when_woken_and_waking_nobody_is_harmless() -> None:
    wakeup = Wakeup(SharedTimer())
    wakeup.wake()
    pausing = asyncio.create_task(wakeup.until(math.inf))
    await asyncio.sleep(0)
    assert not pausing.done()
    wakeup.wake()
    wakeup.wake()
    await asyncio.wait_for(pausing, 5)
    wakeup.wake()
