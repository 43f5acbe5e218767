"""The centre follows its order: `tests/edge/configuration/test_orders.py` does so with a gateway and a broker."""

import pytest

from gateway.host.mqtt import Broker
from gateway.model.messages import ConfigurationOrder
from gateway.model.site.connection import TlsSettings
from gateway.model.topics import GatewayId
from gateway.trust.order_sending import OrderNotFollowed, send_order
from tests.system.servers import free_port


async def test_a_broker_that_is_not_there_is_told() -> None:
    broker = Broker(f"mqtt://127.0.0.1:{free_port()}", TlsSettings(), None)
    with pytest.raises(OrderNotFollowed, match="did not take the configuration: no connection"):
        async for _ in send_order(GatewayId("s", "o", "g"), broker, ConfigurationOrder(1, "check", b"", b""), 0.2):
            pass
