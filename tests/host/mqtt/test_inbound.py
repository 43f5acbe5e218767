"""Received messages between paho's thread and the event loop: room, gathering, stall."""

import asyncio
from collections.abc import Callable

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from gateway.host.mqtt.handover import LoopHandover
from gateway.host.mqtt.inbound import Inbound
from gateway.host.mqtt.types import Message

STALL_S = 0.05


class Rig:
    """An inbound queue with a client; `put` runs in another thread, as paho's would."""

    def __init__(self, *, manual_ack: bool = True, in_hand: int = 3, gather_s: float = 0.0) -> None:
        self.delivered: list[bytes] = []
        self.messages: list[Message] = []
        self.fails_on: bytes | None = None
        handover = LoopHandover()
        handover.attach()
        self.inbound = Inbound(self._deliver, handover, manual_ack=manual_ack, in_hand=in_hand, gather_s=gather_s)
        self.client = paho.Client(CallbackAPIVersion.VERSION2, "c")
        self.inbound.current = self.client

    def _deliver(self, message: Message) -> None:
        self.delivered.append(message.payload)
        self.messages.append(message)
        if message.payload == self.fails_on:
            self.inbound.finish(message)  # as the client does
            raise ZeroDivisionError

    def finish(self) -> bool:
        return self.inbound.finish(self.messages.pop(0))

    async def put(self, *payloads: bytes, client: paho.Client | None = None) -> bool:
        def put_all() -> bool:
            fits = True
            for payload in payloads:
                received = paho.MQTTMessage(1, b"t")
                received.payload = payload
                fits = self.inbound.put(client or self.client, received, 1, STALL_S)
            return fits

        return await asyncio.to_thread(put_all)


async def until(ready: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not ready():
            await asyncio.sleep(0.005)


async def test_messages_are_delivered_in_order() -> None:
    rig = Rig(manual_ack=False)
    assert await rig.put(b"1", b"2", b"3", b"4", b"5")
    await until(lambda: rig.delivered == [b"1", b"2", b"3", b"4", b"5"])


async def test_without_room_for_too_long_it_stalls_and_drops_what_follows_until_all_is_finished() -> None:
    rig = Rig(in_hand=2)
    assert await rig.put(b"1", b"2")
    await until(lambda: len(rig.delivered) == 2)
    assert not await rig.put(b"3"), "there is no room"
    assert rig.inbound.stalled.is_set()
    assert await rig.put(b"4"), "dropped without waiting: the broker sends it again"
    assert not rig.finish()
    assert rig.finish(), "the last one ends the stall"
    assert await rig.put(b"5")
    await until(lambda: rig.delivered == [b"1", b"2", b"5"])


async def test_a_stall_does_not_end_while_there_is_no_client() -> None:
    rig = Rig(in_hand=1)
    assert await rig.put(b"1")
    await until(lambda: len(rig.delivered) == 1)
    assert not await rig.put(b"2")
    rig.inbound.current = None
    assert not rig.finish()


async def test_a_finished_message_makes_room_for_the_next() -> None:
    rig = Rig(in_hand=1)
    assert await rig.put(b"1")
    await until(lambda: len(rig.delivered) == 1)
    assert not rig.finish(), "nothing was stalled"
    assert await rig.put(b"2")
    await until(lambda: rig.delivered == [b"1", b"2"])


async def test_messages_of_an_earlier_client_are_dropped_and_take_no_room() -> None:
    rig = Rig(in_hand=1)
    other = paho.Client(CallbackAPIVersion.VERSION2, "old")
    for payload in (b"1", b"2", b"3"):
        assert await rig.put(payload, client=other)
    assert await rig.put(b"4")
    await until(lambda: rig.delivered == [b"4"])


async def test_small_messages_wait_to_be_delivered_together_and_many_bytes_do_not() -> None:
    rig = Rig(in_hand=10, gather_s=3600.0)
    assert await rig.put(b"1", b"2")
    await asyncio.sleep(0)
    assert rig.delivered == []
    assert await rig.put(bytes(40_000))
    await until(lambda: len(rig.delivered) == 3)


async def test_a_message_whose_handler_fails_does_not_hold_up_the_others() -> None:
    loop = asyncio.get_running_loop()
    errors: list[object] = []
    loop.set_exception_handler(lambda _loop, context: errors.append(context["exception"]))
    rig = Rig(in_hand=10)
    rig.fails_on = b"2"
    assert await rig.put(b"1", b"2", b"3", b"4")
    await until(lambda: rig.delivered == [b"1", b"2", b"3", b"4"])
    assert [type(error) for error in errors] == [ZeroDivisionError]


async def test_a_message_that_is_finished_twice_makes_no_extra_room(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig(in_hand=2)
    assert await rig.put(b"1", b"2")
    await until(lambda: len(rig.delivered) == 2)
    with caplog.at_level("DEBUG"):
        for _ in range(3):
            assert not rig.inbound.finish(rig.messages[0])
    assert caplog.text.count("finished twice") == 2
    assert await rig.put(b"3")
    await until(lambda: len(rig.delivered) == 3)
    assert not await rig.put(b"4")


@pytest.mark.parametrize("manual_ack", [True, False])
async def test_messages_whose_handler_fails_never_take_the_room_of_others(manual_ack: bool) -> None:
    """Once a thousand of them blocked the connection for ever."""
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)
    rig = Rig(manual_ack=manual_ack, in_hand=3)
    rig.fails_on = b"bad"
    assert await rig.put(*[b"bad"] * 1000)
    await until(lambda: len(rig.delivered) == 1000)
    assert not rig.inbound.stalled.is_set()
    assert await rig.put(b"good")
    await until(lambda: rig.delivered[-1] == b"good")
