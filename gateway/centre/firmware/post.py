"""Sends orders to gateways, and repeats them until they are answered."""

from collections.abc import Callable
from typing import Any

import msgspec

from firmware_tools.rollout.state import DeviceStage, Rollout, RolloutDevice
from gateway.centre.firmware.survey import SurveyQuestion
from gateway.model.messages import FirmwareOrder
from gateway.model.topics import GatewayId

_UNANSWERED_MS, _UNHEARD_MS = 30_000, 120_000
"""After how long an order is repeated: one that no gateway has accepted, and one whose progress was not heard."""


class OrderPost:
    """Publishes orders at QoS 1. What is lost is sent again: a gateway follows each once.

    Args:
        site: The name of the site.
        send: Publishes a message on a topic.
    """

    def __init__(self, site: str, send: Callable[[str, bytes], Any]) -> None:
        self._site, self._send = site, send
        self._sent_ms: dict[str, int] = {}
        self.sent = 0
        """Orders sent, repeated ones included."""

    def give(self, rollout: Rollout, device: RolloutDevice, now_ms: int, *, cancel: bool = False) -> None:
        """Send an order of a roll-out, or withdraw it."""
        target = rollout.target
        order = FirmwareOrder(
            device.order or "", "cancel" if cancel else "update", device.begin_by_ms, device.end_by_ms, target.path, target.sha256
        )
        self._post(order, GatewayId(self._site, *device.name[:2]), device.name.device, now_ms)

    def ask(self, question: SurveyQuestion, now_ms: int) -> None:
        """Ask a device what it is."""
        order = FirmwareOrder(question.order, "inspect", question.begin_by_ms, question.end_by_ms)
        self._post(order, GatewayId(self._site, *question.device[:2]), question.device.device, now_ms)

    def repeat(self, rollout: Rollout, device: RolloutDevice, now_ms: int) -> None:
        """Send an order of a device again if it is time: the answer or the order was lost, or the gateway has started again."""
        due_ms = _UNANSWERED_MS if device.stage is DeviceStage.ORDERED and not device.began else _UNHEARD_MS
        sent_ms = self._sent_ms.get(device.order or "", 0)
        if not device.withdrawn and now_ms - sent_ms >= due_ms and now_ms < device.end_by_ms:
            self.give(rollout, device, now_ms)

    def heard(self, order: str, now_ms: int) -> None:
        """Note that an order was answered: it is repeated later."""
        if order in self._sent_ms:
            self._sent_ms[order] = now_ms

    def forget(self, orders: set[str]) -> None:
        """Forget all orders but these."""
        self._sent_ms = {order: at_ms for order, at_ms in self._sent_ms.items() if order in orders}

    def _post(self, order: FirmwareOrder, gateway: GatewayId, device: str, now_ms: int) -> None:
        self._sent_ms[order.order] = now_ms
        self.sent += 1
        self._send(gateway.device_topic("cmd", device), msgspec.json.encode(order))
