"""A driver for a modelled device, and a line that is lent in turns that end when the test says so."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import cast

from firmware_tools.drivers.port import FirmwareIdentity
from firmware_tools.flash.line_use import More
from firmware_tools.image.image import FirmwareImage
from gateway.fieldbus.wire.port import WireError
from tests.firmware_tools.flash.modelled_device import CHUNKS, Fate, ModelledDevice

CHUNK_BYTES = 100


def image() -> FirmwareImage:
    """Return an image of six chunks."""
    return FirmwareImage(b"".join(bytes([n]) * CHUNK_BYTES for n in range(CHUNKS)), "f.bin")


class ScriptedDriver:
    """Passes calls to a modelled device, each with its fate."""

    shares_line, longest_call_s = True, 1.0

    def __init__(self, device: ModelledDevice, suffered: Sequence[Fate] = ()) -> None:
        self.device, self.resumes, self.suffered = device, device.resumes, list(suffered)
        self.open, self.closed = False, 0

    def chunks(self, content: FirmwareImage) -> Sequence[bytes]:
        return [content.content[at : at + CHUNK_BYTES] for at in range(0, len(content.content), CHUNK_BYTES)]

    async def probe(self) -> FirmwareIdentity:
        return cast("FirmwareIdentity", await self._call("probe"))

    async def enter(self) -> None:
        await self._call("enter")

    async def begin(self, _image: FirmwareImage, resume_at: int) -> int:
        return cast("int", await self._call("begin", resume_at))

    async def send(self, number: int, _chunk: bytes) -> None:
        await self._call("send", number)

    async def finish(self) -> None:
        await self._call("finish")

    def close(self) -> None:
        self.open, self.closed = False, self.closed + 1

    async def _call(self, kind: str, number: int = 0) -> object:
        self.open = True
        await asyncio.sleep(0)
        return self.device.suffer(self.suffered.pop(0) if self.suffered else "well", kind, number)


class TurnedLine:
    """A line that is lent for some chunks at a time; at given turns, it can't be had, or is recalled at once."""

    def __init__(self, chunks: int = 2, broken: frozenset[int] = frozenset(), recalled: frozenset[int] = frozenset()) -> None:
        self.turns, self.reserved_now = 0, False
        self._chunks, self._broken, self._recalled = chunks, broken, recalled

    @contextlib.contextmanager
    def reserved(self) -> Iterator[None]:
        self.reserved_now = True
        yield
        self.reserved_now = False

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[More]:
        assert self.reserved_now
        self.turns += 1
        if self.turns in self._broken:
            raise WireError("the line has stopped")
        left = self._chunks

        def more() -> bool:
            nonlocal left
            left -= 1
            return left > 0

        yield more
        if self.turns in self._recalled:
            raise TimeoutError
