"""Calls in the future."""

import asyncio

from gateway.host.mqtt.timer import Timer


async def test_a_timer_calls_with_its_arguments() -> None:
    called: asyncio.Queue[int] = asyncio.Queue()
    Timer().start(0.0, called.put_nowait, 1)
    assert await called.get() == 1


async def test_a_later_start_replaces_an_earlier_one() -> None:
    called: asyncio.Queue[int] = asyncio.Queue()
    timer = Timer()
    timer.start(0.0, called.put_nowait, 1)
    timer.start(0.0, called.put_nowait, 2)
    assert await called.get() == 2
    assert called.empty()


async def test_a_cancelled_timer_calls_nothing() -> None:
    called: asyncio.Queue[int] = asyncio.Queue()
    timer, other = Timer(), Timer()
    timer.cancel()
    timer.start(0.0, called.put_nowait, 1)
    timer.cancel()
    other.start(0.01, called.put_nowait, 2)
    assert await called.get() == 2
