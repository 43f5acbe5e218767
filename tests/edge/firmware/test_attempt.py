"""An attempt in the background: it outlasts who waits for it, and ends when it is told to."""

import asyncio

import msgspec
import pytest

from firmware_tools.flash.errors import FlashRefused
from firmware_tools.flash.progress import UpdateView
from firmware_tools.flash.session import FlashOutcome
from gateway.edge.firmware.attempt import UpdateAttempt
from tests.firmware_tools.flash.modelled_device import new_record

OUTCOME = FlashOutcome("paused", new_record(), None)


def running(*, stubborn: bool = False) -> UpdateAttempt:
    attempt = UpdateAttempt("led-1", "street", "tests")

    async def work() -> FlashOutcome:
        await attempt.stop.wait()
        if stubborn:
            await asyncio.Event().wait()
        return OUTCOME

    attempt.run(asyncio.create_task(work()))
    return attempt


async def test_it_goes_on_when_who_waits_for_it_is_cancelled() -> None:
    attempt = running()
    waiting = asyncio.create_task(attempt.outcome())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait((waiting,))
    await attempt.end()
    assert await attempt.outcome() is OUTCOME


async def test_one_that_does_not_end_in_time_is_cut_off() -> None:
    attempt = running(stubborn=True)
    await asyncio.sleep(0)
    await attempt.abandon(0.01)
    with pytest.raises(asyncio.CancelledError):
        await attempt.outcome()


async def test_all_who_follow_it_are_told_and_an_error_that_nobody_waits_for_is_no_noise() -> None:
    attempt, told = UpdateAttempt("led-1", "street", "tests"), list[UpdateView]()
    attempt.followers += [told.append, told.append]

    async def work() -> FlashOutcome:
        attempt.report(msgspec.structs.replace(attempt.view, done_bytes=5))
        raise FlashRefused("busy", "no", "no")

    attempt.run(asyncio.create_task(work()))
    await asyncio.sleep(0.01)
    assert [view.done_bytes for view in told] == [5, 5]
    assert attempt.view.done_bytes == 5
    with pytest.raises(FlashRefused):
        await attempt.outcome()


async def test_one_that_was_not_begun_has_no_outcome() -> None:
    with pytest.raises(RuntimeError):
        await UpdateAttempt("led-1", "street", "tests").outcome()
