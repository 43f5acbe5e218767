"""Modbus on one line, over any framing: one request at a time, and no answer taken for another's."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from gateway.fieldbus.binding import BoundDevice, BoundStream
from gateway.fieldbus.driver import StreamReading
from gateway.fieldbus.modbus import Answer, Framing, Request, read_request
from gateway.fieldbus.plan import plan
from gateway.fieldbus.registers import Decoder
from gateway.fieldbus.wire import Wire, WireError
from gateway.model.batch import Value
from gateway.model.quality import Quality

_CONFIGURATION, _FAILURE, _BUSY, _BRIDGE = (1, 2, 3), (4,), (5, 6), (10, 11)
_EXCEPTION_QUALITY = (
    dict.fromkeys(_CONFIGURATION, Quality.BadConfigurationError)
    | dict.fromkeys(_FAILURE, Quality.BadDeviceFailure)
    | dict.fromkeys(_BUSY, Quality.BadWaitingForInitialData)
    | dict.fromkeys(_BRIDGE, Quality.BadNoCommunication)
)
"""What a value is worth whose read was refused (Modbus Application Protocol V1.1b3, section 7)."""


class Timing(NamedTuple):
    """What a line must keep: how long an answer may take, how long a late one is waited out, silence before a request."""

    timeout_s: float
    drain_s: float
    silence_s: float


class NoAnswer(Exception):
    """Nothing that fits came in time; `garbled` says whether anything else came."""

    def __init__(self, *, garbled: bool) -> None:
        self.garbled = garbled
        super().__init__("noise instead of an answer" if garbled else "no answer")


class _Sweep(NamedTuple):
    """One read of a device with its compiled decoder; `place` is where its values go, a slice where they stand side by side."""

    request: Request
    decode: Decoder
    slots: tuple[int, ...]
    place: slice | None


class _Program(NamedTuple):
    """All reads of a device, and which of them feed each of its streams."""

    sweeps: tuple[_Sweep, ...]
    feeds: tuple[tuple[int, ...], ...]


def _program(device: BoundDevice) -> _Program:
    reads = plan(device)
    sweeps = []
    for read in reads:
        first, last = read.slots[0], read.slots[-1]
        side_by_side = read.slots == tuple(range(first, last + 1))
        request = read_request(device.unit, read.function, read.address, read.quantity)
        sweeps.append(_Sweep(request, Decoder(device, read), read.slots, slice(first, last + 1) if side_by_side else None))
    feeds = tuple(
        tuple(number for number, read in enumerate(reads) if any(bound.first <= slot < bound.last for slot in read.slots))
        for bound in device.streams
    )
    return _Program(tuple(sweeps), feeds)


class ModbusDriver:
    """Reads Modbus devices over one wire. Not for concurrent use: the line's owner asks one thing at a time."""

    def __init__(self, wire: Wire, framing: Framing, timing: Timing, now_ms: Callable[[], int]) -> None:
        self._wire, self._framing, self._timing, self._now_ms = wire, framing, timing, now_ms
        self._programs: dict[str, _Program] = {}
        self._answer: asyncio.Future[Answer | None] | None = None
        self._open = False
        self._last_byte_s = 0.0

    async def read(self, device: BoundDevice) -> list[StreamReading]:
        """Ask a device for all its streams; after one silence the rest of its reads are not tried."""
        if not self._open:
            await self._wire.open(self._received, self._lost)
            self._open = True
        program = self._programs.get(device.id)
        if program is None:
            program = self._programs[device.id] = _program(device)
        values: list[Value] = [None] * len(device.slots)
        quality: dict[int, int] = {}
        times: list[int] = []
        silent: Quality | None = None
        for sweep in program.sweeps:
            bad = silent
            if bad is None:
                try:
                    bad, silent = await self._sweep(sweep, values, quality)
                except WireError:
                    if not times:
                        raise
                    # What was read before the wire broke is as good as ever.
                    bad = silent = Quality.BadNotConnected
            times.append(self._now_ms())
            if bad is not None:
                quality.update(dict.fromkeys(sweep.slots, bad))
        return [
            StreamReading(number, max([times[read] for read in feeds]), values[bound.first : bound.last], _part(quality, bound))
            for number, (bound, feeds) in enumerate(zip(device.streams, program.feeds, strict=True))
        ]

    def close(self) -> None:
        """Leave the line."""
        self._open = False
        self._wire.close()

    async def _sweep(self, sweep: _Sweep, values: list[Value], quality: dict[int, int]) -> tuple[Quality | None, Quality | None]:
        """Do one read; give what is wrong with all its values, and what to say of the reads that are not tried after it."""
        try:
            answer = await self._ask(sweep.request)
        except NoAnswer as error:
            bad = Quality.BadCommunicationError if error.garbled else Quality.BadTimeout
            return bad, None if error.garbled else bad
        if answer.exception is not None:
            return _EXCEPTION_QUALITY.get(answer.exception, Quality.BadConfigurationError), None
        decoded = sweep.decode(answer.data)
        if sweep.place is not None:
            values[sweep.place] = decoded.values
        else:
            for slot, value in zip(sweep.slots, decoded.values, strict=True):
                values[slot] = value
        for position, code in decoded.quality.items():
            quality[sweep.slots[position]] = code
        return None, None

    async def _ask(self, request: Request) -> Answer:
        """Send a request and wait for its answer.

        Raises:
            NoAnswer: it did not come in time; the line has been waited out since.
            WireError: the wire broke.
        """
        if self._timing.silence_s > 0:
            await self._silence()
        self._wire.write(self._framing.request(request))
        answer = await self._next_answer(self._timing.timeout_s)
        if answer is None:
            garbled = self._framing.garbled
            if self._timing.drain_s > 0:
                # A late answer passes by now, so that it can't be taken for the next request's.
                await self._next_answer(self._timing.drain_s)
            raise NoAnswer(garbled=garbled)
        return answer

    async def _next_answer(self, within_s: float) -> Answer | None:
        """Wait for an answer; None when none came in time. A timer of its own costs a third of what asyncio.timeout does."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[Answer | None] = loop.create_future()
        self._answer = waiting
        timer = loop.call_later(within_s, _give_up, waiting)
        try:
            return await waiting
        finally:
            timer.cancel()
            self._answer = None

    async def _silence(self) -> None:
        """Keep the silence between frames that the line needs."""
        wait_s = self._last_byte_s + self._timing.silence_s - asyncio.get_running_loop().time()
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    def _received(self, data: bytes) -> None:
        self._last_byte_s = asyncio.get_running_loop().time()
        try:
            answer = self._framing.feed(data)
        except ValueError as error:
            self.close()
            self._lost(str(error))
            return
        if answer is not None and self._answer is not None and not self._answer.done():
            self._answer.set_result(answer)

    def _lost(self, reason: str) -> None:
        self._open = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(WireError(reason))


def _give_up(waiting: "asyncio.Future[Answer | None]") -> None:
    if not waiting.done():
        waiting.set_result(None)


def _part(quality: dict[int, int], bound: BoundStream) -> dict[int, int]:
    """Give the codes of one stream's fields, by their position in it."""
    return {slot - bound.first: code for slot, code in quality.items() if bound.first <= slot < bound.last} if quality else {}
