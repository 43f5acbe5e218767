"""A simulated serial line: one end of a pseudo-terminal, with bytes paced in both directions as on a UART."""

import asyncio
import contextlib
import errno
import os
import termios
import time
import tty

CHUNK_BYTES = 4
"""Bytes that are delivered at once at most, as from a small UART buffer."""

_WAKE_EARLY_S = 0.0015
"""Event loops wait in whole milliseconds: an exact line wakes up this much earlier and sleeps for the rest."""


_OUTPUT_SPEED = 5
"""The place of the near end's speed of sending in what `termios.tcgetattr` returns."""


class Pty:
    """The far end of a serial line.

    Received bytes can be read when the last of them would have arrived; sent bytes leave at the line's speed, at most four at a time.

    Args:
        baud: Speed in bits a second.
        bits_a_character: Start, data, parity and stop bits.
        exact: Sleep the last part of a millisecond in the event loop itself, for a process that simulates one line alone.
        echo: Return to the near end what it sends, as an adapter does that leaves its receiver on.
        one_speed: Lose what the near end sends at another speed, as a device can't read it. The speed must be one of POSIX.
    """

    def __init__(self, baud: int, *, bits_a_character: int = 10, exact: bool = False, echo: bool = False, one_speed: bool = False) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.path = os.ttyname(self._slave)
        self.character_s = bits_a_character / baud
        self._exact, self._echo = exact, echo
        self._speed = getattr(termios, f"B{baud}") if one_speed else None
        self._echoes: set[asyncio.Task[None]] = set()
        self._free_s = 0.0
        self._received: asyncio.Queue[tuple[bytes, float]] = asyncio.Queue()
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
        if self._speed is not None and termios.tcgetattr(self._master)[_OUTPUT_SPEED] != self._speed:
            return
        # Characters are sequential: a second piece begins when the first has arrived.
        self._free_s = max(self._free_s, now_s) + len(data) * self.character_s
        self._received.put_nowait((data, self._free_s))
        if self._echo:
            echo = self._loop.create_task(self.send(data))
            self._echoes.add(echo)
            echo.add_done_callback(self._echoes.discard)

    async def read(self) -> bytes:
        """Return received bytes, when the last of them would have arrived."""
        data, arrived_s = await self._received.get()
        await self._until(arrived_s)
        return data

    async def send(self, data: bytes) -> None:
        """Send bytes at the line's speed; bytes that nobody reads are lost, as on a wire."""
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
        """Wait, as exactly as the line sends."""
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
