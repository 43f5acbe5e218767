"""An update borrows a polled line in its share, and keeps polls away from the device."""

import asyncio

import pytest

from firmware_tools.flash.line_use import FreeLine, LentLine
from gateway.fieldbus.line.lending import LONGEST_S
from gateway.fieldbus.wire.port import WireError
from gateway.model.quality import Quality
from tests.fieldbus.line.buses import owned_bus


async def test_a_free_line_is_had_for_as_long_as_there_is_something_to_do() -> None:
    line = FreeLine()
    with line.reserved():
        async with line.turn() as more:
            assert more()


async def test_a_polled_line_is_lent_for_its_share_while_the_device_is_left_alone() -> None:
    async with owned_bus([0.1, 0.1]) as one:
        await one.until("d1", 1)
        line, loop = LentLine(lambda: one.owner, "d1", 0.25), asyncio.get_running_loop()
        began_s, used_s = loop.time(), 0.0
        with line.reserved():
            while loop.time() < began_s + 4.0:
                async with line.turn() as more:
                    assert one.owner.lending.aside == {"d1"}
                    turn_s = loop.time()
                    while more():
                        await asyncio.sleep(0.02)
                used_s += loop.time() - turn_s
            count = len(one.taken["d0"])
            await one.until("d0", count + 2)
            assert set(one.taken["d1"][-1].quality.values()) == {Quality.GoodNoData}
        assert used_s < 0.25 * (loop.time() - began_s) + 0.6
        assert one.owner.lending.aside == set()


async def test_a_line_on_which_nobody_else_is_polled_is_lent_for_as_long_as_a_loan_lasts() -> None:
    async with owned_bus([0.1, 0.1]) as one:
        line, loop = LentLine(lambda: one.owner, "d0", 0.01, ("d1",)), asyncio.get_running_loop()
        with line.reserved():
            for _ in range(2):
                async with line.turn() as more:
                    began_s = loop.time()
                    assert one.owner.lending.aside == {"d0", "d1"}
                    await asyncio.sleep(0.3)
                    assert more()
                assert loop.time() - began_s < LONGEST_S


async def test_a_line_that_is_begun_anew_is_borrowed_anew_and_one_that_is_gone_is_an_error() -> None:
    async with owned_bus([0.1]) as one, owned_bus([0.1]) as other:
        now = [one.owner]
        line = LentLine(lambda: now[0] if now else None, "d0", 0.5)
        with line.reserved():
            async with line.turn():
                pass
            now[:] = [other.owner]
            async with line.turn():
                assert other.owner.lending.aside == {"d0"}
            now.clear()
            with pytest.raises(WireError, match="has stopped"):
                async with line.turn():
                    pass
        assert other.owner.lending.aside == one.owner.lending.aside == set()
