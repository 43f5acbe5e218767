"""Waits with a resolution below a millisecond."""

import asyncio
import time
from pathlib import Path

import pytest

from gateway.host.precise_timer import PreciseTimer


async def test_it_never_wakes_too_early() -> None:
    timer = PreciseTimer()
    for wait_s in (0.0001, 0.00175, 0.01):
        started_s = time.monotonic()
        await timer.sleep(wait_s)
        assert time.monotonic() - started_s >= wait_s
    timer.close()


async def test_the_loop_runs_while_it_waits() -> None:
    timer, ran = PreciseTimer(), asyncio.Event()
    asyncio.get_running_loop().call_soon(ran.set)
    await timer.sleep(0.02)
    assert ran.is_set()
    timer.close()


async def test_a_cancelled_wait_does_not_disturb_the_next() -> None:
    timer = PreciseTimer()
    first = asyncio.create_task(timer.sleep(0.005))
    await asyncio.sleep(0)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    started_s = time.monotonic()
    await timer.sleep(0.02)
    assert time.monotonic() - started_s >= 0.02
    timer.close()


async def test_close_ends_a_wait() -> None:
    timer = PreciseTimer()
    waiting = asyncio.create_task(timer.sleep(3600))
    await asyncio.sleep(0)
    timer.close()
    async with asyncio.timeout(10):
        await waiting


async def test_close_closes_the_file_descriptor_once() -> None:
    before = set(Path("/proc/self/fd").iterdir())
    timer = PreciseTimer()
    timer.close()
    timer.close()
    assert set(Path("/proc/self/fd").iterdir()) <= before
