"""Waits that a stop ends early."""

import asyncio
import subprocess
import sys

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


def test_a_process_that_hangs_ends_and_says_where_it_was() -> None:
    code = "import time; from gateway.host.stopping import end_process_within; end_process_within(0.2); time.sleep(60)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "Timeout" in done.stderr
    assert 'File "<string>", line 1' in done.stderr
