import asyncio
import os
import time

from tests.steady_loop import run_steadily


async def passed(*, blocked_s: float = 0.0, for_s: float = 0.0) -> float:
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    time.sleep(blocked_s)
    await asyncio.sleep(for_s)
    return loop.time() - began_s


def test_sleeps_count_and_what_else_the_machine_does_does_not() -> None:
    assert 0.09 < run_steadily(passed(for_s=0.1)) < 0.2
    assert run_steadily(passed(blocked_s=0.5)) < 0.1


def test_input_ends_a_sleep_and_counts_little() -> None:
    async def read() -> float:
        loop = asyncio.get_running_loop()
        (ours, theirs), arrived = os.pipe(), asyncio.Event()
        loop.add_reader(ours, arrived.set)
        began_s = loop.time()
        os.write(theirs, b"x")
        async with asyncio.timeout(5):
            await arrived.wait()
        loop.remove_reader(ours)
        os.close(ours)
        os.close(theirs)
        return loop.time() - began_s

    assert run_steadily(read()) < 0.1
