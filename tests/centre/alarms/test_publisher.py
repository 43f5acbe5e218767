"""What is published of alarms, and when again."""

import asyncio

import msgspec

from gateway.alarms.state import Alarm, AlarmKey, AlarmState
from gateway.centre.alarms import publisher as publisher_module
from gateway.centre.alarms.publisher import AlarmOwner, AlarmPublisher, owner_of
from gateway.model.messages import AlarmMessage

KEY = AlarmKey("citelum", "qe-1", "panel_outage", "d-1")
ALARMS = {KEY: Alarm(gateway="gw-1", state=AlarmState.UNACKNOWLEDGED)}


class Broker:
    """A broker that acknowledges or loses what it is sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, bytes]] = []
        self.error: Exception | None = None

    def send(self, topic: str, payload: bytes) -> "asyncio.Future[None]":
        self.sent.append((topic, payload))
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        done.set_result(None) if self.error is None else done.set_exception(self.error)
        return done


async def test_what_changed_is_published_once() -> None:
    broker = Broker()
    publisher = AlarmPublisher("prato", broker.send)
    publisher.add([owner_of(KEY)])
    for _ in range(2):
        publisher.publish(ALARMS)
    ((topic, payload),) = broker.sent
    assert topic == "prato/v1/citelum/city/alarm/qe-1"
    assert msgspec.json.decode(payload, type=AlarmMessage).alarms[0].kind == "panel_outage"


async def test_a_subject_without_alarms_is_cleared_at_the_broker() -> None:
    broker = Broker()
    publisher = AlarmPublisher("prato", broker.send)
    publisher.add([AlarmOwner("citelum", "qe-1")])
    publisher.publish({})
    assert broker.sent == [("prato/v1/citelum/city/alarm/qe-1", b"")]


async def test_what_the_broker_did_not_acknowledge_is_published_again() -> None:
    broker = Broker()
    publisher = AlarmPublisher("prato", broker.send)
    publisher.add([owner_of(KEY)])
    broker.error = ConnectionError("away")
    publisher.publish(ALARMS)
    await asyncio.sleep(0)
    broker.error = None
    publisher.publish(ALARMS)
    assert len(broker.sent) == 2


async def test_many_are_published_a_part_at_a_time() -> None:
    broker = Broker()
    publisher = AlarmPublisher("prato", broker.send)
    most = publisher_module._AT_ONCE
    publisher.add(AlarmOwner("citelum", f"pl-{n}") for n in range(most + 1))
    publisher.publish({})
    assert len(broker.sent) == most
    publisher.publish({})
    assert len(broker.sent) == most + 1
