"""Modbus TCP: several requests in flight, matched by their transaction ids."""

import asyncio
import math
from collections.abc import Callable
from typing import Any

from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.modbus.client_port import EARLY_S, NoResponse, Steps
from gateway.fieldbus.modbus.pdu import Request, Response
from gateway.fieldbus.modbus.tcp_frames import TcpFrames
from gateway.fieldbus.wire.port import Wire, WireError
from gateway.host.shared_timer import SharedTimer

_GRAIN_S = 0.02
"""The granularity of time-outs, which are checked together: a response may be that much late."""

_TIMEOUTS_BEFORE_RECONNECT = 3
"""After so many time-outs in a row the connection is made again: the other end may have forgotten it."""


class Run:
    """Steps under way, and the state of their last request. `ended` is what `TcpClient.run` returns."""

    __slots__ = ("bytes", "counters", "deadline_s", "ended", "sent_s", "steps")

    def __init__(self, steps: Steps, ended: "asyncio.Future[bool]", counters: DeviceCounters) -> None:
        self.steps, self.ended, self.counters = steps, ended, counters
        self.sent_s = self.deadline_s = 0.0
        self.bytes = 0

    def leave(self, ended: "Callable[[asyncio.Future[bool]], None]") -> None:
        """Let whoever waits for these steps go on, as if they had paused; call `ended` when they have ended."""
        waiting, self.ended = self.ended, asyncio.get_running_loop().create_future()
        self.ended.add_done_callback(ended)
        waiting.set_result(False)


class TcpClient:
    """Modbus TCP: transaction ids match responses to requests, so several steps may run at once.

    The next request is sent as soon as the last response arrives, without waking a task.
    """

    def __init__(self, wire: Wire, timeout_s: float, timer: SharedTimer | None = None) -> None:
        self._wire, self._timeout_s, self._timer = wire, timeout_s, timer or SharedTimer()
        self._frames: TcpFrames[Run] = TcpFrames()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._time: Callable[[], float]
        """The clock of the loop, once connected. Asking for the running loop costs a system call each time in Python 3.11."""
        self._watched = False
        self._opening = asyncio.Lock()
        self._timeouts_in_a_row = 0
        self._late = self._foreign = 0

    async def run(self, steps: Steps) -> bool:
        """Run steps until they end or yield None; return whether they ended."""
        run = await self.start(steps)
        return await run.ended

    async def start(self, steps: Steps) -> Run:
        """Send the first request of steps, and go on with them when its response arrives.

        Raises:
            WireError: the connection can't be made.
        """
        if self._timeouts_in_a_row and self._must_reconnect():
            self.close()
        loop = self._loop or await self._connect()
        run = Run(steps, loop.create_future(), _UNCOUNTED)
        self._proceed(run, steps.send, None)
        return run

    def _must_reconnect(self) -> bool:
        """Return whether the connection is of no more use after time-outs: part of a frame was none, or would swallow the next response."""
        if self._frames.oldest() is not None:
            return False
        return self._frames.incomplete or self._timeouts_in_a_row >= _TIMEOUTS_BEFORE_RECONNECT

    async def execute(self, request: Request, counters: DeviceCounters) -> Response:
        """Send one request and return its response.

        Raises:
            NoResponse: no response arrived in time.
            WireError: the connection can't be made, or failed.
        """
        responses = []

        def once() -> Steps:
            responses.append((yield request, counters))

        await self.run(once())
        return responses[0]

    async def _connect(self) -> asyncio.AbstractEventLoop:
        async with self._opening:
            if self._loop is None:
                loop = asyncio.get_running_loop()
                self._frames.reset()
                self._time = loop.time
                await self._wire.open(self._received, self._lost)
                self._loop, self._timeouts_in_a_row = loop, 0
        return self._loop

    def close(self) -> None:
        """Close the connection."""
        self._wire.close()
        self._lost("the connection was closed")

    def _proceed(self, run: Run, proceed: Callable[[Any], tuple[Request, DeviceCounters] | None], argument: object) -> None:
        """Resume steps, and send their next request."""
        try:
            step = proceed(argument)
        except StopIteration:
            _end(run, ended=True)
        except Exception as error:  # noqa: BLE001 — re-raised to the caller of `run`
            if not run.ended.done():
                run.ended.set_exception(error)
        else:
            if step is None:
                _end(run, ended=False)
            elif not run.ended.done():
                self._send(run, *step)

    def _send(self, run: Run, request: Request, counters: DeviceCounters) -> None:
        if self._loop is None:
            self._proceed(run, run.steps.throw, WireError("the connection was closed"))
            return
        frame = self._frames.request(request, run)
        run.counters, run.bytes, run.sent_s = counters, len(frame), self._time()
        run.deadline_s = run.sent_s + self._timeout_s
        # One timer serves all requests: it is set for the oldest, and by then most have their response.
        if not self._watched:
            self._watch(run.deadline_s)
        counters.sent += 1
        try:
            self._wire.write(frame)
        except WireError as error:
            self._lost(str(error))

    def _responded(self, run: Run, response: Response, now_s: float) -> None:
        counters, trip_s = run.counters, now_s - run.sent_s
        self._timeouts_in_a_row = 0
        counters.answered += 1
        counters.busy_s += trip_s
        counters.bytes += run.bytes + 9 + len(response.data)
        counters.round_trips_s.append(trip_s)
        if response.exception is not None:
            counters.exceptions += 1
        if self._frames.late != self._late or self._frames.foreign != self._foreign:
            self._count_unmatched(counters)
        self._proceed(run, run.steps.send, response)

    def _count_unmatched(self, counters: DeviceCounters) -> None:
        """Count the late and foreign frames received since the last call."""
        counters.late += self._frames.late - self._late
        counters.foreign += self._frames.foreign - self._foreign
        self._late, self._foreign = self._frames.late, self._frames.foreign

    def _watch(self, deadline_s: float) -> None:
        self._watched = True
        self._timer.call_at(math.ceil(deadline_s / _GRAIN_S) * _GRAIN_S, self._expire)

    def _expire(self) -> None:
        now_s, expired = self._time(), []
        while (oldest := self._frames.oldest()) is not None and oldest.deadline_s <= now_s + EARLY_S:
            expired.append(self._frames.give_up())
        self._watched = False
        if oldest is not None:
            self._watch(oldest.deadline_s)
        for run in expired:
            self._timeouts_in_a_row += 1
            run.counters.timeouts += 1
            run.counters.busy_s += now_s - run.sent_s
            self._count_unmatched(run.counters)
            self._proceed(run, run.steps.throw, NoResponse(garbled=False))

    def _received(self, data: bytes) -> None:
        responses = self._frames.feed(data)
        if self._frames.lost_track:
            # Closed before the responses are passed on: the requests that follow them belong on a new connection.
            self._wire.close()
            self._lost("received bytes that are not a Modbus TCP frame, or frames without end")
        now_s = self._time()
        for run, response in responses:
            self._responded(run, response, now_s)

    def _lost(self, reason: str) -> None:
        """Fail all waiting requests."""
        self._loop = None
        for run in self._frames.reset():
            self._proceed(run, run.steps.throw, WireError(reason))


_UNCOUNTED = DeviceCounters()


def _end(run: Run, *, ended: bool) -> None:
    if not run.ended.done():
        run.ended.set_result(ended)
