"""Modbus devices on one line: their plans carried out, their answers decoded, their refusals learned from."""

import asyncio
import logging
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.line.driver_port import Poll, ReadObserver, ReadRequest
from gateway.fieldbus.modbus.client_port import ModbusClient, NoResponse, Steps
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
"""What a value is worth whose read was refused (Modbus Application Protocol V1.1b3, section 7)."""


class _Sweep:
    """One compiled read of a device; `proven` tells whether it has ever brought its values."""

    __slots__ = ("compiled", "proven", "request")

    def __init__(self, unit: int, compiled: CompiledRead) -> None:
        read = compiled.read
        self.compiled = compiled
        self.request = read_request(unit, read.function, read.address, read.quantity)
        self.proven = False


class _Program(NamedTuple):
    """The reads for some of a device's streams; `feeds` names the reads of each stream, `left_out` slots that are refused."""

    sweeps: tuple[_Sweep, ...]
    feeds: tuple[StreamReads, ...]
    left_out: tuple[int, ...]
    tally: DeviceCounters


class _Gathered:
    """What the reads of one poll brought until now."""

    __slots__ = ("answered", "over", "quality", "values")

    def __init__(self, slots: int) -> None:
        self.values: list[Value] = [None] * slots
        self.quality: dict[int, int] = {}
        self.answered = False
        self.over: Quality | None = None
        """Why the rest of the reads is not tried: the device kept silent, or the wire broke."""

    def take(self, compiled: CompiledRead, data: bytes) -> None:
        """Decode an answer."""
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
        """Note why slots have no value."""
        self.quality.update(dict.fromkeys(slots, int(why)))

    def note(self, error: NoResponse | WireError, slots: Sequence[int]) -> None:
        """Note what a missing answer means for the slots that wait for it and for the reads after it.

        Raises:
            WireError: the wire broke before anything came.
        """
        if isinstance(error, WireError):
            if not self.answered:
                raise error
            # What was read before the wire broke is as good as ever.
            self.over = Quality.BadNotConnected
            self.spoil(slots, Quality.BadNotConnected)
        elif error.garbled:
            self.spoil(slots, Quality.BadCommunicationError)
        else:
            self.over = Quality.BadTimeout
            self.spoil(slots, Quality.BadTimeout)


class ModbusDriver:
    """Reads Modbus devices over one wire; `costs` are the cost models of its devices, `in_flight` how many reads may be under way."""

    def __init__(
        self,
        exchange: ModbusClient,
        costs: Mapping[str, BusCost],
        store: LearnedStore,
        programs: CompiledReads,
        now_ms: Callable[[], int],
        in_flight: int = 1,
    ) -> None:
        self._exchange, self._costs, self._store, self._now_ms, self._in_flight = exchange, costs, store, now_ms, in_flight
        self._shared = programs
        self._programs: dict[tuple[str, Sequence[int]], _Program] = {}
        self._refusals: dict[str, Refusals] = {}
        self._tallies: dict[str, DeviceCounters] = {}

    async def read(self, asks: Sequence[ReadRequest], asker: ReadObserver) -> None:
        """Ask devices one after the other; after one silence the rest of a device's reads are not tried."""
        if self._in_flight > 1:
            for ask in asks:
                await self._read_at_once(ask, asker)
            return
        steps = self._steps(asks, asker)
        while not await self._exchange.run(steps):
            await asker.interlude()

    def _steps(self, asks: Sequence[ReadRequest], asker: ReadObserver) -> Steps:
        """Ask devices one after the other."""
        first = True
        for device, streams in asks:
            program = self._program(device, streams)
            gathered, times = _Gathered(len(device.slots)), []
            for sweep in program.sweeps:
                if not first and asker.interrupts():
                    yield None
                first = False
                yield from self._sweep(device, sweep, gathered, program.tally)
                times.append(self._now_ms())
            asker.taken(self._poll(program, gathered, times))

    async def _read_at_once(self, ask: ReadRequest, asker: ReadObserver) -> None:
        """Have several reads of a device under way."""
        program = self._program(*ask)
        gathered, times = _Gathered(len(ask.device.slots)), [0] * len(program.sweeps)
        left = iter(enumerate(program.sweeps))

        def take_turns() -> Steps:
            for number, sweep in left:
                yield from self._sweep(ask.device, sweep, gathered, program.tally)
                times[number] = self._now_ms()

        talks = [self._exchange.run(take_turns()) for _ in range(min(self._in_flight, len(program.sweeps)))]
        for result in await asyncio.gather(*talks, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result
        asker.taken(self._poll(program, gathered, times))

    def _poll(self, program: _Program, gathered: _Gathered, times: Sequence[int]) -> Poll:
        if program.left_out:
            gathered.spoil(program.left_out, Quality.BadConfigurationError)
        return Poll(self._readings(program, gathered, times), gathered.answered or not program.sweeps)

    def _readings(self, program: _Program, gathered: _Gathered, times: Sequence[int]) -> list[Reading]:
        """Put what came into the streams, each stamped with the last of its own answers."""
        values, quality, readings = gathered.values, gathered.quality, []
        for stream, first, last, reads in program.feeds:
            t_ms = times[reads[0]] if len(reads) == 1 else max((times[read] for read in reads), default=0) or self._now_ms()
            codes = {slot - first: code for slot, code in quality.items() if first <= slot < last} if quality else {}
            readings.append(Reading(stream, t_ms, values[first:last], codes))
        return readings

    async def command(self, device: BoundDevice, request: Request) -> Response:
        """Send one request of any function to a device.

        Raises:
            NoAnswer: it did not come in time.
            WireError: the line is not there.
        """
        return await self._exchange.execute(request, self.tally(device.id))

    def tally(self, device: str) -> DeviceCounters:
        """Give what was counted of a device."""
        found = self._tallies.get(device)
        if found is None:
            found = self._tallies[device] = DeviceCounters()
        return found

    def uncovered(self, device: str) -> list[str]:
        """Give the names of a device's points that it refuses at present."""
        found = self._refusals.get(device)
        return found.uncovered() if found else []

    def close(self) -> None:
        """Leave the line."""
        self._exchange.close()

    def _sweep(self, device: BoundDevice, sweep: _Sweep, gathered: _Gathered, tally: DeviceCounters) -> Steps:
        """Do one read.

        Raises:
            WireError: the wire broke before anything came.
        """
        compiled = sweep.compiled
        if gathered.over is not None:
            gathered.spoil(compiled.read.slots, gathered.over)
            return
        try:
            answer = yield sweep.request, tally
        except (NoResponse, WireError) as error:
            gathered.note(error, compiled.read.slots)
            return
        if answer.exception is None:
            gathered.answered = True
            gathered.take(compiled, answer.data)
            if not sweep.proven:
                sweep.proven = True
                self._proved(device, compiled.read)
        else:
            yield from self._excepted(device, compiled.read, answer.exception, gathered, tally)

    def _excepted(self, device: BoundDevice, read: Read, exception: int, gathered: _Gathered, tally: DeviceCounters) -> Steps:
        """See what an exception means for a read."""
        gathered.answered = gathered.answered or exception not in _BRIDGE
        gathered.spoil(read.slots, _EXCEPTION_QUALITY.get(exception, Quality.BadConfigurationError))
        # A stray refusal is not repeated.
        if exception in _REFUSED and (yield from self._try(device, read, gathered, tally)) is False:
            yield from self._bisect(device, read, gathered, tally)

    def _bisect(self, device: BoundDevice, read: Read, gathered: _Gathered, tally: DeviceCounters) -> Steps:
        """Find out what of a refused read can be read."""
        refusals = self._refusals[device.id]
        cut = refusals.split(read)
        if cut is None:
            refusals.record_refused(read.slots, asyncio.get_running_loop().time())
            gathered.spoil(read.slots, Quality.BadConfigurationError)
            self._learned(device, refusals)
            return
        before, between, after = cut
        fine_before = yield from self._try(device, before, gathered, tally)
        fine_after = yield from self._try(device, after, gathered, tally)
        if fine_before and fine_after:
            refusals.holes.add(between)
            self._learned(device, refusals)
        for part, fine in ((before, fine_before), (after, fine_after)):
            if fine is False:
                yield from self._bisect(device, part, gathered, tally)

    def _try(
        self, device: BoundDevice, read: Read, gathered: _Gathered, tally: DeviceCounters
    ) -> Generator[tuple[Request, DeviceCounters] | None, Response, bool | None]:
        """Do a read that may be refused; tells whether it brought its values, and None where nothing was said about that."""
        if gathered.over is not None:
            gathered.spoil(read.slots, gathered.over)
            return None
        try:
            answer = yield read_request(device.unit, read.function, read.address, read.quantity), tally
        except (NoResponse, WireError) as error:
            gathered.note(error, read.slots)
            return None
        gathered.answered = True
        if answer.exception is not None:
            gathered.spoil(read.slots, _EXCEPTION_QUALITY.get(answer.exception, Quality.BadConfigurationError))
            return False if answer.exception in _REFUSED else None
        gathered.take(compile_read(device, read), answer.data)
        self._proved(device, read)
        return True

    def _proved(self, device: BoundDevice, read: Read) -> None:
        """Note that a read brought its values; a point of it that had been refused is asked for with the others again."""
        refusals = self._refusals[device.id]
        if refusals.record_read(read.slots):
            self._learned(device, refusals)

    def _learned(self, device: BoundDevice, refusals: Refusals) -> None:
        """Plan anew with what was learned, and keep it."""
        self._programs = {key: program for key, program in self._programs.items() if key[0] != device.id}
        self._store.store(device.id, refusals.to_store())
        uncovered = ", ".join(refusals.uncovered())
        log.info("device %s: %d holes known, points refused: %s", device.id, len(refusals.holes), uncovered or "none")

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
        learnt = PlanConstraints(frozenset(refusals.holes), refusals.left_out(now_s), refusals.due_for_retry(now_s))
        compiled = self._shared.get(device, streams, self._costs[device.id], learnt)
        sweeps = tuple(_Sweep(device.unit, read) for read in compiled.reads)
        return _Program(sweeps, compiled.feeds, tuple(compiled.left_out), self.tally(device.id))
