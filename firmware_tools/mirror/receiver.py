"""The gateway's end: a source of files that asks the centre for one piece after the other, at a rate beside the gateway's readings.

What is received of an image stays on the disk until it is whole, so a restart goes on where it was. Whether it is the one that was signed,
the client of the repository decides, at its end.
"""

import asyncio
import contextlib
import itertools
import logging
import os
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import IO
from urllib.parse import quote

import msgspec

from firmware_tools.mirror.assembly import Assembly, PieceFit
from firmware_tools.mirror.piece import Piece, unpacked
from firmware_tools.repository.errors import RepositoryUnreachable
from firmware_tools.repository.source import FileAbsent, too_large
from gateway.host.mqtt import Disconnected, PublishRefused
from gateway.model.messages import FileRequest

_ANSWER_S = 15.0
"""How long a piece may take before it is asked for again: a modem that must first connect takes a few seconds."""

_PATIENCE_S = 300.0
"""How long without a piece until the file is given up; the next attempt goes on."""

_CHANGES_MOST = 3
"""How often a file may begin anew in one attempt, because it was published anew meanwhile."""

_STALE_DAYS = 30

log = logging.getLogger(__name__)


class MirrorSource:
    """The repository of the centre, over the broker. One file is received at a time."""

    def __init__(
        self, folder: Path, publish: Callable[[bytes], Awaitable[object]], bytes_per_s: float, *, answer_s: float = _ANSWER_S
    ) -> None:
        """Begin without a request.

        Args:
            folder: Where incomplete images are kept; made if it does not exist.
            publish: Publishes a request; awaits that the broker has it.
            bytes_per_s: The rate at which files are received.
            answer_s: How long to wait for a piece.
        """
        self._folder, self._publish, self._rate, self._answer_s = folder, publish, bytes_per_s, answer_s
        self._turn = asyncio.Lock()
        self._pieces: asyncio.Queue[Piece] = asyncio.Queue(maxsize=4)
        self._numbers = itertools.count(int.from_bytes(os.urandom(3)) + 1)
        self._next_s = 0.0

    def receive(self, payload: bytes) -> None:
        """Accept a message of the topic `piece`; more than what was asked for is ignored.

        Raises:
            ValueError: It is no piece.
        """
        piece = unpacked(payload)
        with contextlib.suppress(asyncio.QueueFull):
            self._pieces.put_nowait(piece)

    async def fetch(self, name: str, most_bytes: int, into: IO[bytes]) -> None:
        """Receive a file; see `RepositorySource`."""
        async with self._turn:
            if not name.startswith("targets/"):
                await self._assemble(name, most_bytes, Assembly(most_bytes), into)
                return
            part = self._part(name)
            with part.open("a+b") as file:
                received = min(file.seek(0, os.SEEK_END), most_bytes)
                await self._assemble(name, most_bytes, Assembly(most_bytes, received), file)
                file.seek(0)
                await asyncio.to_thread(shutil.copyfileobj, file, into)
            part.unlink()  # if it is not what was signed, the next attempt begins anew

    def _part(self, name: str) -> Path:
        """Return the file of an incomplete image; forget those that nobody has asked for in a month."""
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f"{quote(name, '')[-200:]}.part"
        oldest_s = (part.stat().st_mtime if part.exists() else 0) - _STALE_DAYS * 86_400
        for other in self._folder.glob("*.part"):
            if other != part and other.stat().st_mtime < oldest_s:
                other.unlink()
        return part

    async def _assemble(self, name: str, most_bytes: int, assembly: Assembly, into: IO[bytes]) -> None:
        changes = 0
        try:
            while not assembly.is_complete:
                async with asyncio.timeout(_PATIENCE_S):
                    piece, fit = await self._next(name, assembly)
                if fit is PieceFit.ABSENT:
                    raise FileAbsent(name)
                if fit is PieceFit.TOO_LARGE:
                    raise too_large(name, most_bytes)
                if fit is PieceFit.CHANGED:
                    changes += 1
                    if changes > _CHANGES_MOST:
                        raise RepositoryUnreachable(
                            f"{name} was not received from the centre: it changes again and again",
                            f"{name} non è stato ricevuto dal centro: continua a cambiare",
                        )
                    into.seek(0)
                    into.truncate()
                    continue
                into.write(piece.content)
                into.flush()
                await self._pace(len(piece.content))
        except TimeoutError as error:
            raise RepositoryUnreachable(
                f"{name} was not received from the centre: no piece came for {_PATIENCE_S:.0f} s; it goes on at the next attempt",
                f"{name} non è stato ricevuto dal centro: nessun pezzo per {_PATIENCE_S:.0f} s; si riprende al prossimo tentativo",
            ) from error

    async def _next(self, name: str, assembly: Assembly) -> tuple[Piece, PieceFit]:
        """Ask for the next piece until one comes that is an answer."""
        loop = asyncio.get_running_loop()
        while True:
            request = next(self._numbers) & 0xFFFF_FFFF
            offset, size = assembly.ask(request)
            until_s = loop.time() + self._answer_s
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(until_s):
                    await self._ask(FileRequest(request, name, offset, size))
                    while True:
                        piece = await self._pieces.get()
                        fit = assembly.judge(piece)
                        if fit is not PieceFit.FOREIGN:
                            return piece, fit

    async def _ask(self, request: FileRequest) -> None:
        try:
            await self._publish(msgspec.json.encode(request))
        except (Disconnected, PublishRefused) as error:
            log.debug("a piece can't be asked for now: %s", error)
            await asyncio.sleep(self._answer_s)

    async def _pace(self, received: int) -> None:
        """Wait until the rate allows the next request."""
        loop = asyncio.get_running_loop()
        self._next_s = max(self._next_s, loop.time()) + received / self._rate
        await asyncio.sleep(self._next_s - loop.time())
