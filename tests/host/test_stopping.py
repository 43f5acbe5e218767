"""Waits that a stop ends early."""

import asyncio

from gateway.host.stopping import wait_for_stop


async def test_a_wait_without_a_stop_ends_after_its_time() -> None:
    assert not await wait_for_stop(asyncio.Event(), 0.01)


async def test_a_stop_ends_a_wait() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, stop.set)
    assert await wait_for_stop(stop, 60)


async def test_after_a_stop_a_wait_ends_at_once() -> None:
    stop = asyncio.Event()
    stop.set()
    assert await wait_for_stop(stop, 60)
