"""RTU on a serial port or through a device server: silence, time-out, late responses, and no response taken for another."""

import asyncio
import random
from collections.abc import Callable
from typing import Any, NamedTuple

from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.modbus.client_port import NoResponse, Steps
from gateway.fieldbus.modbus.pdu import BROADCAST, Request, Response
from gateway.fieldbus.modbus.rtu_frames import RtuFrames, frames_in
from gateway.fieldbus.wire.port import Wire, WireError
from gateway.host.precise_timer import PreciseTimer, Sleeper

_BROADCAST_S = 0.15
"""How long devices are given to obey a broadcast (Modbus over Serial Line V1.02, section 2.4.1: 100 to 200 ms)."""

_ARRIVING_S = 0.03
"""An answer whose last byte is not older is still arriving: adapters hand on bytes every 16 ms (FTDI) and operating systems later."""

_BABBLE_S = 1.0
"""A line that is never silent for so long can't be talked on."""

_LISTEN_S = 0.04
"""How long a line that another master uses must be silent before we talk: longer than devices take to begin an answer."""

_FOREIGN_FRESH_S = 5.0
"""For how long after another master was heard its traffic is listened for."""


class RtuTiming(NamedTuple):
    """What an RTU line must keep, in seconds.

    How long until an answer begins, how long a late one is waited out, the silence before a request, and one character (0 where the
    speed behind a TCP connection is not known).
    """

    timeout_s: float
    drain_s: float
    silence_s: float
    character_s: float


class RtuClient:
    """RTU on a serial port or through a device server. Not for concurrent use: the line's owner asks one thing at a time."""

    def __init__(
        self, wire: Wire, timing: RtuTiming, *, echo: bool = False, shared: bool = False, alarm: Callable[[], Sleeper] = PreciseTimer
    ) -> None:
        self._wire, self._timing, self._echo, self._shared, self._make_alarm = wire, timing, echo, shared, alarm
        self._framing = RtuFrames(echo=echo, shared=shared)
        self._waiting: asyncio.Future[Response | None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._alarm: Sleeper | None = None
        self._open = False
        # The first answer after opening tells whether bytes take their time here, or the line is a program's that needs none.
        self._takes_time: bool | None = None
        self._last_byte_s = self._leaves_until_s = self._hard_s = self._foreign_s = 0.0

    async def converse(self, steps: Steps) -> bool:
        """Let steps ask and be answered until they end, or make room; tells whether they ended."""
        proceed: Callable[[Any], tuple[Request, DeviceCounters] | None] = steps.send
        argument: Response | NoResponse | WireError | None = None
        while True:
            try:
                step = proceed(argument)
            except StopIteration:
                return True
            if step is None:
                return False
            try:
                proceed, argument = steps.send, await self.ask(*step)
            except (NoResponse, WireError) as error:
                proceed, argument = steps.throw, error

    async def ask(self, request: Request, tally: DeviceCounters) -> Response:
        """Send a request and wait for its answer.

        Raises:
            NoAnswer: it did not come in time; the line has been waited out since.
            WireError: the wire can't be opened, or broke.
        """
        loop = asyncio.get_running_loop()
        begun_s = loop.time()
        try:
            return await self._ask(request, tally, loop)
        finally:
            tally.busy_s += loop.time() - begun_s

    async def _ask(self, request: Request, tally: DeviceCounters, loop: asyncio.AbstractEventLoop) -> Response:
        if not self._open:
            await self._wire.open(self._received, self._lost)
            self._open, self._takes_time = True, None
            self._alarm = self._alarm or self._make_alarm()
        await self._silence(loop)
        frame = self._framing.request(request)
        sent_s = loop.time()
        self._leaves_until_s = sent_s + len(frame) * self._timing.character_s
        tally.sent += 1
        tally.bytes += len(frame)
        self._wire.write(frame)
        if request.unit == BROADCAST:
            await asyncio.sleep(len(frame) * self._timing.character_s + _BROADCAST_S)
            self._framing.give_up()
            return Response(b"", None)
        deadline_s = self._leaves_until_s + self._timing.timeout_s
        whole_s = (request.longest_answer_bytes + 3) * self._timing.character_s
        answer = await self._answer_by(deadline_s, deadline_s + whole_s + _ARRIVING_S)
        if answer is None:
            raise await self._silent(tally, loop)
        tally.answered += 1
        tally.bytes += len(answer.data) + 5
        tally.exceptions += answer.exception is not None
        tally.round_trips_s.append(loop.time() - sent_s)
        return answer

    async def _silent(self, tally: DeviceCounters, loop: asyncio.AbstractEventLoop) -> NoResponse:
        """Count what came instead of an answer, and wait until a late one has passed."""
        heard = self._framing.heard
        frames = frames_in(heard)
        garbled = len(heard) > sum(map(len, frames))
        tally.foreign += len(frames)
        if frames:
            self._foreign_s = loop.time()
        if garbled:
            tally.crc_errors += 1
        else:
            tally.timeouts += 1
        if self._timing.drain_s > 0:
            until_s = loop.time() + self._timing.drain_s
            tally.late += await self._answer_by(until_s, until_s) is not None
        self._framing.give_up()
        return NoResponse(garbled=garbled)

    def close(self) -> None:
        """Close the wire."""
        self._open = False
        self._wire.close()
        if self._alarm is not None:
            self._alarm.close()
            self._alarm = None

    async def _silence(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait until the line has been silent for long enough.

        Raises:
            NoAnswer: it never is.
        """
        begun_s = now_s = loop.time()
        gap_s = self._timing.silence_s
        if self._shared and now_s - self._foreign_s < _FOREIGN_FRESH_S:
            gap_s = max(gap_s, _LISTEN_S * random.uniform(1, 2))  # noqa: S311 — two masters must not wait alike
        while (wait_s := self._last_byte_s + gap_s - now_s) > 0:
            if now_s - begun_s > _BABBLE_S:
                raise NoResponse(garbled=True)
            if self._alarm is None:
                raise WireError("the line was closed")
            await self._alarm.sleep(wait_s)
            now_s = loop.time()

    async def _answer_by(self, deadline_s: float, hard_s: float) -> Response | None:
        """Wait for an answer; None when none has begun by the deadline, nor one that began has ended by the hard one."""
        loop = asyncio.get_running_loop()
        self._waiting, self._hard_s = loop.create_future(), hard_s
        self._timer = loop.call_at(deadline_s, self._expire)
        try:
            return await self._waiting
        finally:
            self._timer.cancel()
            self._waiting = None

    def _expire(self) -> None:
        loop = asyncio.get_running_loop()
        arriving_until_s = min(self._last_byte_s + _ARRIVING_S, self._hard_s)
        if self._last_byte_s > self._leaves_until_s and loop.time() < arriving_until_s:
            self._timer = loop.call_at(arriving_until_s, self._expire)
        elif self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def _received(self, data: bytes) -> None:
        self._last_byte_s = now_s = asyncio.get_running_loop().time()
        waiting = self._waiting
        if waiting is None or waiting.done():
            self._foreign_s = now_s
            return
        early = now_s < self._leaves_until_s and not self._echo
        if early and self._takes_time:
            return
        answer = self._framing.feed(data)
        if answer is not None:
            if self._takes_time is None:
                self._takes_time = not early
            waiting.set_result(answer)

    def _lost(self, reason: str) -> None:
        self._open = False
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(WireError(reason))
