"""Received messages: bounded, gathered, delivered."""

import asyncio
from collections.abc import Callable

import pytest

from gateway.host.mqtt.inbound import Inbound, InboundTerms
from gateway.host.mqtt.types import Message

STALL_S = 0.05


class Rig:
    """Inbound messages of a reader that is told when to pause."""

    def __init__(self, *, manual_ack: bool = True, in_hand: int = 4, gather_s: float = 0.0, stall_after_s: float = 3600.0) -> None:
        self.delivered: list[bytes] = []
        self.messages: list[Message] = []
        self.fails_on: bytes | None = None
        self.reads, self.stalls = True, 0
        self.inbound = Inbound(self._deliver, self._stalled, InboundTerms(manual_ack, in_hand, gather_s, stall_after_s))
        self.inbound.reader = self

    def pause(self) -> None:
        self.reads = False

    def resume(self) -> None:
        self.reads = True

    def _stalled(self) -> None:
        self.stalls += 1

    def _deliver(self, message: Message) -> None:
        self.delivered.append(message.payload)
        self.messages.append(message)
        if message.payload == self.fails_on:
            self.inbound.finish(message)  # as the client does
            raise ZeroDivisionError

    def finish(self) -> bool:
        return self.inbound.finish(self.messages.pop(0))

    def put(self, *payloads: bytes) -> None:
        for payload in payloads:
            self.inbound.put(Message("t", payload, False, 1, 1))

    async def until_delivered(self, *payloads: bytes) -> None:
        await until(lambda: self.delivered == list(payloads))


async def until(ready: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not ready():
            await asyncio.sleep(0.001)


async def test_messages_are_delivered_in_order() -> None:
    rig = Rig(manual_ack=False)
    rig.put(b"1", b"2", b"3")
    await rig.until_delivered(b"1", b"2", b"3")


async def test_the_reader_pauses_when_too_many_are_unfinished_and_resumes_when_half_of_them_are_finished() -> None:
    rig = Rig(in_hand=4)
    rig.put(b"1", b"2", b"3")
    assert rig.reads
    rig.put(b"4")
    assert not rig.reads
    await rig.until_delivered(b"1", b"2", b"3", b"4")
    assert not rig.finish()
    assert not rig.reads, "three of four are unfinished"
    assert not rig.finish()
    assert rig.reads


async def test_the_reader_pauses_with_a_megabyte_to_deliver_and_resumes_when_it_is_delivered() -> None:
    rig, half = Rig(in_hand=1000, stall_after_s=STALL_S), b"x" * (1 << 19)
    rig.put(half)
    assert rig.reads
    rig.put(half)
    assert not rig.reads
    await rig.until_delivered(half, half)
    await until(lambda: rig.reads)
    await asyncio.sleep(2 * STALL_S)
    assert rig.stalls == 0, "what is delivered and not finished is bounded by its number"


async def test_a_reader_of_messages_that_nobody_finishes_resumes_when_they_are_delivered() -> None:
    rig = Rig(manual_ack=False, in_hand=2)
    rig.put(b"1", b"2")
    assert not rig.reads
    await until(lambda: rig.reads)
    assert rig.delivered == [b"1", b"2"]


async def test_without_room_for_too_long_it_stalls_and_drops_what_follows_until_all_is_finished() -> None:
    rig = Rig(in_hand=2, stall_after_s=STALL_S)
    rig.put(b"1", b"2")
    await until(lambda: rig.stalls == 1)
    assert rig.inbound.stalled
    rig.put(b"3")
    assert not rig.finish()
    assert rig.finish(), "the last one ends the stall"
    rig.put(b"4")
    await rig.until_delivered(b"1", b"2", b"4")
    assert rig.stalls == 1


async def test_messages_that_are_finished_one_by_one_are_no_stall() -> None:
    rig = Rig(in_hand=8, stall_after_s=0.2)
    rig.put(*[b"x"] * 8)
    await until(lambda: len(rig.delivered) == 8)
    for _ in range(3):
        await asyncio.sleep(0.1)
        assert not rig.finish()
    assert not rig.reads
    assert rig.stalls == 0


async def test_messages_that_nobody_finishes_one_by_one_never_stall() -> None:
    rig = Rig(manual_ack=False, in_hand=1, gather_s=4 * STALL_S, stall_after_s=STALL_S)
    rig.put(b"1")
    await rig.until_delivered(b"1")
    assert rig.stalls == 0


async def test_there_is_no_stall_without_a_reader() -> None:
    rig = Rig(in_hand=1, stall_after_s=STALL_S)
    rig.inbound.reader = None
    rig.put(b"1")
    await asyncio.sleep(2 * STALL_S)
    assert not rig.inbound.stalled
    assert not rig.finish()
    assert rig.stalls == 0


async def test_dropped_messages_are_not_delivered_and_take_no_room() -> None:
    rig = Rig(in_hand=2)
    rig.put(b"1", b"2")
    rig.inbound.drop()
    assert rig.reads
    rig.put(b"3")
    await rig.until_delivered(b"3")


async def test_small_messages_wait_to_be_delivered_together_and_many_bytes_do_not() -> None:
    rig = Rig(in_hand=10, gather_s=3600.0)
    rig.put(b"1", b"2")
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert rig.delivered == []
    rig.put(bytes(40_000))
    await until(lambda: len(rig.delivered) == 3)


async def test_small_messages_do_not_wait_for_longer_than_they_should() -> None:
    rig = Rig(in_hand=10, gather_s=0.01)
    rig.put(b"1", b"2")
    await rig.until_delivered(b"1", b"2")
    rig.put(b"3")
    await rig.until_delivered(b"1", b"2", b"3")


async def test_a_message_whose_handler_fails_does_not_hold_up_the_others() -> None:
    loop = asyncio.get_running_loop()
    errors: list[object] = []
    loop.set_exception_handler(lambda _loop, context: errors.append(context["exception"]))
    rig = Rig(in_hand=10)
    rig.fails_on = b"2"
    rig.put(b"1", b"2", b"3", b"4")
    await rig.until_delivered(b"1", b"2", b"3", b"4")
    assert [type(error) for error in errors] == [ZeroDivisionError]


async def test_a_message_that_is_finished_twice_makes_no_extra_room(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig(in_hand=4)
    rig.put(b"1", b"2", b"3", b"4")
    await until(lambda: len(rig.delivered) == 4)
    with caplog.at_level("DEBUG"):
        for _ in range(3):
            assert not rig.inbound.finish(rig.messages[0])
    assert caplog.text.count("finished twice") == 2
    assert not rig.reads


@pytest.mark.parametrize("manual_ack", [True, False])
async def test_messages_whose_handler_fails_never_take_the_room_of_others(manual_ack: bool) -> None:
    """Once a thousand of them blocked the connection for ever."""
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    rig = Rig(manual_ack=manual_ack, in_hand=3)
    rig.fails_on = b"bad"
    rig.put(*[b"bad"] * 1000)
    await until(lambda: len(rig.delivered) == 1000)
    assert rig.reads
    rig.put(b"good")
    await until(lambda: rig.delivered[-1] == b"good")
