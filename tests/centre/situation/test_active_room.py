"""Which process runs a room: work begins with the lock and ends with it."""

import asyncio
import threading

import pytest

from gateway.centre.situation import active_room
from gateway.centre.situation.active_room import LEASE_S, ActiveRoom
from gateway.centre.situation.port import SituationsUnavailable


class Lock:
    """A lock that the test gives and takes away."""

    def __init__(self) -> None:
        self.free, self.error, self.asked, self.released = True, "", 0, 0
        self.answers = threading.Event()
        self.answers.set()

    def hold(self) -> bool:
        self.asked += 1
        self.answers.wait(30)
        if self.error:
            raise SituationsUnavailable(self.error)
        return self.free

    def release(self) -> None:
        self.released += 1


class Work:
    """Work that lasts until it is told to stop, and counts."""

    def __init__(self, stop: asyncio.Event) -> None:
        self.begun, self.cancelled = asyncio.Event(), asyncio.Event()
        self._stop = stop

    async def __call__(self) -> None:
        self.begun.set()
        try:
            await self._stop.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(active_room, "EVERY_S", 0.01)


async def test_work_begins_with_the_lock_and_ends_by_itself_at_a_stop() -> None:
    lock, stop = Lock(), asyncio.Event()
    room, work = ActiveRoom(lock), Work(stop)
    running = asyncio.create_task(room.run(work, stop))
    await work.begun.wait()
    assert room.active
    stop.set()
    await running
    assert not work.cancelled.is_set()
    assert (room.active, lock.released) == (False, 1)


async def test_who_does_not_get_the_lock_waits_until_it_is_free() -> None:
    lock, stop = Lock(), asyncio.Event()
    lock.free = False
    room, work = ActiveRoom(lock), Work(stop)
    running = asyncio.create_task(room.run(work, stop))
    while lock.asked < 3:
        await asyncio.sleep(0.001)
    assert not room.active
    assert not work.begun.is_set()
    lock.free = True
    await work.begun.wait()
    stop.set()
    await running


@pytest.mark.parametrize("error", ["", "the server is gone"])
async def test_work_is_cancelled_when_the_lock_is_lost_and_begins_again_later(error: str) -> None:
    lock, stop = Lock(), asyncio.Event()
    room, first = ActiveRoom(lock), Work(stop)
    second = Work(stop)
    works = iter((first, second))

    async def work() -> None:
        await next(works)()

    running = asyncio.create_task(room.run(work, stop))
    await first.begun.wait()
    lock.free, lock.error = False, error
    await first.cancelled.wait()
    assert not room.active
    assert not second.begun.is_set()
    lock.free, lock.error = True, ""
    await second.begun.wait()
    stop.set()
    await running


async def test_work_is_cancelled_when_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(active_room, "LEASE_S", 0.3)
    lock, stop = Lock(), asyncio.Event()
    room, work = ActiveRoom(lock), Work(stop)
    running = asyncio.create_task(room.run(work, stop))
    await work.begun.wait()
    lock.answers.clear()
    await work.cancelled.wait()
    assert not room.active
    stop.set()
    lock.answers.set()
    await running


async def test_a_process_that_was_stopped_for_long_may_not_act_before_it_has_asked() -> None:
    now_s = 0.0
    lock, stop = Lock(), asyncio.Event()
    room, work = ActiveRoom(lock, lambda: now_s), Work(stop)
    running = asyncio.create_task(room.run(work, stop))
    await work.begun.wait()
    assert room.active
    now_s = LEASE_S
    assert not room.active
    stop.set()
    await running


async def test_what_work_raises_is_raised_and_the_lock_is_released() -> None:
    lock = Lock()

    async def fails() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await ActiveRoom(lock).run(fails, asyncio.Event())
    assert lock.released == 1


async def test_a_stop_while_another_process_has_the_lock_ends_it() -> None:
    lock, stop = Lock(), asyncio.Event()
    lock.free = False
    stop.set()
    await ActiveRoom(lock).run(Work(stop), stop)
    assert lock.released == 0


def test_who_holds_the_lock_stops_before_the_server_gives_it_to_another() -> None:
    assert active_room.LEASE_S + 1 < active_room.IDLE_S < 9
