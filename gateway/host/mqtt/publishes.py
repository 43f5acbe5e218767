"""Publishes and subscriptions that the broker has not acknowledged yet."""

import asyncio
from collections.abc import Callable

from paho.mqtt.reasoncodes import ReasonCode

UNACKNOWLEDGED_S = 60.0
"""A broker that leaves the oldest publish without an acknowledgement for so long does not come back by itself."""

_FAILURE = 0x80
"""Reason codes from here on are failures (MQTT 5, section 2.4)."""


class PublishRefused(Exception):
    """The broker acknowledged a publish with a reason code that refuses it, such as an ACL or a quota."""


class Disconnected(Exception):
    """The connection ended before the broker acknowledged a publish."""


class PendingPublishes:
    """One future for each publish that is not acknowledged, by its message id. Belongs to the event loop's thread.

    `on_stuck` is called when the oldest has been the oldest for too long: on a slow link, publishes wait for those before them.
    """

    def __init__(self, on_stuck: Callable[[], None]) -> None:
        self._futures: dict[int, asyncio.Future[None]] = {}
        self._on_stuck = on_stuck
        self._oldest_since_s = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, mid: int, future: asyncio.Future[None]) -> None:
        """Add a publish that was sent."""
        loop = asyncio.get_running_loop()
        if not self._futures:
            self._oldest_since_s = loop.time()
        self._futures[mid] = future
        if self._timer is None:
            self._timer = loop.call_later(UNACKNOWLEDGED_S, self._check)

    def acknowledged(self, mid: int, reason: ReasonCode) -> None:
        """Settle a publish by the broker's acknowledgement."""
        if mid == next(iter(self._futures), None):
            self._oldest_since_s = asyncio.get_running_loop().time()
        future = self._futures.pop(mid, None)
        if future is None or future.done():
            return
        if reason.value >= _FAILURE:
            _fail(future, PublishRefused(str(reason)))
        else:
            future.set_result(None)

    def fail_all(self) -> None:
        """Fail all publishes because the connection ended."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for future in self._futures.values():
            if not future.done():
                _fail(future, Disconnected("the connection ended"))
        self._futures.clear()

    def _check(self) -> None:
        """Report that the oldest publish is stuck, or look again when it might be."""
        self._timer = None
        if not self._futures:
            return
        loop = asyncio.get_running_loop()
        left_s = self._oldest_since_s + UNACKNOWLEDGED_S - loop.time()
        if left_s <= 0:
            self._on_stuck()
        else:
            self._timer = loop.call_later(left_s, self._check)


def disconnected(future: asyncio.Future[None], why: str) -> asyncio.Future[None]:
    """Fail a publish that could not be sent."""
    _fail(future, Disconnected(why))
    return future


def _fail(future: asyncio.Future[None], error: Exception) -> None:
    future.set_exception(error)
    future.exception()  # callers that do not await the future get no warning; those that do still see the error
