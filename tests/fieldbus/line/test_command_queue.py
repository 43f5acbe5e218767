"""Commands wait in order, expire, are withdrawn by their callers, and end with the line."""

import asyncio
import math

from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.line.command_queue import CommandQueue
from gateway.fieldbus.line.commands import Outcome, OutcomeStatus, WritePoint
from gateway.model.site.lines import DeviceSettings
from tests.faults.virtual_time import run

DEVICE = bind(DeviceSettings(id="d", profile="xy_md02", asset="a"), ProfileLibrary().get("xy_md02"), {})
DONE = Outcome(OutcomeStatus.DONE)


class Queue(CommandQueue):
    """A queue that counts how often its owner was woken."""

    def __init__(self) -> None:
        self.woken = 0
        super().__init__(self._count)

    def _count(self) -> None:
        self.woken += 1

    async def put(self, point: str, expires_at_s: float = math.inf) -> "asyncio.Task[Outcome]":
        task = asyncio.create_task(self.execute(DEVICE, WritePoint(point, 1), expires_at_s))
        await asyncio.sleep(0)
        return task


async def test_a_command_wakes_the_owner_and_its_caller_gets_the_outcome() -> None:
    queue = Queue()
    assert not queue.waiting
    first, second = await queue.put("a"), await queue.put("b")
    assert (queue.waiting, queue.woken) == (True, 2)
    for point, task in (("a", first), ("b", second)):
        queued = queue.begin()
        assert queued is not None
        assert queued.command == WritePoint(point, 1)
        queued.finish(DONE)
        assert await task == DONE
    assert queue.begin() is None
    assert not queue.waiting


def test_a_command_expires_only_before_it_has_begun() -> None:
    async def expire_one_and_begin_another() -> None:
        queue, now_s = Queue(), asyncio.get_running_loop().time()
        expired, begun = await queue.put("a", now_s + 1), await queue.put("b", now_s + 2)
        assert (await expired).status is OutcomeStatus.EXPIRED
        queued = queue.begin()
        assert queued is not None
        assert queued.command == WritePoint("b", 1)
        await asyncio.sleep(60)
        assert not begun.done()
        queued.finish(DONE)
        assert await begun == DONE

    run(expire_one_and_begin_another())


async def test_a_command_whose_time_has_passed_does_not_begin() -> None:
    queue = Queue()
    queue_task = await queue.put("a", asyncio.get_running_loop().time() - 1)
    assert queue.begin() is None
    assert (await queue_task).status is OutcomeStatus.EXPIRED


async def test_a_cancelled_caller_withdraws_its_command_and_ignores_the_outcome_of_a_begun_one() -> None:
    queue = Queue()
    withdrawn, begun = await queue.put("a"), await queue.put("b")
    withdrawn.cancel()
    await asyncio.gather(withdrawn, return_exceptions=True)
    queued = queue.begin()
    assert queued is not None
    assert queued.command == WritePoint("b", 1)
    begun.cancel()
    await asyncio.gather(begun, return_exceptions=True)
    queued.finish(DONE)


async def test_closing_the_queue_ends_waiting_begun_and_later_commands() -> None:
    queue = Queue()
    begun, waiting = await queue.put("a"), await queue.put("b")
    assert queue.begin() is not None
    queue.close()
    later = await queue.put("c")
    assert {(await task).status for task in (begun, waiting, later)} == {OutcomeStatus.LINE_DOWN}
