"""Follows the city plane of one site, and passes its changes on to every viewer."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec

from gateway.host.mqtt import Broker, Message, Mqtt
from gateway.host.stopping import wait_for_stop
from gateway.model import topics
from gateway.web.operator.board import Board

log = logging.getLogger(__name__)
_ALARMS_EVERY_S = 1.0
_VIEWER_BEHIND = 2000
"""How many events a slow viewer may lag behind before it is cut off; its browser comes back and takes a snapshot."""

_VIEWERS_MOST = 200


class CityFeed:
    """Follows the city plane of one site, and tells every viewer."""

    def __init__(self, site: str, broker: Broker, now_ms: Callable[[], int], *, name: str) -> None:
        self._site, self._now_ms = site, now_ms
        self.board = Board()
        self._viewers: set[asyncio.Queue[bytes | None]] = set()
        self._alarms = b""
        self.mqtt = Mqtt(broker, name, on_connect=self._connected, on_message=self._received)

    async def run(self, stop: asyncio.Event) -> None:
        """Follow until told to stop; then let every viewer go."""
        self.mqtt.start()
        try:
            while not await wait_for_stop(stop, _ALARMS_EVERY_S):
                self._tell_alarms()
        finally:
            for viewer in list(self._viewers):
                viewer.put_nowait(None)
            await self.mqtt.stop()

    def _connected(self) -> None:
        self.mqtt.subscribe(topics.every_asset(self._site), topics.every_gateway(self._site, "state"))

    def _received(self, message: Message) -> None:
        city, gateway = topics.parse_city(message.topic), topics.parse_gateway(message.topic)
        try:
            if city is not None:
                taken = self.board.take_asset(message.topic, message.payload)
                if taken is not None:
                    self._tell(_event("asset", taken))
            elif gateway is not None:
                self.board.take_gateway(f"{gateway.sender.operator}/{gateway.sender.gateway}", message.payload, self._now_ms())
                self._tell(_event("gateways", self.board.gateways()))
        except ValueError as error:
            log.warning("ignored a message on %s: %s", message.topic, error)

    def _tell_alarms(self) -> None:
        alarms = _event("alarms", self.board.alarms(self._now_ms()))
        if alarms != self._alarms:
            self._alarms = alarms
            self._tell(alarms)

    def _tell(self, event: bytes) -> None:
        for viewer in list(self._viewers):
            if viewer.qsize() >= _VIEWER_BEHIND:
                self._viewers.discard(viewer)
                viewer.put_nowait(None)
            else:
                viewer.put_nowait(event)

    def snapshot(self) -> dict[str, Any]:
        """Give everything that a page needs to begin with."""
        now_ms = self._now_ms()
        return {"site": self._site, "now_ms": now_ms, "assets": self.board.assets(), "gateways": self.board.gateways(),
                "alarms": self.board.alarms(now_ms)}  # fmt: skip

    async def events(self) -> AsyncIterator[bytes]:
        """Give server-sent events for one viewer: first everything, then what changes."""
        viewer: asyncio.Queue[bytes | None] = asyncio.Queue()
        if len(self._viewers) >= _VIEWERS_MOST:
            return
        self._viewers.add(viewer)
        try:
            yield _event("snapshot", self.snapshot())
            while (event := await viewer.get()) is not None:
                yield event
        finally:
            self._viewers.discard(viewer)


def _event(kind: str, data: object) -> bytes:
    return f"event: {kind}\ndata: ".encode() + msgspec.json.encode(data) + b"\n\n"
