"""The embedded broker: amqtt on loopback, for machines without mosquitto."""

import asyncio
import logging
from types import TracebackType
from typing import Self

from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker
from amqtt.errors import BrokerError

log = logging.getLogger(__name__)


_HEAD_BYTES = 12
"""A CONNECT packet's kind, its length of up to 4 bytes, the name of the protocol and its version (MQTT 5, section 3.1)."""

_MQTT_5 = b"\0\4MQTT\5"
_REFUSAL = bytes.fromhex("20020001")
"""CONNACK: unacceptable protocol version (MQTT 3.1.1, section 3.2.2.3). amqtt waits for the end of a packet that it misunderstands."""


class _Reader(StreamReaderAdapter):  # type: ignore[misc]  # amqtt has no types
    """Reads what was read of a connection already, and then the rest."""

    def __init__(self, head: bytes, reader: asyncio.StreamReader) -> None:
        super().__init__(reader)
        self._head = head

    async def read(self, n: int = -1) -> bytes:
        """Read so many bytes, or all until the end."""
        end = len(self._head) if n < 0 else n
        found, self._head = self._head[:end], self._head[end:]
        return found if len(found) == n else found + bytes(await super().read(n if n < 0 else n - len(found)))


class _Broker(Broker):  # type: ignore[misc]  # amqtt has no types
    """Closes every connection, also one that ends before its session begins, and refuses MQTT 5 at once."""

    async def stream_connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str) -> None:
        """Serve a connection."""
        try:
            head = await reader.read(_HEAD_BYTES)
            if _MQTT_5 in head:
                writer.write(_REFUSAL)
            else:
                await self._client_connected(listener_name, _Reader(head, reader), StreamWriterAdapter(writer))
        except OSError as error:
            log.debug("a connection ended before its session began: %s", error)
        finally:
            writer.close()


class EmbeddedBroker:
    """A broker that runs as long as its `async with` block.

    Raises:
        OSError: The port is taken.
    """

    def __init__(self, port: int) -> None:
        for noisy in ("amqtt", "transitions"):
            logging.getLogger(noisy).setLevel(logging.ERROR)
        self._broker = _Broker(
            {
                "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}", "max_connections": 500}},
                "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
            }
        )
        self._port = port

    async def __aenter__(self) -> Self:
        amqtt = logging.getLogger("amqtt.broker")
        amqtt.disabled = True  # it would log the error that is raised below, with a traceback
        try:
            await self._broker.start()
        except BrokerError as error:
            raise OSError(f"the broker can't listen on port {self._port}: {error}") from error
        finally:
            amqtt.disabled = False
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._broker.shutdown()
