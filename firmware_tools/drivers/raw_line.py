"""The bytes of a line, for bootloaders that do not speak Modbus: opened when needed, and read with a time limit."""

import asyncio

from firmware_tools.drivers.device_line import DeviceLine
from gateway.fieldbus.wire.port import Wire, WireError

_MOST_BYTES = 65536
"""What a device sends beyond that without being read is dropped: no bootloader answers so much."""

_LONGEST_NOISE_S = 2.0


class RawLine:
    """One line. Not for concurrent use."""

    def __init__(self, line: DeviceLine) -> None:
        self._line = line
        self._wire: Wire | None = None
        self._received = bytearray()
        self._echo = bytearray()
        """What was sent and has not come back yet, on a line that receives what it sends."""
        self._arrived = asyncio.Event()
        self._lost: str | None = None

    async def write(self, data: bytes) -> float:
        """Send bytes; return the loop time at which the last of them has left.

        Raises:
            WireError: the wire can't be opened, or failed.
        """
        wire = await self._opened()
        if self._line.echo:
            self._echo += data
        wire.write(data)
        return asyncio.get_running_loop().time() + (len(data) * self._line.character_s if self._line.serial else 0.0)

    async def read(self, until_s: float, most: int = _MOST_BYTES) -> bytes:
        """Return at least one received byte and at most `most`, or none at the loop time `until_s`.

        Raises:
            WireError: the wire can't be opened, or failed.
        """
        await self._opened()
        while not self._received:
            self._raise_if_lost()
            self._arrived.clear()
            try:
                async with asyncio.timeout_at(until_s):
                    await self._arrived.wait()
            except TimeoutError:
                return b""
        data = bytes(self._received[:most])
        del self._received[:most]
        return data

    async def read_exactly(self, count: int, until_s: float) -> bytes:
        """Return so many bytes, or fewer if no more have come at the loop time `until_s`.

        Raises:
            WireError: the wire can't be opened, or failed.
        """
        data = b""
        while len(data) < count and (more := await self.read(until_s, count - len(data))):
            data += more
        return data

    async def drop_until_quiet(self, quiet_s: float) -> None:
        """Forget what was received, and what still comes until nothing has come for some seconds; for two seconds at most.

        Raises:
            WireError: the wire can't be opened, or failed.
        """
        time = asyncio.get_running_loop().time
        give_up_s = time() + _LONGEST_NOISE_S
        self.drop_received()
        while time() < give_up_s and await self.read(time() + quiet_s):
            pass

    def drop_received(self) -> None:
        """Forget what was received and not read."""
        self._received.clear()

    def close(self) -> None:
        """Release the wire; what was not read is lost."""
        if self._wire is not None:
            self._wire.close()
            self._wire = None
        self._received.clear()
        self._echo.clear()
        self._lost = None

    async def _opened(self) -> Wire:
        if self._wire is None:
            wire = self._line.wire()
            await wire.open(self._receive, self._lose)
            self._wire, self._lost = wire, None
        self._raise_if_lost()
        return self._wire

    def _raise_if_lost(self) -> None:
        if self._lost is not None:
            reason = self._lost
            self.close()
            raise WireError(reason)

    def _receive(self, data: bytes) -> None:
        back = min(len(self._echo), len(data))
        if self._echo[:back] == data[:back]:
            data = data[back:]
            del self._echo[:back]
        else:
            self._echo.clear()  # a collision, or no echo after all
        if not data:
            return
        self._received += data
        del self._received[:-_MOST_BYTES]
        self._arrived.set()

    def _lose(self, reason: str) -> None:
        self._lost = reason
        self._arrived.set()
