"""Which service receives which message of the centre."""

import msgspec
import pytest

from gateway.model.messages import ConfigurationOrder, FirmwareOrder
from gateway.model.topics import GatewayId
from gateway.uplink.inbox import CentreInbox

ME = GatewayId("prato", "citelum", "gw-1")
ORDER = FirmwareOrder("r1", "inspect", 1, 2)


def test_what_nobody_receives_is_ignored() -> None:
    inbox = CentreInbox()
    inbox.handlers(ME)[ME.topic("piece")](ME.topic("piece"), b"")
    inbox.handlers(ME)[ME.device_topic("cmd")](ME.device_topic("cmd", "lamp-1"), msgspec.json.encode(ORDER))
    inbox.receive_order(ConfigurationOrder(1, "check", b"", b""))


def test_each_message_reaches_the_service_that_said_so_later() -> None:
    inbox, received = CentreInbox(), list[object]()
    handlers = inbox.handlers(ME)
    inbox.on_piece = received.append
    inbox.on_firmware = lambda device, order: received.append((device, order))
    inbox.on_order = received.append
    handlers[ME.topic("piece")](ME.topic("piece"), b"piece")
    handlers[ME.device_topic("cmd")](ME.device_topic("cmd", "lamp-1"), msgspec.json.encode(ORDER))
    inbox.receive_order(order := ConfigurationOrder(1, "check", b"", b""))
    assert received == [b"piece", ("lamp-1", ORDER), order]


def test_an_order_that_is_none_is_a_value_error_which_the_router_logs() -> None:
    with pytest.raises(ValueError, match="order"):
        CentreInbox().handlers(ME)[ME.device_topic("cmd")](ME.device_topic("cmd", "lamp-1"), b"{}")
