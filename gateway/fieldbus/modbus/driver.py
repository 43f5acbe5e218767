"""The driver of a line of Modbus devices: executes read plans, decodes responses, and learns which addresses a device refuses."""

import asyncio
import logging
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.commands import Command, Outcome, OutcomeStatus, WritePoint, not_supported
from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.line.driver_port import Poll, ReadObserver, ReadRequest
from gateway.fieldbus.modbus.client_port import ModbusClient, NoResponse, Steps
from gateway.fieldbus.modbus.commands import SendRequest, outcome_of, request_of
from gateway.fieldbus.modbus.overtaking import Overtaking, StepsObserver
from gateway.fieldbus.modbus.pdu import Request, Response, read_request
from gateway.fieldbus.modbus.planning.compiled_reads import CompiledRead, CompiledReads, PlanConstraints, StreamReads, compile_read
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.fieldbus.modbus.planning.read_cost import BusCost
from gateway.fieldbus.modbus.planning.read_plan import Read
from gateway.fieldbus.modbus.planning.refusals import Refusals
from gateway.fieldbus.wire.port import WireError
from gateway.model.batch import Value
from gateway.model.quality import Quality
from gateway.model.reading import ALL_GOOD, Reading

log = logging.getLogger(__name__)

_REFUSED, _FAILURE, _BUSY, _BRIDGE = (1, 2, 3), (4,), (5, 6), (10, 11)
_EXCEPTION_QUALITY = (
    dict.fromkeys(_REFUSED, Quality.BadConfigurationError)
    | dict.fromkeys(_FAILURE, Quality.BadDeviceFailure)
    | dict.fromkeys(_BUSY, Quality.BadWaitingForInitialData)
    | dict.fromkeys(_BRIDGE, Quality.BadNoCommunication)
)
"""The quality of values whose read got an exception (Modbus Application Protocol V1.1b3, section 7)."""


class _PlannedRead:
    """A read of a device's plan; `proven` is whether it has ever returned its values."""

    __slots__ = ("compiled", "proven", "step")

    def __init__(self, unit: int, compiled: CompiledRead, counters: DeviceCounters) -> None:
        read = compiled.read
        self.compiled = compiled
        self.step = read_request(unit, read.function, read.address, read.quantity), counters
        self.proven = False


class _Plan(NamedTuple):
    """The plan for some of a device's streams; `feeds` has the reads of each stream, `left_out` the slots that the device refuses."""

    reads: tuple[_PlannedRead, ...]
    feeds: tuple[StreamReads, ...]
    left_out: tuple[int, ...]
    counters: DeviceCounters


class _PollResults:
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

    def set_quality(self, slots: Sequence[int], why: Quality) -> None:
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
            self.set_quality(slots, Quality.BadNotConnected)
        elif error.garbled:
            self.set_quality(slots, Quality.BadCommunicationError)
        else:
            self.over = Quality.BadTimeout
            self.set_quality(slots, Quality.BadTimeout)


class ModbusDriver:
    """Drives Modbus devices over one client.

    `costs` has the cost model of each device, `in_flight` is how many reads may be under way at once. With `overtaking`, a device that does
    not respond does not hold up the others.
    """

    def __init__(
        self,
        client: ModbusClient,
        costs: Mapping[str, BusCost],
        store: LearnedStore,
        reads: CompiledReads,
        now_ms: Callable[[], int],
        in_flight: int = 1,
        overtaking: Overtaking | None = None,
    ) -> None:
        self._client, self._costs, self._store, self._now_ms, self._in_flight = client, costs, store, now_ms, in_flight
        self._overtaking = overtaking
        self._shared = reads
        self._plans: dict[tuple[str, Sequence[int]], _Plan] = {}
        self._refusals: dict[str, Refusals] = {}
        self._counters: dict[str, DeviceCounters] = {}

    async def read(self, requests: Sequence[ReadRequest], observer: ReadObserver) -> None:
        """Poll devices one after the other; after a request without response the rest of a device's reads are not tried."""
        if self._in_flight > 1:
            for request in requests:
                await self._read_at_once(request, observer)
            return
        if self._overtaking is not None:
            await self._overtaking.read(requests, observer, self._steps)
            return
        steps = self._steps(requests, observer)
        while not await self._client.run(steps):
            await observer.do_urgent_work()

    def _steps(self, requests: Iterable[ReadRequest], observer: StepsObserver) -> Steps:
        first = True
        for request in requests:
            device, streams = request.device, request.streams
            plan = self._plan(device, streams)
            results, times = _PollResults(len(device.slots)), []
            for planned in plan.reads:
                if not first and observer.has_urgent_work():
                    yield None
                first = False
                yield from self._read_planned(device, planned, results, plan.counters)
                times.append(self._now_ms())
            observer.polled(self._poll(plan, results, times))

    async def _read_at_once(self, request: ReadRequest, observer: ReadObserver) -> None:
        """Poll a device with several reads under way at once."""
        plan = self._plan(request.device, request.streams)
        results, times = _PollResults(len(request.device.slots)), [0] * len(plan.reads)
        left = iter(enumerate(plan.reads))

        def take_turns() -> Steps:
            for number, planned in left:
                yield from self._read_planned(request.device, planned, results, plan.counters)
                times[number] = self._now_ms()

        talks = [self._client.run(take_turns()) for _ in range(min(self._in_flight, len(plan.reads)))]
        for result in await asyncio.gather(*talks, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result
        observer.polled(self._poll(plan, results, times))

    def _poll(self, plan: _Plan, results: _PollResults, times: Sequence[int]) -> Poll:
        """Return the poll with the reading of each stream, with the time of the last response that it contains."""
        if plan.left_out:
            results.set_quality(plan.left_out, Quality.BadConfigurationError)
        values, quality, readings = results.values, results.quality, []
        for stream, first, last, reads in plan.feeds:
            t_ms = times[reads[0]] if len(reads) == 1 else max((times[read] for read in reads), default=0) or self._now_ms()
            codes = {slot - first: code for slot, code in quality.items() if first <= slot < last} if quality else ALL_GOOD
            readings.append(Reading(stream, t_ms, values[first:last], codes))
        return Poll(readings, results.answered or not plan.reads)

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
        if self._overtaking is not None:
            self._overtaking.reset()

    def _read_planned(self, device: BoundDevice, planned: _PlannedRead, results: _PollResults, counters: DeviceCounters) -> Steps:
        """Do one read.

        Raises:
            WireError: the wire broke before the device responded at all.
        """
        compiled = planned.compiled
        if results.over is not None:
            results.set_quality(compiled.read.slots, results.over)
            return
        try:
            response = yield planned.step
        except (NoResponse, WireError) as error:
            results.failed(error, compiled.read.slots)
            return
        if response.exception is None:
            results.answered = True
            results.decode(compiled, response.data)
            if not planned.proven:
                planned.proven = True
                self._succeeded(device, compiled.read)
        else:
            yield from self._handle_exception(device, compiled.read, response.exception, results, counters)

    def _handle_exception(self, device: BoundDevice, read: Read, exception: int, results: _PollResults, counters: DeviceCounters) -> Steps:
        """Handle a read that got an exception."""
        if exception in _BRIDGE:
            # The bridge has waited for the device, and would wait again at each further read.
            results.over = Quality.BadNoCommunication
        else:
            results.answered = True
        results.set_quality(read.slots, _EXCEPTION_QUALITY.get(exception, Quality.BadConfigurationError))
        # A refusal counts only if it is repeated.
        if exception in _REFUSED and (yield from self._try(device, read, results, counters)) is False:
            yield from self._bisect(device, read, results, counters)

    def _bisect(self, device: BoundDevice, read: Read, results: _PollResults, counters: DeviceCounters) -> Steps:
        """Find out which part of a refused read can be read."""
        refusals = self._refusals[device.id]
        cut = refusals.split(read)
        if cut is None:
            refusals.record_refused(read.slots, asyncio.get_running_loop().time())
            results.set_quality(read.slots, Quality.BadConfigurationError)
            self._learned(device, refusals)
            return
        before, between, after = cut
        fine_before = yield from self._try(device, before, results, counters)
        fine_after = yield from self._try(device, after, results, counters)
        if fine_before and fine_after:
            refusals.holes.add(between)
            self._learned(device, refusals)
        for part, fine in ((before, fine_before), (after, fine_after)):
            if fine is False:
                yield from self._bisect(device, part, results, counters)

    def _try(
        self, device: BoundDevice, read: Read, results: _PollResults, counters: DeviceCounters
    ) -> Generator[tuple[Request, DeviceCounters] | None, Response, bool | None]:
        """Do a read that may be refused; return whether it succeeded, None if that remains unknown."""
        if results.over is not None:
            results.set_quality(read.slots, results.over)
            return None
        try:
            response = yield read_request(device.unit, read.function, read.address, read.quantity), counters
        except (NoResponse, WireError) as error:
            results.failed(error, read.slots)
            return None
        results.answered = True
        if response.exception is not None:
            results.set_quality(read.slots, _EXCEPTION_QUALITY.get(response.exception, Quality.BadConfigurationError))
            return False if response.exception in _REFUSED else None
        results.decode(compile_read(device, read), response.data)
        self._succeeded(device, read)
        return True

    def _succeeded(self, device: BoundDevice, read: Read) -> None:
        """Record that a read succeeded; points of it that had been refused are read together with the others again."""
        refusals = self._refusals[device.id]
        if refusals.record_read(read.slots):
            self._learned(device, refusals)

    def _learned(self, device: BoundDevice, refusals: Refusals) -> None:
        """Discard the device's plans, which do not consider what was learned, and store it."""
        self._plans = {key: plan for key, plan in self._plans.items() if key[0] != device.id}
        self._store.store(device.id, refusals.to_store())
        uncovered = ", ".join(refusals.uncovered())
        log.info("device %s: %d unreadable gaps known, points refused: %s", device.id, len(refusals.holes), uncovered or "none")

    def _plan(self, device: BoundDevice, streams: Sequence[int]) -> _Plan:
        plan = self._plans.get((device.id, streams))
        if plan is None:
            plan = self._compile(device, streams)
            self._plans[device.id, streams] = plan
        elif plan.left_out:
            refusals, now_s = self._refusals[device.id], asyncio.get_running_loop().time()
            if refusals.due_for_retry(now_s):
                return self._compile(device, streams)
        return plan

    def _compile(self, device: BoundDevice, streams: Sequence[int]) -> _Plan:
        now_s = asyncio.get_running_loop().time()
        refusals = self._refusals.get(device.id)
        if refusals is None:
            learned = self._store.load(device.id, device.profile.profile)
            refusals = self._refusals[device.id] = Refusals(device, learned, now_s)
        constraints = PlanConstraints(frozenset(refusals.holes), refusals.left_out(now_s), refusals.due_for_retry(now_s))
        compiled = self._shared.get(device, streams, self._costs[device.id], constraints)
        counters = self.counters(device.id)
        reads = tuple(_PlannedRead(device.unit, read, counters) for read in compiled.reads)
        return _Plan(reads, compiled.feeds, tuple(compiled.left_out), counters)
