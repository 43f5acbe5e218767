"""A line that is started anew once, and that ends in time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway.edge import supervised_line
from gateway.edge.supervised_line import SupervisedLine
from gateway.fieldbus.line.owner import LineOwner, LineTerms
from tests.fieldbus.line.faulty_drivers import FaultyDriver, devices, ignores_its_end
from tests.fieldbus.line.lines import until


@asynccontextmanager
async def supervised(driver: FaultyDriver) -> AsyncIterator[tuple[SupervisedLine, LineOwner, "asyncio.Task[None]"]]:
    terms = LineTerms(0.01, 0.5, whole_seconds=False, patience_s=0.02)
    owner = LineOwner("air", devices("d"), driver, terms, lambda _device, _readings: None, lambda: 0)
    line, stop = SupervisedLine(owner), asyncio.Event()
    running = asyncio.create_task(line.run(stop))
    try:
        yield line, owner, running
    finally:
        stop.set()
        await asyncio.gather(running, return_exceptions=True)
        driver.release.set()


async def test_a_line_at_work_is_left_alone() -> None:
    driver = FaultyDriver()
    async with supervised(driver) as (line, _, running):
        await until(lambda: len(driver.reads) > 5)
        assert line.check()
    assert running.exception() is None


async def test_a_line_that_stalls_is_started_anew_once(caplog: pytest.LogCaptureFixture) -> None:
    driver = FaultyDriver()
    async with supervised(driver) as (line, owner, _):
        await until(lambda: bool(driver.reads))
        for expected in (True, False):
            lose_wakeups(owner)
            await until(lambda: owner.stalled)
            before = len(driver.reads)
            assert line.check() is expected
            if expected:
                restore_wakeups(owner)
                await until(lambda: len(driver.reads) > before)  # noqa: B023 — awaited here
                assert not owner.stalled
    assert "line air has made no progress for too long; starting it anew" in caplog.text


def lose_wakeups(owner: LineOwner) -> None:
    """Make the owner's loop wait for ever, as if a wake-up had been lost."""

    async def for_ever(_at_s: float) -> None:
        await asyncio.Event().wait()

    owner._wakeup.until = for_ever  # type: ignore[method-assign, assignment]
    owner._wakeup.wake()


def restore_wakeups(owner: LineOwner) -> None:
    del owner._wakeup.until


async def test_a_line_that_does_not_end_stays_stalled_and_a_stop_goes_on_without_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(supervised_line, "_FINISH_S", 0.01)
    monkeypatch.setattr(supervised_line, "_CANCEL_S", 0.01)
    async with supervised(FaultyDriver(d=ignores_its_end)) as (line, owner, _):
        await until(lambda: owner.stalled)
        assert line.check(), "it is cancelled"
        await asyncio.sleep(0)
        assert not line.check(), "in vain"
    assert "line air takes too long to stop; its poll under way is abandoned" in caplog.text
    assert "line air does not end; going on without it" in caplog.text


async def test_a_line_that_fails_is_started_anew_and_raises_when_it_fails_again(caplog: pytest.LogCaptureFixture) -> None:
    driver = FaultyDriver()
    async with supervised(driver) as (_, owner, running):

        def fail(*_: object) -> None:
            raise ZeroDivisionError("as a fault of the owner would")

        owner._turns = fail  # type: ignore[method-assign, assignment]
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(asyncio.shield(running), 20)
    assert "line air failed; starting it anew" in caplog.text


async def test_a_supervisor_that_is_cancelled_takes_its_line_with_it() -> None:
    driver = FaultyDriver()
    async with supervised(driver) as (line, _, running):
        await until(lambda: bool(driver.reads))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert line._task is not None
        assert line._task.cancelled()
