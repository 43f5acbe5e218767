"""One thread for blocking work."""

import asyncio
import threading

import pytest

from gateway.host.threads import OneThread


async def test_functions_run_in_order_in_one_thread_and_errors_are_raised_to_the_caller() -> None:
    thread = OneThread("t")
    seen: list[int] = []
    await asyncio.gather(*(thread.run(seen.append, number) for number in range(20)))
    assert seen == list(range(20))
    names = {await thread.run(lambda: threading.current_thread().name) for _ in range(3)}
    assert len(names) == 1
    assert names != {threading.current_thread().name}
    with pytest.raises(ZeroDivisionError):
        await thread.run(lambda: 1 // 0)
    thread.close()


async def test_a_cancelled_caller_does_not_stop_a_function_that_has_started() -> None:
    thread = OneThread("t")
    started, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        started.set()
        may_end.wait(10)
        ended.set()

    task = asyncio.create_task(thread.run(work))
    await asyncio.to_thread(started.wait, 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    may_end.set()
    thread.close()
    assert ended.is_set()


async def test_a_thread_that_may_hang_is_not_waited_for() -> None:
    thread, started, release = OneThread("t"), threading.Event(), threading.Event()

    def hang() -> None:
        started.set()
        release.wait(60)

    hung = asyncio.ensure_future(thread.run(hang))
    await asyncio.to_thread(started.wait, 10)
    thread.close(wait=False)
    assert not hung.done()
    release.set()
    await hung
