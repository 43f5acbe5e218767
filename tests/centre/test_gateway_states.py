"""The retained states of gateways."""

import pytest

from gateway.centre.gateway_states import BrokerUnreachable, gateway_states
from gateway.host.mqtt import Broker
from gateway.model.messages import GatewayState
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
