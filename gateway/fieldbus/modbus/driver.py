"""The driver of a line of Modbus devices: executes read plans, decodes responses, and learns which addresses a device refuses."""

import asyncio
import logging
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.commands import Command, Outcome, OutcomeStatus, WritePoint, not_supported
from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.line.driver_port import Poll, ReadObserver, ReadRequest
from gateway.fieldbus.modbus.client_port import ModbusClient, NoResponse, Steps
from gateway.fieldbus.modbus.commands import SendRequest, outcome_of, request_of
from gateway.fieldbus.modbus.pdu import Request, Response, read_request
from gateway.fieldbus.modbus.planning.compiled_reads import CompiledRead, CompiledReads, PlanConstraints, StreamReads, compile_read
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.fieldbus.modbus.planning.read_cost import BusCost
from gateway.fieldbus.modbus.planning.read_plan import Read
from gateway.fieldbus.modbus.planning.refusals import Refusals
from gateway.fieldbus.wire.port import WireError
from gateway.model.batch import Value
from gateway.model.quality import Quality
from gateway.model.reading import Reading

log = logging.getLogger(__name__)

_REFUSED, _FAILURE, _BUSY, _BRIDGE = (1, 2, 3), (4,), (5, 6), (10, 11)
_EXCEPTION_QUALITY = (
    dict.fromkeys(_REFUSED, Quality.BadConfigurationError)
    | dict.fromkeys(_FAILURE, Quality.BadDeviceFailure)
    | dict.fromkeys(_BUSY, Quality.BadWaitingForInitialData)
    | dict.fromkeys(_BRIDGE, Quality.BadNoCommunication)
)
"""The quality of values whose read got an exception (Modbus Application Protocol V1.1b3, section 7)."""


class _Sweep:
    """One compiled read of a device; `proven` is whether it has ever returned its values."""

    __slots__ = ("compiled", "proven", "request")

    def __init__(self, unit: int, compiled: CompiledRead) -> None:
        read = compiled.read
        self.compiled = compiled
        self.request = read_request(unit, read.function, read.address, read.quantity)
        self.proven = False


class _Program(NamedTuple):
    """The reads for some of a device's streams; `feeds` lists the reads of each stream, `left_out` the slots that the device refuses."""

    sweeps: tuple[_Sweep, ...]
    feeds: tuple[StreamReads, ...]
    left_out: tuple[int, ...]
    counters: DeviceCounters


class _Gathered:
    """The results of the reads of one poll so far."""

    __slots__ = ("answered", "over", "quality", "values")

    def __init__(self, slots: int) -> None:
        self.values: list[Value] = [None] * slots
        self.quality: dict[int, int] = {}
        self.answered = False
        self.over: Quality | None = None
        """Why the remaining reads are not tried: the device did not respond, or the wire broke."""

    def decode(self, compiled: CompiledRead, data: bytes) -> None:
        """Decode a response."""
        values, quality = compiled.decode(data)
        slots = compiled.read.slots
        if self.quality:
            for slot in slots:
                self.quality.pop(slot, None)
        if compiled.place is not None:
            self.values[compiled.place] = values
        else:
            for slot, value in zip(slots, values, strict=True):
                self.values[slot] = value
        for position, code in quality.items():
            self.quality[slots[position]] = code

    def spoil(self, slots: Sequence[int], why: Quality) -> None:
        """Record why slots have no value."""
        self.quality.update(dict.fromkeys(slots, int(why)))

    def failed(self, error: NoResponse | WireError, slots: Sequence[int]) -> None:
        """Record a missing response, which also decides whether the remaining reads are tried.

        Raises:
            WireError: the wire broke before the device responded at all.
        """
        if isinstance(error, WireError):
            if not self.answered:
                raise error
            # Values read before the wire broke remain good.
            self.over = Quality.BadNotConnected
            self.spoil(slots, Quality.BadNotConnected)
        elif error.garbled:
            self.spoil(slots, Quality.BadCommunicationError)
        else:
            self.over = Quality.BadTimeout
            self.spoil(slots, Quality.BadTimeout)


class ModbusDriver:
    """Drives Modbus devices over one client; `costs` has the cost model of each, `in_flight` is how many reads may be under way at once."""

    def __init__(
        self,
        client: ModbusClient,
        costs: Mapping[str, BusCost],
        store: LearnedStore,
        reads: CompiledReads,
        now_ms: Callable[[], int],
        in_flight: int = 1,
    ) -> None:
        self._client, self._costs, self._store, self._now_ms, self._in_flight = client, costs, store, now_ms, in_flight
        self._shared = reads
        self._programs: dict[tuple[str, Sequence[int]], _Program] = {}
        self._refusals: dict[str, Refusals] = {}
        self._counters: dict[str, DeviceCounters] = {}

    async def read(self, requests: Sequence[ReadRequest], observer: ReadObserver) -> None:
        """Poll devices one after the other; after a request without response the rest of a device's reads are not tried."""
        if self._in_flight > 1:
            for request in requests:
                await self._read_at_once(request, observer)
            return
        steps = self._steps(requests, observer)
        while not await self._client.run(steps):
            await observer.do_urgent_work()

    def _steps(self, requests: Sequence[ReadRequest], observer: ReadObserver) -> Steps:
        first = True
        for device, streams in requests:
            program = self._program(device, streams)
            gathered, times = _Gathered(len(device.slots)), []
            for sweep in program.sweeps:
                if not first and observer.has_urgent_work():
                    yield None
                first = False
                yield from self._sweep(device, sweep, gathered, program.counters)
                times.append(self._now_ms())
            observer.polled(self._poll(program, gathered, times))

    async def _read_at_once(self, request: ReadRequest, observer: ReadObserver) -> None:
        """Poll a device with several reads under way at once."""
        program = self._program(*request)
        gathered, times = _Gathered(len(request.device.slots)), [0] * len(program.sweeps)
        left = iter(enumerate(program.sweeps))

        def take_turns() -> Steps:
            for number, sweep in left:
                yield from self._sweep(request.device, sweep, gathered, program.counters)
                times[number] = self._now_ms()

        talks = [self._client.run(take_turns()) for _ in range(min(self._in_flight, len(program.sweeps)))]
        for result in await asyncio.gather(*talks, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result
        observer.polled(self._poll(program, gathered, times))

    def _poll(self, program: _Program, gathered: _Gathered, times: Sequence[int]) -> Poll:
        if program.left_out:
            gathered.spoil(program.left_out, Quality.BadConfigurationError)
        return Poll(self._readings(program, gathered, times), gathered.answered or not program.sweeps)

    def _readings(self, program: _Program, gathered: _Gathered, times: Sequence[int]) -> list[Reading]:
        """Return the reading of each stream, with the time of the last response that it contains."""
        values, quality, readings = gathered.values, gathered.quality, []
        for stream, first, last, reads in program.feeds:
            t_ms = times[reads[0]] if len(reads) == 1 else max((times[read] for read in reads), default=0) or self._now_ms()
            codes = {slot - first: code for slot, code in quality.items() if first <= slot < last} if quality else {}
            readings.append(Reading(stream, t_ms, values[first:last], codes))
        return readings

    async def execute(self, device: BoundDevice, command: Command) -> Outcome:
        """Execute a command: write a point or send a request of any function.

        Raises:
            WireError: the port can't be opened or broke.
        """
        if not isinstance(command, SendRequest | WritePoint):
            return not_supported(command, "Modbus")
        try:
            request = request_of(device, command)
        except ValueError as error:
            return Outcome(OutcomeStatus.INVALID, str(error))
        try:
            return outcome_of(await self._client.execute(request, self.counters(device.id)))
        except NoResponse as error:
            return Outcome(OutcomeStatus.NO_RESPONSE, str(error))

    def counters(self, device: str) -> DeviceCounters:
        """Return the counters of a device."""
        found = self._counters.get(device)
        if found is None:
            found = self._counters[device] = DeviceCounters()
        return found

    def refused_points(self, device: str) -> list[str]:
        """Return the names of the points that a device refuses at present."""
        found = self._refusals.get(device)
        return found.uncovered() if found else []

    def close(self) -> None:
        """Close the port."""
        self._client.close()

    def _sweep(self, device: BoundDevice, sweep: _Sweep, gathered: _Gathered, counters: DeviceCounters) -> Steps:
        """Do one read.

        Raises:
            WireError: the wire broke before the device responded at all.
        """
        compiled = sweep.compiled
        if gathered.over is not None:
            gathered.spoil(compiled.read.slots, gathered.over)
            return
        try:
            response = yield sweep.request, counters
        except (NoResponse, WireError) as error:
            gathered.failed(error, compiled.read.slots)
            return
        if response.exception is None:
            gathered.answered = True
            gathered.decode(compiled, response.data)
            if not sweep.proven:
                sweep.proven = True
                self._proved(device, compiled.read)
        else:
            yield from self._excepted(device, compiled.read, response.exception, gathered, counters)

    def _excepted(self, device: BoundDevice, read: Read, exception: int, gathered: _Gathered, counters: DeviceCounters) -> Steps:
        """Handle a read that got an exception."""
        gathered.answered = gathered.answered or exception not in _BRIDGE
        gathered.spoil(read.slots, _EXCEPTION_QUALITY.get(exception, Quality.BadConfigurationError))
        # A refusal counts only if it is repeated.
        if exception in _REFUSED and (yield from self._try(device, read, gathered, counters)) is False:
            yield from self._bisect(device, read, gathered, counters)

    def _bisect(self, device: BoundDevice, read: Read, gathered: _Gathered, counters: DeviceCounters) -> Steps:
        """Find out which part of a refused read can be read."""
        refusals = self._refusals[device.id]
        cut = refusals.split(read)
        if cut is None:
            refusals.record_refused(read.slots, asyncio.get_running_loop().time())
            gathered.spoil(read.slots, Quality.BadConfigurationError)
            self._learned(device, refusals)
            return
        before, between, after = cut
        fine_before = yield from self._try(device, before, gathered, counters)
        fine_after = yield from self._try(device, after, gathered, counters)
        if fine_before and fine_after:
            refusals.holes.add(between)
            self._learned(device, refusals)
        for part, fine in ((before, fine_before), (after, fine_after)):
            if fine is False:
                yield from self._bisect(device, part, gathered, counters)

    def _try(
        self, device: BoundDevice, read: Read, gathered: _Gathered, counters: DeviceCounters
    ) -> Generator[tuple[Request, DeviceCounters] | None, Response, bool | None]:
        """Do a read that may be refused; return whether it succeeded, None if that remains unknown."""
        if gathered.over is not None:
            gathered.spoil(read.slots, gathered.over)
            return None
        try:
            response = yield read_request(device.unit, read.function, read.address, read.quantity), counters
        except (NoResponse, WireError) as error:
            gathered.failed(error, read.slots)
            return None
        gathered.answered = True
        if response.exception is not None:
            gathered.spoil(read.slots, _EXCEPTION_QUALITY.get(response.exception, Quality.BadConfigurationError))
            return False if response.exception in _REFUSED else None
        gathered.decode(compile_read(device, read), response.data)
        self._proved(device, read)
        return True

    def _proved(self, device: BoundDevice, read: Read) -> None:
        """Record that a read succeeded; points of it that had been refused are read together with the others again."""
        refusals = self._refusals[device.id]
        if refusals.record_read(read.slots):
            self._learned(device, refusals)

    def _learned(self, device: BoundDevice, refusals: Refusals) -> None:
        """Discard the device's plans, which do not consider what was learned, and store it."""
        self._programs = {key: program for key, program in self._programs.items() if key[0] != device.id}
        self._store.store(device.id, refusals.to_store())
        uncovered = ", ".join(refusals.uncovered())
        log.info("device %s: %d unreadable gaps known, points refused: %s", device.id, len(refusals.holes), uncovered or "none")

    def _program(self, device: BoundDevice, streams: Sequence[int]) -> _Program:
        program = self._programs.get((device.id, streams))
        if program is None:
            program = self._compile(device, streams)
            self._programs[device.id, streams] = program
        elif program.left_out:
            refusals, now_s = self._refusals[device.id], asyncio.get_running_loop().time()
            if refusals.due_for_retry(now_s):
                return self._compile(device, streams)
        return program

    def _compile(self, device: BoundDevice, streams: Sequence[int]) -> _Program:
        now_s = asyncio.get_running_loop().time()
        refusals = self._refusals.get(device.id)
        if refusals is None:
            learned = self._store.load(device.id, device.profile.profile)
            refusals = self._refusals[device.id] = Refusals(device, learned, now_s)
        constraints = PlanConstraints(frozenset(refusals.holes), refusals.left_out(now_s), refusals.due_for_retry(now_s))
        compiled = self._shared.get(device, streams, self._costs[device.id], constraints)
        sweeps = tuple(_Sweep(device.unit, read) for read in compiled.reads)
        return _Program(sweeps, compiled.feeds, tuple(compiled.left_out), self.counters(device.id))
