"""A stop whose parts end in time."""

import asyncio

import pytest

from gateway.edge.timed_stop import TimedStop


async def test_what_takes_too_long_is_cancelled_and_what_ended_is_not(caplog: pytest.LogCaptureFixture) -> None:
    stopping = TimedStop()
    hanging = asyncio.create_task(asyncio.Event().wait(), name="what hangs")
    done = asyncio.create_task(asyncio.sleep(0), name="what ends")
    await stopping.end_by(0.01, hanging, done)
    await asyncio.wait((hanging,))
    assert hanging.cancelled()
    assert not done.cancelled()
    assert "what hangs takes too long to stop; going on without it" in caplog.text
    assert "what ends" not in caplog.text


async def test_the_parts_share_the_time_since_the_stop_was_requested() -> None:
    stopping = TimedStop()
    assert stopping.left_s(5.0) == 5.0
    await asyncio.sleep(0.01)
    assert stopping.left_s(5.0) < 5.0
    assert stopping.left_s(0.0) == 0.0


async def test_tasks_run_until_a_stop_is_requested() -> None:
    stopping, stop = TimedStop(), asyncio.Event()
    task: asyncio.Task[None] = asyncio.create_task(_for_ever())
    ending = asyncio.create_task(stopping.end_tasks(stop, 0.01, [task]))
    await asyncio.sleep(0)
    assert not task.done()
    stop.set()
    await ending
    await asyncio.wait((task,))
    assert task.cancelled()


async def _for_ever() -> None:
    await asyncio.Event().wait()
