"""Modbus TCP: several requests in flight, matched by their transaction numbers."""

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
"""Time-outs on TCP are looked at so often, together: an answer may come that much later."""

_SILENT_IN_A_ROW = 3
"""A TCP connection over which so many requests got no answer is made anew: the other end may have forgotten it."""


class _Talk:
    """Steps that are under way over TCP, and what their last request waits for."""

    __slots__ = ("bytes", "deadline_s", "ended", "sent_s", "steps", "tally")

    def __init__(self, steps: Steps, ended: "asyncio.Future[bool]", tally: DeviceCounters) -> None:
        self.steps, self.ended, self.tally = steps, ended, tally
        self.sent_s = self.deadline_s = 0.0
        self.bytes = 0


class TcpClient:
    """Modbus TCP: transaction ids tell answers apart, so several conversations may be under way.

    The next request leaves from within the arrival of the last answer.
    """

    def __init__(self, wire: Wire, timeout_s: float, ticker: SharedTimer | None = None) -> None:
        self._wire, self._timeout_s, self._ticker = wire, timeout_s, ticker or SharedTimer()
        self._framing: TcpFrames[_Talk] = TcpFrames()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watched = False
        self._opening = asyncio.Lock()
        self._silent = 0
        self._late = self._foreign = 0

    async def converse(self, steps: Steps) -> bool:
        """Let steps ask and be answered until they end, or make room; tells whether they ended."""
        if self._silent >= _SILENT_IN_A_ROW and self._framing.oldest() is None:
            self.close()
        loop = self._loop or await self._connect()
        talk = _Talk(steps, loop.create_future(), _NOWHERE)
        self._proceed(talk, steps.send, None)
        return await talk.ended

    async def ask(self, request: Request, tally: DeviceCounters) -> Response:
        """Send one request and wait for its answer.

        Raises:
            NoAnswer: it did not come in time.
            WireError: the connection can't be made, or broke.
        """
        answers = []

        def once() -> Steps:
            answers.append((yield request, tally))

        await self.converse(once())
        return answers[0]

    async def _connect(self) -> asyncio.AbstractEventLoop:
        async with self._opening:
            if self._loop is None:
                self._framing.reset()
                await self._wire.open(self._received, self._lost)
                self._loop, self._silent = asyncio.get_running_loop(), 0
        return self._loop

    def close(self) -> None:
        """Close the connection."""
        self._wire.close()
        self._lost("the connection was closed")

    def _proceed(self, talk: _Talk, proceed: Callable[[Any], tuple[Request, DeviceCounters] | None], argument: object) -> None:
        """Let steps go on, and send what they ask next."""
        try:
            step = proceed(argument)
        except StopIteration:
            _end(talk, ended=True)
        except Exception as error:  # noqa: BLE001 — it is who waits for the steps that it concerns
            if not talk.ended.done():
                talk.ended.set_exception(error)
        else:
            if step is None:
                _end(talk, ended=False)
            elif not talk.ended.done():
                self._send(talk, *step)

    def _send(self, talk: _Talk, request: Request, tally: DeviceCounters) -> None:
        loop = self._loop
        if loop is None:
            self._proceed(talk, talk.steps.throw, WireError("the connection was closed"))
            return
        frame = self._framing.request(request, talk)
        talk.tally, talk.bytes, talk.sent_s = tally, len(frame), loop.time()
        talk.deadline_s = talk.sent_s + self._timeout_s
        # One look serves all requests: it is at the oldest, and most have been answered by then.
        if not self._watched:
            self._watch(talk.deadline_s)
        tally.sent += 1
        try:
            self._wire.write(frame)
        except WireError as error:
            self._lost(str(error))

    def _answered(self, talk: _Talk, answer: Response, now_s: float) -> None:
        tally, trip_s = talk.tally, now_s - talk.sent_s
        self._silent = 0
        tally.answered += 1
        tally.busy_s += trip_s
        tally.bytes += talk.bytes + 9 + len(answer.data)
        tally.round_trips_s.append(trip_s)
        if answer.exception is not None:
            tally.exceptions += 1
        if self._framing.late != self._late or self._framing.foreign != self._foreign:
            self._count_others(tally)
        self._proceed(talk, talk.steps.send, answer)

    def _count_others(self, tally: DeviceCounters) -> None:
        """Count what came beside the answers."""
        tally.late += self._framing.late - self._late
        tally.foreign += self._framing.foreign - self._foreign
        self._late, self._foreign = self._framing.late, self._framing.foreign

    def _watch(self, deadline_s: float) -> None:
        self._watched = True
        self._ticker.call_at(math.ceil(deadline_s / _GRAIN_S) * _GRAIN_S, self._expire)

    def _expire(self) -> None:
        now_s, expired = asyncio.get_running_loop().time(), []
        while (oldest := self._framing.oldest()) is not None and oldest.deadline_s <= now_s + EARLY_S:
            expired.append(self._framing.give_up())
        self._watched = False
        if oldest is not None:
            self._watch(oldest.deadline_s)
        for talk in expired:
            self._silent += 1
            talk.tally.timeouts += 1
            talk.tally.busy_s += now_s - talk.sent_s
            self._count_others(talk.tally)
            self._proceed(talk, talk.steps.throw, NoResponse(garbled=False))

    def _received(self, data: bytes) -> None:
        try:
            answers = self._framing.feed(data)
        except ValueError as error:
            self._wire.close()
            self._lost(str(error))
            return
        now_s = self._loop.time() if self._loop is not None else 0.0
        for talk, answer in answers:
            self._answered(talk, answer, now_s)

    def _lost(self, reason: str) -> None:
        """Tell all who wait that nothing will come."""
        self._loop = None
        for talk in self._framing.reset():
            self._proceed(talk, talk.steps.throw, WireError(reason))


_NOWHERE = DeviceCounters()


def _end(talk: _Talk, *, ended: bool) -> None:
    if not talk.ended.done():
        talk.ended.set_result(ended)
