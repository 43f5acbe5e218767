"""What an organisation has received."""

import asyncio

from gateway.simulate.day.inbox import DayInbox
from gateway.simulate.day.records import ReceivedChange


async def test_whoever_waits_goes_on_when_what_he_waits_for_arrives() -> None:
    inbox = DayInbox()
    waiting = asyncio.create_task(inbox.until(lambda: inbox.version_of("x") == 2, 30))
    for version in (1, 2):
        await asyncio.sleep(0)
        assert not waiting.done()
        inbox.add(ReceivedChange("public", "x", version, version, "planned"))
    assert await waiting


async def test_a_wait_ends_when_it_takes_too_long() -> None:
    assert not await DayInbox().until(lambda: False, 0.01)


def test_the_newest_version_counts_in_whatever_order_it_came() -> None:
    inbox = DayInbox()
    for version in (2, 1):
        inbox.add(ReceivedChange("public", "x", version, version, "planned"))
    assert (inbox.version_of("x"), inbox.version_of("y")) == (2, 0)
