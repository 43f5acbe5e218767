"""Publishes and subscriptions that the broker has not acknowledged yet."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from paho.mqtt.reasoncodes import ReasonCode

UNACKNOWLEDGED_S = 60.0
"""A broker that leaves the oldest publish without an acknowledgement for so long does not come back by itself."""

OVERTAKEN_S = 5.0
"""Brokers acknowledge publishes in order (MQTT 5, section 4.6): an acknowledgement that another overtook this long ago is lost. Mosquitto
discards acknowledgements and messages alike while more than `max_queued_messages` packets wait for a client (2.0.16, `packet__queue`)."""

_LATE_S = 1.0
"""A check that comes later than this says that the event loop was busy: it could not read what the broker sent."""

_FAILURE = 0x80
"""Reason codes from here on are failures (MQTT 5, section 2.4)."""


class PublishRefused(Exception):
    """The broker acknowledged a publish with a reason code that refuses it, such as an ACL or a quota."""


class Disconnected(Exception):
    """The connection ended before the broker acknowledged a publish."""


class _Pending(NamedTuple):
    future: asyncio.Future[None]
    ordered: bool


class PendingPublishes:
    """One future for each publish that is not acknowledged, by its message id. Belongs to the event loop's thread.

    `on_stuck` is called when the oldest has been the oldest for `unacknowledged_s` (on a slow link, publishes wait for
    those before them), or when its acknowledgement is lost.
    """

    def __init__(self, on_stuck: Callable[[], None], unacknowledged_s: float | None = None) -> None:
        self._pending: dict[int, _Pending] = {}
        self._on_stuck = on_stuck
        self.unacknowledged_s = UNACKNOWLEDGED_S if unacknowledged_s is None else unacknowledged_s
        self._oldest_since_s = 0.0
        self._overtaken_since_s: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    def add(self, mid: int, future: asyncio.Future[None], *, ordered: bool = True) -> None:
        """Add a publish that was sent; or a subscription, which is not acknowledged in the order of publishes."""
        if not self._pending:
            self._oldest_since_s = asyncio.get_running_loop().time()
        self._pending[mid] = _Pending(future, ordered)
        if self._timer is None:
            self._check_at(self._oldest_since_s + self.unacknowledged_s)

    def acknowledged(self, mid: int, reason: ReasonCode) -> None:
        """Settle a publish by the broker's acknowledgement."""
        now_s, oldest = asyncio.get_running_loop().time(), next(iter(self._pending), None)
        settled = self._pending.pop(mid, None)
        if settled is None:
            return
        if mid == oldest:
            self._oldest_since_s, self._overtaken_since_s = now_s, None
        elif settled.ordered and not self.lost and next(iter(self._pending.values())).ordered:
            self._overtaken_since_s = now_s
            self._check_at(now_s + OVERTAKEN_S)
        self._settle(settled.future, reason)

    @property
    def lost(self) -> bool:
        """Whether the acknowledgement of the oldest seems lost: another overtook it."""
        return self._overtaken_since_s is not None

    def _settle(self, future: asyncio.Future[None], reason: ReasonCode) -> None:
        if future.done():
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
        for future, _ in self._pending.values():
            if not future.done():
                _fail(future, Disconnected("the connection ended"))
        self._pending.clear()
        self._overtaken_since_s = None

    def _check_at(self, at_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(at_s, self._check)

    def _check(self) -> None:
        """Report that the oldest publish is stuck, or look again when it might be."""
        timer, self._timer, now_s = self._timer, None, asyncio.get_running_loop().time()
        if not self._pending:
            return
        late_s = 0.0 if timer is None else now_s - timer.when()
        if late_s > _LATE_S:
            self._oldest_since_s += late_s
            self._overtaken_since_s = self._overtaken_since_s and self._overtaken_since_s + late_s
        due_s = self._oldest_since_s + self.unacknowledged_s
        if self._overtaken_since_s is not None:
            due_s = min(due_s, self._overtaken_since_s + OVERTAKEN_S)
        if due_s <= now_s:
            self._on_stuck()
        else:
            self._check_at(due_s)


def disconnected(future: asyncio.Future[None], why: str) -> asyncio.Future[None]:
    """Fail a publish that could not be sent."""
    _fail(future, Disconnected(why))
    return future


def _fail(future: asyncio.Future[None], error: Exception) -> None:
    future.set_exception(error)
    future.exception()  # callers that do not await the future get no warning; those that do still see the error
