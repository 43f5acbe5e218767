"""The embedded broker: amqtt on loopback, for machines without mosquitto."""

import asyncio
import logging
from types import TracebackType
from typing import Self

from amqtt.broker import Broker
from amqtt.errors import BrokerError

log = logging.getLogger(__name__)


class _Broker(Broker):  # type: ignore[misc]  # amqtt has no types
    """Closes every connection, also one that ends before its session begins, as that of a client of MQTT 5 does."""

    async def stream_connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str) -> None:
        """Serve a connection."""
        try:
            await super().stream_connected(reader, writer, listener_name)
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
