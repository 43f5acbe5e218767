"""Follows the city plane of one site over MQTT and publishes its changes to the page's viewers."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from gateway.host.mqtt import Broker, Message, Mqtt
from gateway.host.stopping import wait_for_stop
from gateway.model import topics
from gateway.web.event_stream import EventStream, event
from gateway.web.operator.alarm_board import KIND_TEXTS, AlarmBoard
from gateway.web.operator.board import Board
from gateway.web.operator.rollout_board import RolloutBoard

log = logging.getLogger(__name__)

_FAULTS_EVERY_S = 1.0


class CityFeed:
    """The city plane of one site: what the page shows, and the stream of its changes."""

    def __init__(self, site: str, broker: Broker, now_ms: Callable[[], int], *, name: str) -> None:
        self._site, self._now_ms = site, now_ms
        self.board = Board()
        self.alarms = AlarmBoard()
        self.rollouts = RolloutBoard()
        self.stream = EventStream()
        self._faults, self._gateways_changed = b"", False
        self.mqtt = Mqtt(broker, name, on_connect=self._connected, on_message=self._received)

    async def run(self, stop: asyncio.Event) -> None:
        """Follow until told to stop; then end every viewer's stream."""
        self.mqtt.start()
        try:
            while not await wait_for_stop(stop, _FAULTS_EVERY_S):
                self.publish_gateways()
                self.publish_faults()
                self.publish_alarms()
                self.publish_rollouts()
        finally:
            self.stream.close()
            await self.mqtt.stop()

    def publish_gateways(self) -> None:
        """Publish the states of all gateways if any has changed: thousands may come back together."""
        if self._gateways_changed:
            self._gateways_changed = False
            self.stream.publish(event("gateways", self.board.gateways()))

    def publish_faults(self) -> None:
        """Publish what is wrong if that has changed: some faults begin because time passes."""
        faults = event("faults", self.board.faults(self._now_ms()))
        if faults != self._faults:
            self._faults = faults
            self.stream.publish(faults)

    def publish_alarms(self) -> None:
        """Publish the alarms that have changed, together: a dark panel hides those of hundreds of lamps."""
        changed = self.alarms.collect_changed()
        if changed:
            self.stream.publish(event("alarms", changed))

    def publish_rollouts(self) -> None:
        """Publish the roll-outs of firmware if any has changed."""
        changed = self.rollouts.collect_changed()
        if changed is not None:
            self.stream.publish(event("rollouts", changed))

    def snapshot(self) -> dict[str, Any]:
        """Return everything that a page needs to begin."""
        now_ms = self._now_ms()
        return {"site": self._site, "now_ms": now_ms, "assets": self.board.assets(), "gateways": self.board.gateways(),
                "faults": self.board.faults(now_ms), "alarms": self.alarms.all(), "kinds": KIND_TEXTS,
                "rollouts": self.rollouts.all()}  # fmt: skip

    def _connected(self) -> None:
        self.mqtt.subscribe(topics.every_asset(self._site), topics.every_gateway(self._site, "state"), topics.every_worker(self._site))
        self.mqtt.subscribe(topics.rollouts(self._site))

    def _received(self, message: Message) -> None:
        city, alarm = topics.parse_city(message.topic), topics.parse_alarm(message.topic)
        gateway, worker = topics.parse_gateway(message.topic), topics.parse_worker(message.topic)
        try:
            if city is not None:
                shown = self.board.accept_asset(message.topic, message.payload)
                if shown is not None:
                    self.stream.publish(event("asset", shown))
            elif message.topic == topics.rollouts(self._site):
                self.rollouts.accept(message.payload)
            elif alarm is not None:
                self.alarms.accept(alarm, message.payload)
            elif gateway is not None:
                self.board.accept_gateway(f"{gateway.sender.operator}/{gateway.sender.gateway}", message.payload, self._now_ms())
                self._gateways_changed = True
            elif worker is not None:
                self.board.accept_worker(worker, message.payload, self._now_ms())
        except ValueError as error:
            log.warning("ignored a message on %s: %s", message.topic, error)
