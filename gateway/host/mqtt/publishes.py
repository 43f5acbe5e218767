"""Publishes that the broker has not acknowledged yet."""

import asyncio

from paho.mqtt.reasoncodes import ReasonCode

_FAILURE = 0x80
"""Reason codes from here on are failures (MQTT 5, section 2.4)."""


class PublishRefused(Exception):
    """The broker acknowledged a publish with a reason code that refuses it, such as an ACL or a quota."""


class Disconnected(Exception):
    """The connection ended before the broker acknowledged a publish."""


class PendingPublishes:
    """One future for each publish that is not acknowledged, by its message id. Belongs to the event loop's thread."""

    def __init__(self) -> None:
        self._futures: dict[int, asyncio.Future[None]] = {}

    def add(self, mid: int, future: asyncio.Future[None]) -> None:
        """Add a publish that was sent."""
        self._futures[mid] = future

    def acknowledged(self, mid: int, reason: ReasonCode) -> None:
        """Settle a publish by the broker's acknowledgement."""
        future = self._futures.pop(mid, None)
        if future is None or future.done():
            return
        if reason.value >= _FAILURE:
            _fail(future, PublishRefused(str(reason)))
        else:
            future.set_result(None)

    def fail_all(self) -> None:
        """Fail all publishes because the connection ended."""
        for future in self._futures.values():
            if not future.done():
                _fail(future, Disconnected("the connection ended"))
        self._futures.clear()


def disconnected(future: asyncio.Future[None], why: str) -> asyncio.Future[None]:
    """Fail a publish that could not be sent."""
    _fail(future, Disconnected(why))
    return future


def _fail(future: asyncio.Future[None], error: Exception) -> None:
    future.set_exception(error)
    future.exception()  # callers that do not await the future get no warning; those that do still see the error
