"""Modbus on one line, over any framing: one request at a time, and no answer taken for another's."""

import asyncio
import logging
from collections.abc import Callable
from typing import NamedTuple

from gateway.fieldbus.binding import BoundDevice
from gateway.fieldbus.driver import StreamReading
from gateway.fieldbus.modbus import Answer, Framing, Request, read_request
from gateway.fieldbus.plan import Read, plan
from gateway.fieldbus.registers import Decoder
from gateway.fieldbus.wire import Wire, WireError
from gateway.model.batch import Value
from gateway.model.quality import Quality

log = logging.getLogger(__name__)

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
    """One read of a device with its compiled decoder."""

    request: Request
    read: Read
    decode: Decoder


class ModbusDriver:
    """Reads Modbus devices over one wire. Not for concurrent use: the line's owner asks one thing at a time."""

    def __init__(self, wire: Wire, framing: Framing, timing: Timing, now_ms: Callable[[], int]) -> None:
        self._wire, self._framing, self._timing, self._now_ms = wire, framing, timing, now_ms
        self._sweeps: dict[str, list[_Sweep]] = {}
        self._answer: asyncio.Future[Answer] | None = None
        self._open = False
        self._last_byte_s = 0.0

    async def read(self, device: BoundDevice) -> list[StreamReading]:
        """Ask a device for all its streams; after one silence the rest of its reads are not tried."""
        if not self._open:
            await self._wire.open(self._received, self._lost)
            self._open = True
        values: list[Value] = [None] * len(device.slots)
        quality: dict[int, int] = {}
        times = [0] * len(device.slots)
        silent: Quality | None = None
        for sweep in self._sweeps_of(device):
            bad = silent
            if bad is None:
                bad, silent = await self._sweep(sweep, values, quality)
            t_ms = self._now_ms()
            for slot in sweep.read.slots:
                times[slot] = t_ms
                if bad is not None:
                    quality[slot] = bad
        return [
            StreamReading(
                number,
                max(times[bound.first : bound.last]),
                values[bound.first : bound.last],
                {slot - bound.first: code for slot, code in quality.items() if bound.first <= slot < bound.last} if quality else {},
            )
            for number, bound in enumerate(device.streams)
        ]

    def close(self) -> None:
        """Leave the line."""
        self._open = False
        self._wire.close()

    def _sweeps_of(self, device: BoundDevice) -> list[_Sweep]:
        if device.id not in self._sweeps:
            self._sweeps[device.id] = [
                _Sweep(read_request(device.unit, read.function, read.address, read.quantity), read, Decoder(device, read))
                for read in plan(device)
            ]
        return self._sweeps[device.id]

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
        for position, slot in enumerate(sweep.read.slots):
            values[slot] = decoded.values[position]
        for position, code in decoded.quality.items():
            quality[sweep.read.slots[position]] = code
        return None, None

    async def _ask(self, request: Request) -> Answer:
        """Send a request and wait for its answer.

        Raises:
            NoAnswer: it did not come in time; the line has been waited out since.
            WireError: the wire broke.
        """
        await self._silence()
        loop = asyncio.get_running_loop()
        self._answer = loop.create_future()
        self._wire.write(self._framing.request(request))
        try:
            async with asyncio.timeout(self._timing.timeout_s):
                return await self._answer
        except TimeoutError:
            garbled = self._framing.garbled
            await self._drain()
            raise NoAnswer(garbled=garbled) from None
        finally:
            self._answer = None

    async def _silence(self) -> None:
        """Keep the silence between frames that the line needs."""
        wait_s = self._last_byte_s + self._timing.silence_s - asyncio.get_running_loop().time()
        if wait_s > 0:
            await asyncio.sleep(wait_s)

    async def _drain(self) -> None:
        """After a time-out, let a late answer pass by, so that it can't be taken for the next request's."""
        if self._timing.drain_s <= 0:
            return
        self._answer = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(self._timing.drain_s):
                await self._answer
        except TimeoutError:
            log.debug("no late answer came")

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
