"""What is acknowledged when, and what an idle worker waits for."""

import asyncio
from typing import Literal

import pytest

from gateway.centre.ingest.inbox import Inbox
from gateway.centre.progress import Progress
from gateway.host.mqtt import Message
from gateway.model.topics import GatewayId

A, B = GatewayId("prato", "citelum", "gw-a"), GatewayId("prato", "citelum", "gw-b")


async def taken_from(inbox: Inbox, stopping: "asyncio.Future[Literal[True]]") -> list[Message]:
    taken: list[Message] = []
    await inbox.wait(stopping)
    assert list(inbox.take(taken, 60.0)) == taken
    return taken


def message(number: int) -> Message:
    return Message("t", bytes([number]), False, number, 1)


async def test_the_first_batch_of_each_gateway_is_acknowledged_after_it_is_stored_and_those_behind_it_at_once() -> None:
    finished: list[int] = []
    inbox, stopping = Inbox(lambda one: finished.append(one.mid), Progress(10.0)), asyncio.get_running_loop().create_future()
    for number, sender in enumerate((A, A, B, A)):
        inbox.put(sender, message(number))
    assert finished == [1, 3]
    taken = await taken_from(inbox, stopping)
    assert [one.mid for one in taken] == [0, 2, 1, 3]
    inbox.put(A, message(4))
    inbox.finish(taken)
    assert finished == [1, 3, 0, 2]
    assert [one.mid for one in await taken_from(inbox, stopping)] == [4]
    assert not inbox


async def test_lateness_is_how_long_the_first_batch_of_a_gateway_waits_until_it_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = [10.0]
    monkeypatch.setattr("gateway.centre.ingest.inbox.time.monotonic", lambda: now_s[0])
    inbox, stopping = Inbox(lambda _: None, Progress(10.0)), asyncio.get_running_loop().create_future()
    assert inbox.late_s == 0.0
    inbox.put(A, message(0))
    now_s[0] = 11.0
    inbox.put(A, message(1))
    inbox.put(B, message(2))
    now_s[0] = 14.0
    assert inbox.late_s == 4.0
    inbox.finish(await taken_from(inbox, stopping))
    assert inbox.late_s == 0.0


async def test_an_inbox_waits_for_a_batch_or_the_end_and_does_not_count_as_stuck_meanwhile() -> None:
    now_s = [0.0]
    inbox, stopping = Inbox(lambda _: None, Progress(10.0, lambda: now_s[0])), asyncio.get_running_loop().create_future()
    taking = asyncio.create_task(taken_from(inbox, stopping))
    await asyncio.sleep(0)
    now_s[0] = 100.0
    assert not inbox.progress.stuck
    inbox.put(A, message(1))
    assert len(await taking) == 1
    now_s[0] = 200.0
    assert inbox.progress.stuck
    taking = asyncio.create_task(taken_from(inbox, stopping))
    await asyncio.sleep(0)
    stopping.set_result(True)
    assert await taking == []


async def test_a_flood_of_one_gateway_is_dropped_and_counted() -> None:
    finished: list[int] = []
    inbox = Inbox(lambda one: finished.append(one.mid), Progress(10.0))
    for number in range(200):
        inbox.put(A, message(number))
    inbox.put(B, message(201))
    assert inbox.dropped == 72
    assert finished == list(range(1, 200))
    assert [one.mid for one in await taken_from(inbox, asyncio.get_running_loop().create_future())][:2] == [0, 201]


async def test_a_gateway_whose_batches_are_refused_is_served_apart() -> None:
    inbox, stopping = Inbox(lambda _: None, Progress(10.0)), asyncio.get_running_loop().create_future()
    for sender, number in ((A, 1), (B, 2)):
        inbox.put(sender, message(number))
    inbox.set_apart({A, B}, {A})
    assert [[one.mid for one in await taken_from(inbox, stopping)] for _ in range(2)] == [[1], [2]]


async def test_a_round_that_takes_long_ends_and_the_rest_is_the_next() -> None:
    inbox, taken = Inbox(lambda _: None, Progress(10.0)), list[Message]()
    for number in range(3):
        inbox.put(A, message(number))
    assert [one.mid for one in inbox.take(taken, -1.0)] == [one.mid for one in taken] == [0]
    assert [one.mid for one in inbox.take(taken, 60.0)] == [1, 2]


async def test_a_gateway_whose_batches_take_long_to_decode_gets_rounds_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a slow batch ended each round before more than one batch of the others was in it, and they waited longer and longer."""
    now_s = [0.0]
    for clock in ("monotonic", "thread_time"):
        monkeypatch.setattr(f"gateway.centre.ingest.inbox.time.{clock}", lambda: now_s[0])
    inbox = Inbox(lambda _: None, Progress(10.0))
    for number in range(30):
        for sender in (A, B):
            inbox.put(sender, Message(sender.topic("data"), bytes([number]), False, number, 1))

    def a_round() -> tuple[int, int]:
        found: list[Message] = []
        for one in inbox.take(found, 0.25):
            now_s[0] += 0.3 if one.topic == A.topic("data") else 0.001
        inbox.set_apart({sender for sender in (A, B) if any(one.topic == sender.topic("data") for one in found)}, set())
        return tuple(sum(one.topic == sender.topic("data") for one in found) for sender in (A, B))  # type: ignore[return-value]

    assert a_round() == (1, 0)
    assert sorted([a_round(), a_round()]) == [(0, 30), (1, 0)]
    inbox.put(B, Message(B.topic("data"), b"", False, 31, 1))
    assert sorted([a_round(), a_round()]) == [(0, 1), (1, 0)]


async def test_a_gateway_whose_batches_are_quick_again_shares_rounds_again(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s, seen = [0.0], list[bool]()
    for clock in ("monotonic", "thread_time"):
        monkeypatch.setattr(f"gateway.centre.ingest.inbox.time.{clock}", lambda: now_s[0])
    inbox = Inbox(lambda _: None, Progress(10.0))
    monkeypatch.setattr(inbox._queue, "set_apart", lambda _, *, apart: seen.append(apart))
    for takes_s in (0.3, 0.001):
        inbox.put(A, Message(A.topic("data"), b"", False, 1, 1))
        for _ in inbox.take([], 60.0):
            now_s[0] += takes_s
        inbox.set_apart({A}, set())
    assert seen == [True, False]


async def test_a_batch_that_takes_long_because_the_machine_is_busy_is_not_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    wall_s, processor_s, seen = [0.0], [0.0], list[bool]()
    monkeypatch.setattr("gateway.centre.ingest.inbox.time.monotonic", lambda: wall_s[0])
    monkeypatch.setattr("gateway.centre.ingest.inbox.time.thread_time", lambda: processor_s[0])
    inbox = Inbox(lambda _: None, Progress(10.0))
    monkeypatch.setattr(inbox._queue, "set_apart", lambda _, *, apart: seen.append(apart))
    for share in (0.02, 0.5):
        inbox.put(A, Message(A.topic("data"), b"", False, 1, 1))
        for _ in inbox.take([], 60.0):
            wall_s[0] += 0.3
            processor_s[0] += 0.3 * share
        inbox.set_apart({A}, set())
    assert seen == [False, True]


async def test_batches_wait_for_others_after_those_behind_the_first_are_acknowledged() -> None:
    finished: list[int] = []
    inbox, stopping = Inbox(lambda one: finished.append(one.mid), Progress(10.0), 3600.0), asyncio.get_running_loop().create_future()
    taking = asyncio.create_task(taken_from(inbox, stopping))
    for number in range(3):
        inbox.put(A, message(number))
    assert finished == [1, 2]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not taking.done()
    inbox.put(B, Message("t", bytes(200_000), False, 3, 1))
    assert {one.mid for one in await taking} == {0, 1, 2, 3}


async def test_batches_wait_for_others_no_longer_than_they_should() -> None:
    inbox, stopping = Inbox(lambda _: None, Progress(10.0), 0.01), asyncio.get_running_loop().create_future()
    for number in range(2):
        inbox.put(A, message(number))
        assert [one.mid for one in await taken_from(inbox, stopping)] == [number]


async def test_what_a_round_left_is_the_next_at_once() -> None:
    inbox, stopping = Inbox(lambda _: None, Progress(10.0), 3600.0), asyncio.get_running_loop().create_future()
    for number in range(2):
        inbox.put(A, message(number))
    assert [one.mid for one in inbox.take([], -1.0)] == [0]
    assert [one.mid for one in await taken_from(inbox, stopping)] == [1]
