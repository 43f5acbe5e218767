"""The role `firmware`: brings firmware to the devices of a site, wave by wave, and publishes how far it is."""

import asyncio
import logging
import time
from collections.abc import Iterable
from pathlib import Path

from prometheus_client.core import GaugeMetricFamily, Metric

from firmware_tools.mirror.server import MirrorServer
from firmware_tools.rollout.device import DeviceName
from firmware_tools.rollout.state import DeviceStage, RolloutState
from gateway.centre.firmware.manager import RolloutManager
from gateway.centre.firmware.store_access import RolloutStore
from gateway.centre.firmware.store_rows import EVERY_S
from gateway.centre.role import RoleContext
from gateway.centre.schemas import PACKET_LIMIT_BYTES
from gateway.host import clock
from gateway.host.http_server import counter, gauge
from gateway.host.mqtt import Message, Mqtt
from gateway.host.stopping import wait_for_stop
from gateway.model import topics
from gateway.model.messages import FirmwareAnswer
from gateway.model.untrusted_json import json_reader

log = logging.getLogger(__name__)

_TICK_S = 1.0
_SEES_AFTER_S = 20.0
"""After a connection, retained messages and the values of the last minute arrive within this time."""

_STUCK_AFTER_S = 180.0

_answer = json_reader(FirmwareAnswer)


class FirmwareRole:
    """Runs the roll-outs of a site.

    Raises:
        StoreUnavailable: The file of roll-outs can't be opened.
    """

    name = "firmware"

    def __init__(self, context: RoleContext) -> None:
        self._site, self._operator = context.site, context.operator or "+"
        self._mqtt = Mqtt(
            context.broker,
            f"{context.site}-firmware",
            on_connect=self._connected,
            on_message=self._received,
            max_packet_bytes=PACKET_LIMIT_BYTES,
        )
        store = RolloutStore(context.settings)
        self.manager = RolloutManager(context.site, Path(context.settings.rollouts_path()), store, self._mqtt.publish)
        self._mirror = _mirror(context, self._mqtt)
        self._connected_s = float("inf")
        self._published = b""
        self._stepped_s = time.monotonic()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        loop = asyncio.get_running_loop()
        counts_s = loop.time()
        self._mqtt.start()
        mirror = None if self._mirror is None else asyncio.create_task(self._mirror.run(stop), name="mirror of the firmware")
        try:
            while not await wait_for_stop(stop, _TICK_S):
                self._stepped_s = time.monotonic()
                sees = self._mqtt.state.connected and loop.time() - self._connected_s >= _SEES_AFTER_S
                await self.manager.step(clock.now_ms(), sees=sees)
                self._publish()
                if loop.time() >= counts_s:
                    counts_s = loop.time() + EVERY_S
                    await self.manager.store_counts(clock.now_ms())
        finally:
            if mirror is not None:
                mirror.cancel()
                await asyncio.wait((mirror,))
            await self._mqtt.stop()
            await self.manager.close()

    def _publish(self) -> None:
        message = self.manager.message()
        if message != self._published and self._mqtt.state.connected:
            self._published = message
            self._mqtt.publish(topics.rollouts(self._site), message, retain=True)

    def _connected(self) -> None:
        operator = self._operator
        self._connected_s, self._published = asyncio.get_running_loop().time(), b""
        self._mqtt.subscribe(
            topics.every_gateway(self._site, "state", operator),
            topics.every_gateway(self._site, "schema/+", operator),
            topics.every_device(self._site, "ack", operator),
            topics.every_asset(self._site, operator),
            *(() if self._mirror is None else self._mirror.filters),
        )

    def _received(self, message: Message) -> None:
        try:
            self._sort(message)
        except ValueError as error:
            log.warning("ignored a message on %s: %s", message.topic, error)

    def _sort(self, message: Message) -> None:
        sight = self.manager.sight
        if (device := topics.parse_device(message.topic)) is not None:
            name = DeviceName(device.gateway.operator, device.gateway.gateway, device.device)
            self.manager.hear_answer(name, _answer(message.payload), clock.now_ms())
        elif (alarm := topics.parse_alarm(message.topic)) is not None:
            sight.hear_alarms(alarm, message.payload)
        elif topics.parse_city(message.topic) is not None:
            sight.hear_city(message.topic, message.payload)
        elif (gateway := topics.parse_gateway(message.topic)) is None:
            return
        elif gateway.channel == "fetch":
            if self._mirror is not None:
                self._mirror.receive(message.topic, message.payload)
        elif gateway.channel == "schema":
            self.manager.inventory.hear_schema(gateway, message.payload, time.monotonic())
        else:
            sight.hear_gateway(gateway.sender, message.payload)

    def stuck(self) -> bool:
        """Return whether it makes no progress: a step reads the last week of some devices from the store."""
        return time.monotonic() - self._stepped_s > _STUCK_AFTER_S

    def samples(self) -> Iterable[Metric]:
        """Yield how many roll-outs there are, how far their devices are, and whether orders can be given."""
        rollouts = self.manager.book.rollouts
        stopped = sum(one.state is RolloutState.STOPPED for one in rollouts)
        yield gauge("street_rollouts_open", "Roll-outs of firmware that have not ended", len(rollouts))
        yield gauge("street_rollouts_stopped", "Roll-outs of firmware that stopped by themselves", stopped)
        devices = GaugeMetricFamily("street_rollouts_devices", "Devices of roll-outs that have not ended, by stage", labels=["stage"])
        for stage in DeviceStage:
            devices.add_metric([stage.value], sum(one.count(stage) for one in rollouts))
        yield devices
        yield counter(
            "street_rollouts_orders", "Orders about firmware that were sent to gateways, repeated ones included", self.manager.post.sent
        )
        yield gauge("street_rollouts_connected", "Whether the broker of roll-outs is connected", self._mqtt.state.connected)

    def health(self) -> dict[str, object]:
        """Return whether the broker is connected and roll-outs are stored; and how many are open and stopped."""
        rollouts = self.manager.book.rollouts
        stopped = [one.id for one in rollouts if one.state is RolloutState.STOPPED]
        connected = self._mqtt.state.connected
        return {
            "ok": connected and not self.manager.failing,
            "rollouts_connected": connected,
            "rollouts_open": len(rollouts),
            "rollouts_stopped": stopped,
        }


def _mirror(context: RoleContext, mqtt: Mqtt) -> MirrorServer | None:
    """Return what sends the repository to gateways; None if the site file names none."""
    settings = context.settings.firmware
    if settings is None:
        return None
    return MirrorServer(context.site, Path(settings.repository), mqtt.publish, settings.rate)
