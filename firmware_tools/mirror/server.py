"""The centre's end: sends the pieces that gateways ask for, one gateway after the other, at a rate beside the city's readings."""

import asyncio
import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from pathlib import Path

from firmware_tools.mirror.piece import PIECE_BYTES_MOST, Piece, packed
from gateway.host.mqtt import Disconnected, PublishRefused
from gateway.model import topics
from gateway.model.messages import FileRequest
from gateway.model.topics import GatewayId
from gateway.model.untrusted_json import json_reader

_NAME = re.compile(r"(metadata|targets)(/[A-Za-z0-9][A-Za-z0-9._+-]*)+\Z")
"""No name can leave the folder."""

_WAITING_MOST = 20_000

_read_request = json_reader(FileRequest)

log = logging.getLogger(__name__)


class MirrorServer:
    """Answers requests for pieces of a published repository.

    Of each gateway, only the newest request counts, so one that asks too much takes nobody else's turn. Nothing is remembered: after a
    restart, gateways ask again.
    """

    def __init__(self, site: str, folder: Path, publish: Callable[[str, bytes], Awaitable[object]], bytes_per_s: float) -> None:
        """Begin without a request.

        Args:
            site: The site whose gateways are answered.
            folder: The published repository, with `metadata/` and `targets/`.
            publish: Publishes a payload on a topic; awaits that the broker has it.
            bytes_per_s: The rate for all gateways together.
        """
        self.filters = (topics.every_gateway(site, "fetch"),)
        self._folder, self._publish, self._rate = folder, publish, bytes_per_s
        self._waiting: OrderedDict[GatewayId, FileRequest] = OrderedDict()
        self._asked = asyncio.Event()

    def receive(self, topic: str, payload: bytes) -> None:
        """Accept a request.

        Raises:
            ValueError: It is none.
        """
        parsed = topics.parse_gateway(topic)
        if parsed is None or parsed.channel != "fetch":
            raise ValueError("not a topic of requests for files")
        request = _read_request(payload)
        if parsed.sender in self._waiting or len(self._waiting) < _WAITING_MOST:
            self._waiting[parsed.sender] = request
            self._asked.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Answer until told to stop."""
        stopped = asyncio.create_task(stop.wait())
        loop, next_s = asyncio.get_running_loop(), 0.0
        try:
            while not stop.is_set():
                if not self._waiting:
                    self._asked.clear()
                    asked = asyncio.create_task(self._asked.wait())
                    await asyncio.wait((stopped, asked), return_when=asyncio.FIRST_COMPLETED)
                    asked.cancel()
                    continue
                gateway, request = self._waiting.popitem(last=False)
                sent = await self._answer(gateway, request)
                next_s = max(next_s, loop.time()) + sent / self._rate
                await asyncio.wait((stopped,), timeout=max(0.0, next_s - loop.time()))
        finally:
            stopped.cancel()

    async def _answer(self, gateway: GatewayId, request: FileRequest) -> int:
        """Send a piece, and return its size."""
        piece = await asyncio.to_thread(self._read, request)
        payload = packed(piece)
        try:
            await self._publish(gateway.topic("piece"), payload)
        except (Disconnected, PublishRefused) as error:
            log.debug("a piece for %s is not sent: %s", gateway.user, error)
        return len(payload)

    def _read(self, request: FileRequest) -> Piece:
        if _NAME.match(request.name) is None:
            return Piece(request.request, request.offset, None, b"")
        try:
            with (self._folder / request.name).open("rb") as file:
                total = file.seek(0, 2)
                file.seek(min(request.offset, total))
                content = file.read(min(request.size, PIECE_BYTES_MOST))
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return Piece(request.request, request.offset, None, b"")
        return Piece(request.request, request.offset, total, content)
