"""The retained states of gateways."""

import asyncio

import msgspec
import pytest

from gateway.centre.gateway_states import BrokerUnreachable, StillOnline, forget_gateway, gateway_states
from gateway.host.mqtt import Broker, Mqtt
from gateway.model.messages import CityMessage, GatewayState
from gateway.model.topics import GatewayId
from tests.system.peer import Peer

ONE, TWO = GatewayId("prato", "citelum", "gw-1"), GatewayId("prato", "citelum", "gw-2")


async def test_a_broker_that_does_not_answer_is_an_error_that_names_it() -> None:
    with pytest.raises(BrokerUnreachable, match=r"the broker mqtt://127.0.0.1:1 did not answer within 0.1 s"):
        await gateway_states("prato", Broker("mqtt://127.0.0.1:1"), 0.1)


@pytest.mark.system
async def test_valid_states_are_returned_and_others_ignored(broker: str) -> None:
    other = await Peer(broker).start()
    await other.say(ONE.topic("state"), GatewayState("online", clock="synced"), retain=True)
    await other.say(TWO.topic("state"), b"not a state", retain=True)
    assert await gateway_states("prato", Broker(broker), 3.0) == {ONE: GatewayState("online", clock="synced")}
    await other.mqtt.stop()


def latest(gateway: str) -> bytes:
    return msgspec.json.encode(CityMessage(1, "pl-1", "lamp", "citelum", gateway, [], "2026-11-23T02:15:00Z"))


@pytest.mark.system
async def test_all_that_the_broker_retains_of_a_gateway_is_forgotten_and_nothing_of_others(broker: str) -> None:
    other = await Peer(broker).start()
    kept = {
        TWO.topic("state"): b'{"state":"offline"}',
        "prato/v1/citelum/city/lamp/pl-2": latest("gw-2"),
        "prato/v1/citelum/city/lamp/pl-3": b"x",
    }
    own = {
        ONE.topic("state"): b'{"state":"offline"}',
        ONE.schema_topic(b"12345678"): b"{}",
        "prato/v1/citelum/city/lamp/pl-1": latest("gw-1"),
    }
    for topic, payload in (kept | own).items():
        await other.say(topic, payload, retain=True)
    assert await forget_gateway(ONE, Broker(broker), 3.0) == 3
    await other.mqtt.stop()
    retained: dict[str, bytes] = {}
    mqtt = Mqtt(
        Broker(broker), "later", on_connect=lambda: mqtt.subscribe("#"), on_message=lambda one: retained.update({one.topic: one.payload})
    )
    mqtt.start()
    async with asyncio.timeout(20):
        while len(retained) < len(kept):
            await asyncio.sleep(0.01)
    await mqtt.stop()
    assert retained == kept


@pytest.mark.system
async def test_a_gateway_that_runs_is_not_forgotten(broker: str) -> None:
    other = await Peer(broker).start()
    await other.say(ONE.topic("state"), GatewayState("online"), retain=True)
    with pytest.raises(StillOnline, match="citelum/gw-1 is online; stop it first"):
        await forget_gateway(ONE, Broker(broker), 3.0)
    await other.mqtt.stop()
