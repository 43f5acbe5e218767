"""Lets the devices of a Modbus TCP line overtake one that does not respond.

A request without a response keeps only its own device waiting if the other end takes several requests at once. A bridge that forwards one
at a time keeps the others until then, in the order of their arrival. One that drops them is recognised by devices that do not respond only
while another's response is awaited: there, each device is waited for, until the connection is made again.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple, Protocol

from gateway.fieldbus.line.driver_port import LatePoll, Poll, ReadObserver, ReadRequest
from gateway.fieldbus.modbus.client_port import EARLY_S, Steps
from gateway.fieldbus.modbus.tcp_client import Run, TcpClient
from gateway.host.shared_timer import SharedTimer

log = logging.getLogger(__name__)

_LEAST_PATIENCE_S = 0.1
_PATIENCE_TRIPS = 3
"""A device that responds is overtaken after so many times its usual round trip."""

_GRAIN_S = 0.02
"""The granularity of checks, so that lines that tick together are checked together."""

_MOST_DROPPED = 2
"""After so many polls that failed only beside another, devices are waited for."""


class StepsObserver(Protocol):
    """Receives the polls that steps make, and says when they should pause."""

    def polled(self, poll: Poll) -> None:
        """Receive the poll of the next device."""
        ...

    def has_urgent_work(self) -> bool:
        """Return whether to pause before the next request."""
        ...


StepsOf = Callable[[Iterable[ReadRequest], StepsObserver], Steps]
"""Makes the steps that poll devices one after the other."""


class Overtaking:
    """Polls the devices of one line one after the other, but waits for none that does not respond."""

    def __init__(self, line: str, client: TcpClient, timer: SharedTimer | None = None) -> None:
        self._line, self._client, self._timer = line, client, timer or SharedTimer()
        self._health = _Health()
        self._watched: _Watched | None = None
        self._check_at_s = math.inf

    def reset(self) -> None:
        """Forget what the other end was like: the connection is closed."""
        self._health.dropped = 0

    async def read(self, requests: Sequence[ReadRequest], observer: ReadObserver, steps_of: StepsOf) -> None:
        """Poll devices; see `Driver.read`."""
        left = iter(requests)
        chain = _Chain(left, observer, self._health, self._line)
        steps = steps_of(chain, chain)
        while True:
            run = await self._client.start(steps)
            ended = run.ended
            if not ended.done():
                self._watch(_Watched(run, chain, ended))
            try:
                over = await ended
            finally:
                self._watched = None
            if over:
                return
            if chain.late is None:
                await observer.do_urgent_work()
            else:
                chain = _Chain(left, observer, self._health, self._line)
                steps = steps_of(chain, chain)

    def _watch(self, watched: "_Watched") -> None:
        """Check the last request of a run now if its device did not respond before, else in a while."""
        if self._health.dropped >= _MOST_DROPPED:
            return
        self._watched = watched
        if watched.chain.device in self._health.unheard:
            self._check()
        else:
            self._check_at(watched.run.sent_s + _LEAST_PATIENCE_S)

    def _check_at(self, at_s: float) -> None:
        """Check at a time, unless an earlier check is to come: that one sets the next."""
        if at_s < self._check_at_s:
            self._check_at_s = math.ceil(at_s / _GRAIN_S) * _GRAIN_S
            self._timer.call_at(self._check_at_s, self._check)

    def _check(self) -> None:
        """Go on with the next device if the current one has not responded for too long, else check again when that may be so."""
        self._check_at_s = math.inf
        if self._watched is None or self._watched.ended.done():
            return
        run, chain, _ = self._watched
        patient_until_s = self._patient_until_s(run, chain.device)
        if patient_until_s > asyncio.get_running_loop().time() + EARLY_S:
            self._check_at(patient_until_s)
            return
        late = chain.overtake()
        if late is not None:
            self._health.overtaken += 1
            run.leave(partial(self._ended, late))

    def _patient_until_s(self, run: Run, device: str) -> float:
        """Return how long the current device is waited for."""
        if device in self._health.unheard:
            return run.sent_s
        least_s = run.sent_s + _LEAST_PATIENCE_S
        if least_s > asyncio.get_running_loop().time() + EARLY_S:
            return least_s  # as nearly always: nothing to compute
        return max(least_s, run.sent_s + _PATIENCE_TRIPS * _usual(run.counters.round_trips_s))

    def _ended(self, late: LatePoll, ended: "asyncio.Future[bool]") -> None:
        self._health.overtaken -= 1
        error = ended.exception()
        if isinstance(error, Exception):
            late.failed(error)


class _Watched(NamedTuple):
    """What is waited for: a run, its devices, and the future that ends the wait."""

    run: Run
    chain: "_Chain"
    ended: "asyncio.Future[bool]"


def _usual(round_trips_s: Sequence[float]) -> float:
    """Return the round trip that few exceed. The longest ones were spent waiting behind a device that did not respond."""
    return sorted(round_trips_s)[len(round_trips_s) * 3 // 4] if round_trips_s else 0.0


class _Health:
    """How the devices of a line respond: `unheard` did not respond to their last poll, `overtaken` counts polls that others overtook."""

    def __init__(self) -> None:
        self.unheard: set[str] = set()
        self.overtaken = 0
        self.dropped = 0
        """Polls of devices that respond otherwise, which failed beside another."""
        self._failed_beside: set[str] = set()

    def polled(self, device: str, *, answered: bool, beside: bool) -> bool:
        """Record a poll; return whether that shows that the other end drops requests while it waits for a device."""
        if not answered:
            if not beside:
                self._failed_beside.discard(device)
            elif device not in self.unheard:
                self._failed_beside.add(device)
            self.unheard.add(device)
            return False
        self.unheard.discard(device)
        if device not in self._failed_beside:
            return False
        self._failed_beside.remove(device)
        self.dropped += 1
        return self.dropped == _MOST_DROPPED


class _Chain:
    """Devices that are polled one after the other, until one is overtaken: `late` then receives its poll. `device` is the current one."""

    def __init__(self, left: Iterator[ReadRequest], observer: ReadObserver, health: _Health, line: str) -> None:
        self._left, self._observer, self._health, self._line = left, observer, health, line
        self._beside = False
        self.device = ""
        self.late: LatePoll | None = None

    def __iter__(self) -> Iterator[ReadRequest]:
        for request in self._left:
            self.device, self._beside = request.device.id, self._health.overtaken > 0
            yield request
            if self.late is not None:
                return

    def polled(self, poll: Poll) -> None:
        """Pass on the poll of the current device."""
        if not poll.answered or self._health.unheard:
            self._record(poll)
        (self.late or self._observer).polled(poll)

    def _record(self, poll: Poll) -> None:
        if self._health.polled(self.device, answered=poll.answered, beside=self._beside):
            log.info("line %s: requests are lost while a silent device is awaited; one device is asked at a time from now on", self._line)

    def overtake(self) -> LatePoll | None:
        """End here for the current device to be overtaken; return what receives its poll, or None if it is waited for."""
        self.late = self._observer.overtake()
        return self.late

    def has_urgent_work(self) -> bool:
        """Return whether there is more urgent work; nobody waits for a device that was overtaken."""
        return self.late is None and self._observer.has_urgent_work()
