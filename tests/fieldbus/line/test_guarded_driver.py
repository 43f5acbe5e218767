"""Calls of a driver that end, whatever fault it has."""

import asyncio
import contextlib

import pytest

from gateway.fieldbus.line.commands import OutcomeStatus, WritePoint
from gateway.fieldbus.line.driver_port import Poll, ReadObserver, ReadRequest, read_once
from gateway.fieldbus.line.guarded_driver import DriverFault, GuardedDriver
from gateway.fieldbus.wire.port import WireError
from tests.fieldbus.line.faulty_drivers import FaultyDriver, devices, good, hangs, raises

(DEVICE,) = devices("d")


async def test_calls_are_passed_on_and_a_wire_error_stays_one() -> None:
    async def broken(_driver: FaultyDriver, _request: ReadRequest, _observer: ReadObserver) -> None:
        raise WireError("the port is gone")

    driver = GuardedDriver(FaultyDriver(), 5.0)
    assert (await read_once(driver, DEVICE)).answered
    assert (await driver.execute(DEVICE, WritePoint("p", 1))).status is OutcomeStatus.DONE
    assert driver.refused_points("d") == []
    assert driver.counters("d").sent == 1
    driver.close()
    with pytest.raises(WireError, match="the port is gone"):
        await read_once(GuardedDriver(FaultyDriver(d=broken), 5.0), DEVICE)


async def test_whatever_else_a_driver_raises_is_a_fault_with_its_cause() -> None:
    driver = GuardedDriver(FaultyDriver(d=raises), 5.0)
    for call in (read_once(driver, DEVICE), driver.execute(DEVICE, WritePoint("p", 1))):
        with pytest.raises(DriverFault, match="IndexError: as a fault in decoding would") as raised:
            await call
        assert isinstance(raised.value.__cause__, IndexError)


async def test_a_call_in_which_nothing_happens_ends() -> None:
    driver = GuardedDriver(FaultyDriver(d=hangs), 0.02)
    async with asyncio.timeout(20):
        for call in (read_once(driver, DEVICE), driver.execute(DEVICE, WritePoint("p", 1))):
            with pytest.raises(WireError, match=r"nothing happened for 0\.02 s"):
                await call


async def test_a_long_call_whose_requests_go_on_does_not_end() -> None:
    async def slow(driver: FaultyDriver, request: ReadRequest, observer: ReadObserver) -> None:
        for _ in range(40):
            driver.counters("d").sent += 1
            await asyncio.sleep(0.02)
        observer.polled(good(request))

    driver = GuardedDriver(FaultyDriver(d=slow), 0.2)
    assert (await read_once(driver, DEVICE)).answered
    assert driver.progressed_s > 0


async def test_urgent_work_that_hangs_ends_and_the_poll_that_it_interrupted_goes_on() -> None:
    driver = GuardedDriver(FaultyDriver(outer=lambda _, request, observer: interrupted(request, observer), inner=hangs), 0.1)
    outer, inner = devices("outer", "inner")
    ended: list[str] = []

    async def interrupted(request: ReadRequest, observer: ReadObserver) -> None:
        await observer.do_urgent_work()
        await asyncio.sleep(0.05)
        observer.polled(good(request))

    class Observer:
        polls: list[Poll] = []  # noqa: RUF012 — of this one observer

        def polled(self, poll: Poll) -> None:
            self.polls.append(poll)

        def has_urgent_work(self) -> bool:
            return True

        async def do_urgent_work(self) -> None:
            with pytest.raises(WireError, match="nothing happened"):
                await read_once(driver, inner)
            ended.append("inner")

        def overtake(self) -> None:
            """Wait for the poll."""

    async with asyncio.timeout(20):
        await driver.read([ReadRequest(outer, outer.all_streams)], Observer())
    assert (ended, len(Observer.polls)) == (["inner"], 1)


async def test_a_caller_that_is_cancelled_is_cancelled() -> None:
    waiting = asyncio.create_task(read_once(GuardedDriver(FaultyDriver(d=hangs), 30.0), DEVICE))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_call_that_ends_although_it_was_given_up_lets_its_task_go_on() -> None:
    async def ends_late(_driver: FaultyDriver, request: ReadRequest, observer: ReadObserver) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        observer.polled(good(request))

    assert (await read_once(GuardedDriver(FaultyDriver(d=ends_late), 0.02), DEVICE)).answered
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_a_call_that_is_cancelled_while_it_is_given_up_is_cancelled() -> None:
    waits = asyncio.Event()

    async def cancels(_driver: FaultyDriver, _request: ReadRequest, _observer: ReadObserver) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            waits.set()
            task = asyncio.current_task()
            assert task is not None
            task.cancel()

    waiting = asyncio.create_task(read_once(GuardedDriver(FaultyDriver(d=cancels), 0.02), DEVICE))
    async with asyncio.timeout(20):
        await waits.wait()
        with pytest.raises(asyncio.CancelledError):
            await waiting
