"""A line is lent: a borrower alone speaks there, for a bounded time, and the line's devices are polled between two loans."""

import asyncio
import itertools

import pytest

from gateway.fieldbus.line.driver_port import read_once
from gateway.fieldbus.line.lending import _PATIENCE_S, Lending
from gateway.fieldbus.line.ticks import EARLY_S
from gateway.fieldbus.line_factory import build_line
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.fieldbus.wire.port import WireError
from gateway.model.quality import Quality
from tests.fieldbus.line.buses import OwnedBus, owned_bus


async def borrow_and_read(one: OwnedBus) -> None:
    """Read the second device over the same port, which only one program at a time can open."""
    driver = build_line(one.line, one.devices[1:], LearnedStore(None), lambda: 0).driver
    try:
        (reading,) = (await read_once(driver, one.devices[1])).readings
    finally:
        driver.close()
    assert None not in reading.values


async def hold(one: OwnedBus, for_s: float, lent: asyncio.Event) -> None:
    """Borrow the line and never return it."""
    loop = asyncio.get_running_loop()
    async with one.owner.lend(for_s) as ends_s:
        assert ends_s <= loop.time() + for_s
        lent.set()
        await asyncio.Event().wait()


async def test_a_borrower_speaks_on_the_port_and_the_devices_are_polled_between_loans() -> None:
    async with owned_bus([0.1, 60.0]) as one:
        await one.until("d0", 1)
        for _ in range(3):
            before = len(one.taken["d0"])
            async with one.owner.lend(10):
                begin = len(one.bus.requests)
                polled = len(one.taken["d0"])
                await borrow_and_read(one)
                assert {unit for unit, _ in one.bus.requests[begin:]} == {2}, "nobody else speaks during a loan"
                assert len(one.taken["d0"]) == polled
            await one.until("d0", before + 1)
        assert all(not reading.quality for reading in one.taken["d0"])


async def test_borrowers_that_queue_leave_the_devices_as_much_time_as_they_take() -> None:
    async with owned_bus([0.0]) as one:
        await one.until("d0", 1)
        loop = asyncio.get_running_loop()
        loans: list[tuple[float, float]] = []

        async def borrow() -> None:
            async with one.owner.lend(10):
                began_s = loop.time()
                await asyncio.sleep(0.2)
                loans.append((began_s, loop.time()))

        await asyncio.gather(borrow(), borrow(), borrow())
        for (began_s, ended_s), (next_s, _) in itertools.pairwise(loans):
            assert next_s - ended_s >= ended_s - began_s - EARLY_S


async def test_a_borrower_whose_time_is_up_gets_a_timeout_error_and_polling_goes_on() -> None:
    async with owned_bus([0.1]) as one:
        await one.until("d0", 1)
        with pytest.raises(TimeoutError):
            await hold(one, 0.05, asyncio.Event())
        await one.until("d0", len(one.taken["d0"]) + 2)
        assert all(not reading.quality for reading in one.taken["d0"])


async def fail(one: OwnedBus) -> None:
    async with one.owner.lend(10):
        raise RuntimeError("no such firmware")


async def test_a_borrower_that_raises_returns_the_line() -> None:
    async with owned_bus([0.1]) as one:
        await one.until("d0", 1)
        with pytest.raises(RuntimeError, match="no such firmware"):
            await fail(one)
        await one.until("d0", len(one.taken["d0"]) + 2)


async def test_a_borrower_that_is_cancelled_before_its_turn_gets_no_loan() -> None:
    async with owned_bus([0.1]) as one:
        await one.until("d0", 1)

        async def borrow() -> None:
            async with one.owner.lend(10):
                pytest.fail("the loan was withdrawn")

        async with one.owner.lend(10):
            waiting = asyncio.create_task(borrow())
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        await one.until("d0", len(one.taken["d0"]) + 2)


async def test_a_line_that_stops_while_lent_recalls_the_loan_and_refuses_others() -> None:
    async with owned_bus([0.1]) as one:
        await one.until("d0", 1)
        lent = asyncio.Event()
        first = asyncio.create_task(hold(one, 3600, lent))
        await lent.wait()
        second = asyncio.create_task(hold(one, 3600, asyncio.Event()))
        await asyncio.sleep(0)
        one.stop.set()
        done, _ = await asyncio.wait({first}, timeout=10)
        first.cancel()
        assert done == {first}
        assert isinstance(first.exception(), TimeoutError)
        with pytest.raises(WireError, match="has stopped"):
            await second
        with pytest.raises(WireError, match="has stopped"):
            await hold(one, 3600, asyncio.Event())


async def test_no_loan_is_longer_than_a_minute() -> None:
    async with owned_bus([0.1]) as one, one.owner.lend(3600) as ends_s:
        assert 50 < ends_s - asyncio.get_running_loop().time() <= 60


async def test_no_loan_is_due_unless_one_is_wanted() -> None:
    lending = Lending(lambda: None)
    assert lending.due_s(idle=True) == float("inf")
    waiting = asyncio.ensure_future(lending.lend(1).__aenter__())
    await asyncio.sleep(0)
    assert lending.due_s(idle=True) == float("-inf")
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert lending.due_s(idle=True) == float("inf")


async def test_a_gentle_loan_waits_until_no_poll_is_due_but_not_for_ever() -> None:
    lending = Lending(lambda: None)
    now_s = asyncio.get_running_loop().time()
    waiting = asyncio.ensure_future(lending.lend(1, gently=True).__aenter__())
    await asyncio.sleep(0)
    assert lending.due_s(idle=True) == float("-inf")
    assert now_s < lending.due_s(idle=False) < now_s + 60
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)


async def test_gentle_loans_begin_while_no_poll_is_due() -> None:
    async with owned_bus([0.3, 0.3]) as one:
        await one.until("d1", 1)
        loop = asyncio.get_running_loop()
        for _ in range(5):
            asked_s = loop.time()
            async with one.owner.lend(10, gently=True):
                now_s, running = loop.time(), one.owner._running
                assert running is not None
                assert running.schedule._due.ready == [] or now_s - asked_s >= _PATIENCE_S
                await asyncio.sleep(0.05)


async def test_devices_that_are_set_aside_are_not_polled_and_have_no_data_meanwhile() -> None:
    async with owned_bus([0.1, 0.1]) as one:
        await one.until("d1", 1)
        with one.owner.lending.setting_aside(["d1"]):
            begin, at = len(one.bus.requests), len(one.taken["d1"])
            await one.until("d0", len(one.taken["d0"]) + 3)
            assert {unit for unit, _ in one.bus.requests[begin + 6 :]} == {1}  # a poll of the other may have been under way
            assert {quality for reading in one.taken["d1"][at + 1 :] for quality in reading.quality.values()} <= {Quality.GoodNoData}
        await one.until("d1", len(one.taken["d1"]) + 2)
        assert not one.taken["d1"][-1].quality


async def test_nobody_waits_between_two_loans_of_a_line_whose_devices_are_all_set_aside() -> None:
    async with owned_bus([0.1]) as one:
        await one.until("d0", 1)
        with one.owner.lending.setting_aside(["d0"]):
            async with one.owner.lend(10):
                await asyncio.sleep(0.2)
            ended_s = one.owner.lending._not_before_s
            assert ended_s <= asyncio.get_running_loop().time()
            async with one.owner.lend(10):
                pass
