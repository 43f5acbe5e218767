"""A serial line without a wire: one end of a pseudo-terminal whose bytes take their time, in both directions, as on a UART."""

import asyncio
import contextlib
import errno
import os
import time
import tty

CHUNK_BYTES = 4
"""So many bytes at most are handed on at once, as small UART buffers do."""

_WAKE_EARLY_S = 0.0015
"""Event loops wait by whole milliseconds: a line that must be exact is woken so much earlier, and sleeps the rest."""


class Pty:
    """The far end of a serial line.

    What comes is read once its last character would have arrived; what is sent leaves at the line's speed, at most four bytes at a
    time. With `exact` the event loop itself sleeps the last part of a millisecond: for a process that plays one line alone. With
    `echo` the near end hears what it sends while it sends it, as behind an adapter that does not shut its receiver.
    """

    def __init__(self, baud: int, *, bits_a_character: int = 10, exact: bool = False, echo: bool = False) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)
        self.character_s = bits_a_character / baud
        self._exact, self._echo = exact, echo
        self._echoes: set[asyncio.Task[None]] = set()
        self._free_s = 0.0
        self._came: asyncio.Queue[tuple[bytes, float]] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._master, self._readable)
        self._open = True

    def _readable(self) -> None:
        now_s = self._loop.time()
        try:
            data = os.read(self._master, 4096)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            return
        # Characters follow each other: a second piece begins when the first has arrived.
        self._free_s = max(self._free_s, now_s) + len(data) * self.character_s
        self._came.put_nowait((data, self._free_s))
        if self._echo:
            echo = self._loop.create_task(self.send(data))
            self._echoes.add(echo)
            echo.add_done_callback(self._echoes.discard)

    async def read(self) -> bytes:
        """Wait for bytes, until the last of them would have arrived."""
        data, arrived_s = await self._came.get()
        await self._until(arrived_s)
        return data

    async def send(self, data: bytes) -> None:
        """Send bytes at the line's speed; what nobody reads is lost, as on a wire."""
        at_s = self._loop.time()
        for start in range(0, len(data), CHUNK_BYTES):
            chunk = data[start : start + CHUNK_BYTES]
            at_s += len(chunk) * self.character_s
            await self._until(at_s)
            if not self._open:
                return
            with contextlib.suppress(BlockingIOError):
                os.write(self._master, chunk)

    async def wait(self, seconds: float) -> None:
        """Let time pass on the line."""
        await self._until(self._loop.time() + seconds)

    async def _until(self, at_s: float) -> None:
        wait_s = at_s - self._loop.time()
        if not self._exact:
            if wait_s > 0:
                await asyncio.sleep(wait_s)
            return
        if wait_s > _WAKE_EARLY_S:
            await asyncio.sleep(wait_s - _WAKE_EARLY_S)
        rest_s = at_s - self._loop.time()
        if rest_s > 0:
            time.sleep(rest_s)  # noqa: ASYNC251 — nothing else runs in this process

    def close(self) -> None:
        """Close both ends."""
        if self._open:
            self._open = False
            self._loop.remove_reader(self._master)
            os.close(self._master)
            os.close(self._slave)
