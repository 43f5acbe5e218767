"""The embedded broker: amqtt on loopback, for machines without mosquitto."""

import logging
from types import TracebackType
from typing import Self

from amqtt.broker import Broker
from amqtt.errors import BrokerError


class EmbeddedBroker:
    """A broker that runs as long as its `async with` block.

    Raises:
        OSError: The port is taken.
    """

    def __init__(self, port: int) -> None:
        for noisy in ("amqtt", "transitions"):
            logging.getLogger(noisy).setLevel(logging.ERROR)
        self._broker = Broker(
            {
                "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}", "max_connections": 500}},
                "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
            }
        )
        self._port = port

    async def __aenter__(self) -> Self:
        log = logging.getLogger("amqtt.broker")
        log.disabled = True  # it would log the error that is raised below, with a traceback
        try:
            await self._broker.start()
        except BrokerError as error:
            raise OSError(f"the broker can't listen on port {self._port}: {error}") from error
        finally:
            log.disabled = False
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._broker.shutdown()
