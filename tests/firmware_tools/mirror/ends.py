"""Both ends of a mirror, with a broker between them that loses, doubles and changes what one tells it to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from firmware_tools.mirror.receiver import MirrorSource
from firmware_tools.mirror.server import MirrorServer
from gateway.host.mqtt import Disconnected
from gateway.model.topics import GatewayId

ME = GatewayId("prato", "citelum", "gw-0042")
Spoil = Callable[[bytes], list[bytes]]


class Wire:
    """What is between the ends. `spoil` returns what arrives of a piece: nothing, it, or several."""

    def __init__(self, published: Path, parts: Path, *, rate: float = 1e9, spoil: Spoil = lambda piece: [piece]) -> None:
        self.published, self.spoil, self.up, self.asked, self.sent_bytes = published, spoil, True, 0, 0
        self.source = MirrorSource(parts, self._ask, rate, answer_s=0.2)
        self.server = self.new_server()

    def new_server(self) -> MirrorServer:
        return MirrorServer("prato", self.published, self._send, 1e9)

    def _ask(self, payload: bytes) -> Awaitable[object]:
        return self._passed(lambda: self.server.receive(ME.topic("fetch"), payload))

    def _send(self, topic: str, payload: bytes) -> Awaitable[object]:
        assert topic == ME.topic("piece")
        self.sent_bytes += len(payload)

        def arrive() -> None:
            for piece in self.spoil(payload):
                with contextlib.suppress(ValueError):  # which the router of the uplink logs
                    self.source.receive(piece)

        return self._passed(arrive)

    async def _passed(self, deliver: Callable[[], None]) -> None:
        if not self.up:
            raise Disconnected("not connected")
        self.asked += 1
        deliver()

    @contextlib.asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        stop = asyncio.Event()
        task = asyncio.create_task(self.server.run(stop))
        try:
            yield
        finally:
            stop.set()
            await task
