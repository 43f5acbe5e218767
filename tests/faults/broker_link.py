"""The way to the broker: a TCP relay that faults cut, stop and slow down, and whose acknowledgements they withhold."""

import asyncio
import contextlib
import random
from collections.abc import Iterator

_PUBACK = 4
"""The type of an acknowledgement, in the upper half of a packet's first byte (MQTT 5, section 2.1.2)."""


class Link:
    """Relays connections of one client."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.passes = True
        self.bytes_a_second: float | None = None
        self.loss = 0.0
        self.retransmitted = 0
        self.withholds = False
        """Whether connections made from now on get no acknowledgement of their publishes."""
        self._chance = random.Random(port)
        self._connections: set[_Connection] = set()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._port)
        except OSError:
            writer.close()
            return
        connection = _Connection(writer, there_writer, _Acknowledgements(withheld=self.withholds))
        self._connections.add(connection)
        await asyncio.gather(self._relay(reader, there_writer), self._relay(there_reader, writer, connection.acknowledgements))
        self._connections.discard(connection)

    async def _relay(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, acknowledgements: "_Acknowledgements | None" = None
    ) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await source.read(2048):
                if self.bytes_a_second is not None:
                    await asyncio.sleep(len(data) / self.bytes_a_second)
                if not await self._retransmit():
                    break
                if self.passes:
                    target.write(data if acknowledgements is None else acknowledgements.filtered(data))
                    await target.drain()
        target.close()

    async def _retransmit(self) -> bool:
        """Wait as long as TCP takes to retransmit: twice as long each time (RFC 6298, section 5.5). Return False if it would give up."""
        wait_s, tries = 0.1, 0
        while self._chance.random() < self.loss:
            self.retransmitted += 1
            await asyncio.sleep(wait_s)
            wait_s, tries = min(1.6, 2 * wait_s), tries + 1
            if tries == 15:
                return False
        return True

    def cut(self) -> None:
        """Break every connection."""
        for connection in self._connections:
            connection.cut()

    def withhold_acknowledgements(self, *, of_new_connections: bool) -> None:
        """Withhold the acknowledgements of all connections that there are, and perhaps those of later ones."""
        self.withholds = of_new_connections
        for connection in self._connections:
            connection.acknowledgements.withheld = True

    def acknowledge(self) -> None:
        """Send what was withheld, on connections that still exist, and withhold nothing more."""
        self.withholds = False
        for connection in self._connections:
            connection.release()


class _Connection:
    """Both ends of a relayed connection."""

    def __init__(self, client: asyncio.StreamWriter, broker: asyncio.StreamWriter, acknowledgements: "_Acknowledgements") -> None:
        self._client, self._broker = client, broker
        self.acknowledgements = acknowledgements

    def cut(self) -> None:
        self._client.close()
        self._broker.close()

    def release(self) -> None:
        if not self._client.is_closing():
            self._client.write(self.acknowledgements.released())


class _Acknowledgements:
    """Splits what the broker sends into packets, and holds back the acknowledgements among them."""

    def __init__(self, *, withheld: bool) -> None:
        self.withheld = withheld
        self._buffer = bytearray()
        self._held = bytearray()

    def filtered(self, data: bytes) -> bytes:
        """Return the packets that are complete with these bytes, without acknowledgements while they are withheld."""
        self._buffer += data
        passed = bytearray()
        for packet in self._packets():
            to = self._held if self.withheld and packet[0] >> 4 == _PUBACK else passed
            to += packet
        return bytes(passed)

    def _packets(self) -> Iterator[bytes]:
        while (size := _packet_size(self._buffer)) is not None and len(self._buffer) >= size:
            packet = bytes(self._buffer[:size])
            del self._buffer[:size]
            yield packet

    def released(self) -> bytes:
        """Return the acknowledgements that were withheld."""
        self.withheld = False
        held = bytes(self._held)
        self._held.clear()
        return held


def _packet_size(data: bytearray) -> int | None:
    """Return the size of the packet at the beginning, None if its header is incomplete (MQTT 5, sections 1.5.5 and 2.1.4)."""
    length = 0
    for place, byte in enumerate(data[1:5]):
        length |= (byte & 0x7F) << 7 * place
        if not byte & 0x80:
            return 2 + place + length
    return None
