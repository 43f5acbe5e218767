"""Modbus RTU on a serial port or through a device server: silences, time-outs, and late responses kept from the next request."""

import asyncio
from collections.abc import Callable
from typing import Any, NamedTuple

from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.modbus.client_port import NoResponse, Steps
from gateway.fieldbus.modbus.pdu import BROADCAST, Request, Response
from gateway.fieldbus.modbus.quiet_line import QuietLine
from gateway.fieldbus.modbus.rtu_frames import RtuFrames, frames_in
from gateway.fieldbus.wire.port import Wire, WireError
from gateway.host.precise_timer import PreciseTimer, Sleeper

_BROADCAST_S = 0.15
"""The time that devices get to process a broadcast (Modbus over Serial Line V1.02, section 2.4.1: 100 to 200 ms)."""

_ARRIVING_S = 0.03
"""A response counts as still arriving for this long after its last byte: adapters pass bytes on every 16 ms (FTDI), and operating
systems add to that."""


class RtuTiming(NamedTuple):
    """The timing of an RTU line, in seconds.

    The time-out until a response begins, how long to wait for a late one after that, the silence before a request, and the
    time of one character (0 if the speed behind a TCP connection is unknown).
    """

    timeout_s: float
    drain_s: float
    silence_s: float
    character_s: float


class RtuClient:
    """Modbus RTU on a serial port or through a device server. Not for concurrent use: the line's owner sends one request at a time."""

    def __init__(
        self, wire: Wire, timing: RtuTiming, *, echo: bool = False, shared: bool = False, make_timer: Callable[[], Sleeper] = PreciseTimer
    ) -> None:
        self._wire, self._timing = wire, timing
        self._frames = RtuFrames(echo=echo, shared=shared)
        self._quiet = QuietLine(timing.silence_s, shared=shared, make_timer=make_timer)
        self._waiting: asyncio.Future[Response | None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._open = False
        # Whether bytes take their time on this line; the first response after opening decides. A program behind a pty answers at once.
        self._takes_time: bool | None = None
        self._sending_until_s = self._give_up_s = 0.0

    async def run(self, steps: Steps) -> bool:
        """Run steps until they end or yield None; return whether they ended."""
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
                proceed, argument = steps.send, await self.execute(*step)
            except (NoResponse, WireError) as error:
                proceed, argument = steps.throw, error

    async def execute(self, request: Request, counters: DeviceCounters) -> Response:
        """Send a request and return its response.

        Raises:
            NoResponse: no response arrived in time; a late one is no longer on its way.
            WireError: the wire can't be opened, or failed.
        """
        loop = asyncio.get_running_loop()
        begun_s = loop.time()
        try:
            return await self._execute(request, counters, loop)
        finally:
            counters.busy_s += loop.time() - begun_s

    async def _execute(self, request: Request, counters: DeviceCounters, loop: asyncio.AbstractEventLoop) -> Response:
        if not self._open:
            await self._wire.open(self._received, self._lost)
            self._open, self._takes_time = True, None
            self._quiet.open()
        await self._quiet.wait(loop)
        frame = self._frames.request(request)
        sent_s = loop.time()
        self._sending_until_s = sent_s + len(frame) * self._timing.character_s
        counters.sent += 1
        counters.bytes += len(frame)
        self._wire.write(frame)
        if request.unit == BROADCAST:
            await asyncio.sleep(len(frame) * self._timing.character_s + _BROADCAST_S)
            self._frames.give_up()
            return Response(b"", None)
        deadline_s = self._sending_until_s + self._timing.timeout_s
        whole_s = (request.longest_response_bytes + 3) * self._timing.character_s
        response = await self._response_by(deadline_s, deadline_s + whole_s + _ARRIVING_S)
        if response is None:
            raise await self._no_response(counters, loop)
        counters.answered += 1
        counters.bytes += len(response.data) + 5
        counters.exceptions += response.exception is not None
        counters.round_trips_s.append(loop.time() - sent_s)
        return response

    async def _no_response(self, counters: DeviceCounters, loop: asyncio.AbstractEventLoop) -> NoResponse:
        """Count what was received instead of a response, and wait until a late one has passed."""
        received = self._frames.unmatched
        frames = frames_in(received)
        garbled = len(received) > sum(map(len, frames))
        counters.foreign += len(frames)
        if frames:
            self._quiet.foreign_s = loop.time()
        if garbled:
            counters.crc_errors += 1
        else:
            counters.timeouts += 1
        if self._timing.drain_s > 0:
            until_s = loop.time() + self._timing.drain_s
            counters.late += await self._response_by(until_s, until_s) is not None
        self._frames.give_up()
        return NoResponse(garbled=garbled)

    def close(self) -> None:
        """Close the wire."""
        self._open = False
        self._wire.close()
        self._quiet.close()

    async def _response_by(self, deadline_s: float, give_up_s: float) -> Response | None:
        """Wait for a response; return None if none has begun by the deadline, or one that began is incomplete at `give_up_s`."""
        loop = asyncio.get_running_loop()
        self._waiting, self._give_up_s = loop.create_future(), give_up_s
        self._timer = loop.call_at(deadline_s, self._expire)
        try:
            return await self._waiting
        finally:
            self._timer.cancel()
            self._waiting = None

    def _expire(self) -> None:
        loop = asyncio.get_running_loop()
        last_byte_s = self._quiet.last_byte_s
        arriving_until_s = min(last_byte_s + _ARRIVING_S, self._give_up_s)
        if last_byte_s > self._sending_until_s and loop.time() < arriving_until_s:
            self._timer = loop.call_at(arriving_until_s, self._expire)
        elif self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def _received(self, data: bytes) -> None:
        self._quiet.last_byte_s = now_s = asyncio.get_running_loop().time()
        waiting = self._waiting
        if waiting is None or waiting.done():
            self._quiet.foreign_s = now_s
            return
        early = now_s < self._sending_until_s and not self._frames.echo
        if early and self._takes_time:
            return
        response = self._frames.feed(data)
        if response is not None:
            if self._takes_time is None:
                self._takes_time = not early
            waiting.set_result(response)

    def _lost(self, reason: str) -> None:
        self._open = False
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(WireError(reason))
