"""Which of a broker's addresses to connect to next. Pure, but for chance.

Each client has an order of its own: the clients of a node that fails spread over the others, and do not all come to the same one.
"""

import random
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

_PORT, _TLS_PORT = 1883, 8883


class BrokerAddress(NamedTuple):
    """One address of a broker."""

    url: str
    host: str
    port: int
    tls: bool


class Addresses:
    """The addresses of a broker, tried in turn. `current` is the one that was tried last.

    Args:
        urls: At least one; mqtt:// or mqtts://, with or without a port.
        chance: Where the order comes from.
    """

    def __init__(self, urls: Sequence[str], chance: random.Random | None = None) -> None:
        order = list(map(_address, urls))
        (chance or random.Random()).shuffle(order)  # noqa: S311 — jitter
        self._order, self._next = order, 0
        self.current = order[0]

    def __len__(self) -> int:
        return len(self._order)

    def advance(self) -> BrokerAddress:
        """Go on to the next address and return it."""
        self.current = self._order[self._next]
        self._next = (self._next + 1) % len(self._order)
        return self.current


def _address(url: str) -> BrokerAddress:
    parts = urlsplit(url)
    tls = parts.scheme == "mqtts"
    return BrokerAddress(url, parts.hostname or "", parts.port or (_TLS_PORT if tls else _PORT), tls)
