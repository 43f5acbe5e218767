"""Calls from another thread into the event loop."""

import asyncio
import threading

from gateway.host.mqtt.handover import LoopHandover


async def test_a_call_runs_in_the_loops_thread() -> None:
    handover, ran = LoopHandover(), asyncio.Event()
    threads: list[threading.Thread] = []

    def run(name: str) -> None:
        assert name == "x"
        threads.append(threading.current_thread())
        ran.set()

    handover.attach()
    await asyncio.to_thread(handover.call, run, "x")
    async with asyncio.timeout(5):
        await ran.wait()
    assert threads == [threading.current_thread()]


def test_a_call_before_the_loop_and_after_its_end_is_dropped() -> None:
    handover = LoopHandover()
    called: list[int] = []
    handover.call(called.append, 1)

    async def attach() -> None:
        handover.attach()

    asyncio.run(attach())
    handover.call(called.append, 2)
    assert called == []
