"""The messages of the centre that are not about batches, and which service of the gateway receives each."""

from collections.abc import Callable, Mapping

from gateway.model import topics
from gateway.model.messages import ConfigurationOrder, FirmwareOrder
from gateway.model.topics import GatewayId
from gateway.model.untrusted_json import json_reader
from gateway.uplink.router import MessageHandler

_read_firmware_order = json_reader(FirmwareOrder)


class CentreInbox:
    """Where services say that they receive something; until then it is ignored. It outlasts the sessions of the uplink.

    Attributes:
        on_order: Receives the configurations of the centre.
        on_firmware: Receives the orders about the firmware of a device.
        on_piece: Receives the pieces of files of the firmware repository; raises ValueError for something else.
    """

    def __init__(self) -> None:
        self.on_order: Callable[[ConfigurationOrder], None] = lambda _: None
        self.on_firmware: Callable[[str, FirmwareOrder], None] = lambda _device, _order: None
        self.on_piece: Callable[[bytes], None] = lambda _: None

    def receive_order(self, order: ConfigurationOrder) -> None:
        """Pass on a configuration of the centre."""
        self.on_order(order)

    def handlers(self, me: GatewayId) -> Mapping[str, MessageHandler]:
        """Return the handlers of the topics about firmware."""
        return {me.device_topic("cmd"): self._receive_firmware, me.topic("piece"): self._receive_piece}

    def _receive_firmware(self, topic: str, payload: bytes) -> None:
        about = topics.parse_device(topic)
        if about is not None:
            self.on_firmware(about.device, _read_firmware_order(payload))

    def _receive_piece(self, _: str, payload: bytes) -> None:
        self.on_piece(payload)
