"""Waits that a stop ends early, and work that a stop ends."""

import asyncio
import signal
import subprocess
import sys

import pytest

from gateway.host.stopping import WorkStopped, stop_at_signals, unless_stopped, wait_for_stop


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


def test_a_process_that_hangs_ends_and_says_where_it_was() -> None:
    code = "import time; from gateway.host.stopping import end_process_within; end_process_within(0.2); time.sleep(60)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "Timeout" in done.stderr
    assert 'File "<string>", line 1' in done.stderr


async def test_work_that_is_not_stopped_returns_its_result_or_raises_its_error() -> None:
    async def fail() -> None:
        raise ValueError("no")

    assert await unless_stopped(asyncio.sleep(0, "done"), asyncio.Event()) == "done"
    with pytest.raises(ValueError, match="no"):
        await unless_stopped(fail(), asyncio.Event())


async def test_work_does_not_begin_after_a_stop() -> None:
    begun = []

    async def work() -> None:
        begun.append(True)

    stop = asyncio.Event()
    stop.set()
    with pytest.raises(WorkStopped):
        await unless_stopped(work(), stop)
    assert begun == []


async def test_a_stop_ends_work_that_has_swallowed_it_before() -> None:
    swallowed = []

    async def work() -> None:
        for _ in range(2):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                swallowed.append(True)
        await asyncio.Event().wait()

    stop = asyncio.Event()
    asyncio.get_running_loop().call_soon(stop.set)
    with pytest.raises(WorkStopped):
        await unless_stopped(work(), stop)
    assert len(swallowed) == 2


async def test_work_ends_with_whoever_waits_for_it() -> None:
    ended, begun = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    waiting = asyncio.create_task(unless_stopped(work(), asyncio.Event()))
    await begun.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert ended.is_set()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_is_a_stop_even_if_it_was_ignored_before(number: signal.Signals) -> None:
    before, stop = signal.signal(number, signal.SIG_IGN), asyncio.Event()
    try:
        with stop_at_signals(stop):
            signal.raise_signal(number)
            await stop.wait()
        assert signal.getsignal(number) is signal.SIG_IGN
    finally:
        signal.signal(number, before)
