"""Modbus devices on one line: their plans carried out, their answers decoded, their refusals learned from."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from gateway.fieldbus.binding import BoundDevice, BoundStream
from gateway.fieldbus.cost import BusCost
from gateway.fieldbus.driver import Between, Poll, StreamReading
from gateway.fieldbus.exchange import Exchange, NoAnswer
from gateway.fieldbus.learned import LearnedStore
from gateway.fieldbus.pdu import Answer, Request, read_request
from gateway.fieldbus.plan import Hole, Read, plan
from gateway.fieldbus.refusals import Refusals
from gateway.fieldbus.registers import Decoder, decoder_of
from gateway.fieldbus.tally import Tally
from gateway.fieldbus.wire import WireError
from gateway.model.batch import Value
from gateway.model.quality import Quality

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
    """One read of a device with its compiled decoder; `place` is where its values go, a slice where they stand side by side.

    `proven` tells whether it has ever brought its values.
    """

    __slots__ = ("decode", "place", "proven", "read", "request")

    def __init__(self, device: BoundDevice, read: Read) -> None:
        first, last = read.slots[0], read.slots[-1]
        self.read = read
        self.request = read_request(device.unit, read.function, read.address, read.quantity)
        self.decode: Decoder = decoder_of(device, read)
        self.place = slice(first, last + 1) if read.slots == tuple(range(first, last + 1)) else None
        self.proven = False


class _Program(NamedTuple):
    """The reads for some of a device's streams; `feeds` names the reads of each stream, `left_out` slots that are refused."""

    sweeps: tuple[_Sweep, ...]
    streams: tuple[tuple[int, BoundStream, tuple[int, ...]], ...]
    left_out: frozenset[int]


class _Gathered:
    """What the reads of one poll brought until now."""

    __slots__ = ("answered", "over", "quality", "values")

    def __init__(self, slots: int) -> None:
        self.values: list[Value] = [None] * slots
        self.quality: dict[int, int] = {}
        self.answered = False
        self.over: Quality | None = None
        """Why the rest of the reads is not tried: the device kept silent, or the wire broke."""

    def take(self, sweep: _Sweep, data: bytes) -> None:
        """Decode an answer."""
        values, quality = sweep.decode(data)
        if self.quality:
            for slot in sweep.read.slots:
                self.quality.pop(slot, None)
        if sweep.place is not None:
            self.values[sweep.place] = values
        else:
            for slot, value in zip(sweep.read.slots, values, strict=True):
                self.values[slot] = value
        for position, code in quality.items():
            self.quality[sweep.read.slots[position]] = code

    def spoil(self, slots: Sequence[int], why: Quality) -> None:
        """Note why slots have no value."""
        self.quality.update(dict.fromkeys(slots, int(why)))


class ModbusDriver:
    """Reads Modbus devices over one wire; `costs` are the cost models of its devices, `in_flight` how many reads may be under way."""

    def __init__(
        self,
        exchange: Exchange,
        costs: Mapping[str, BusCost],
        store: LearnedStore,
        now_ms: Callable[[], int],
        in_flight: int = 1,
    ) -> None:
        self._exchange, self._costs, self._store, self._now_ms, self._in_flight = exchange, costs, store, now_ms, in_flight
        self._programs: dict[tuple[str, Sequence[int], frozenset[int]], _Program] = {}
        self._refusals: dict[str, Refusals] = {}
        self._tallies: dict[str, Tally] = {}

    async def read(self, device: BoundDevice, streams: Sequence[int], between: Between | None = None) -> Poll:
        """Ask a device for some of its streams; after one silence the rest of its reads are not tried."""
        program = self._program(device, streams)
        tally = self.tally(device.id)
        gathered = _Gathered(len(device.slots))
        if self._in_flight > 1 and len(program.sweeps) > 1:
            times = await self._read_at_once(device, program, gathered, tally)
        else:
            times = []
            for sweep in program.sweeps:
                if times and between is not None:
                    await between()
                await self._sweep(device, sweep, gathered, tally)
                times.append(self._now_ms())
        gathered.spoil(tuple(program.left_out), Quality.BadConfigurationError)
        values, quality = gathered.values, gathered.quality
        now_ms = times[-1] if times else self._now_ms()
        readings = [
            StreamReading(
                number,
                (times[reads[0]] if len(reads) == 1 else max([times[read] for read in reads], default=now_ms)),
                values[bound.first : bound.last],
                _part(quality, bound) if quality else quality,
            )
            for number, bound, reads in program.streams
        ]
        return Poll(readings, gathered.answered or not program.sweeps)

    async def command(self, device: BoundDevice, request: Request) -> Answer:
        """Send one request of any function to a device.

        Raises:
            NoAnswer: it did not come in time.
            WireError: the line is not there.
        """
        return await self._exchange.ask(request, self.tally(device.id))

    def tally(self, device: str) -> Tally:
        """Give what was counted of a device."""
        found = self._tallies.get(device)
        if found is None:
            found = self._tallies[device] = Tally()
        return found

    def uncovered(self, device: str) -> list[str]:
        """Give the names of a device's points that it refuses at present."""
        found = self._refusals.get(device)
        return found.uncovered() if found else []

    def close(self) -> None:
        """Leave the line."""
        self._exchange.close()

    async def _read_at_once(self, device: BoundDevice, program: _Program, gathered: _Gathered, tally: Tally) -> list[int]:
        """Have several reads under way; gives when each was answered."""
        window = asyncio.Semaphore(self._in_flight)
        times = [0] * len(program.sweeps)

        async def one(number: int, sweep: _Sweep) -> None:
            async with window:
                await self._sweep(device, sweep, gathered, tally)
            times[number] = self._now_ms()

        results = await asyncio.gather(*(one(*pair) for pair in enumerate(program.sweeps)), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return times

    async def _sweep(self, device: BoundDevice, sweep: _Sweep, gathered: _Gathered, tally: Tally) -> None:
        """Do one read."""
        if gathered.over is not None:
            gathered.spoil(sweep.read.slots, gathered.over)
            return
        answer = await self._ask(sweep.request, sweep.read.slots, gathered, tally)
        if answer is None:
            return
        if answer.exception is None:
            gathered.take(sweep, answer.data)
            if not sweep.proven:
                sweep.proven = True
                self._proved(device, sweep.read)
        elif answer.exception in _REFUSED:
            # A stray refusal is not repeated.
            if await self._try(device, sweep.read, gathered, tally) is False:
                await self._bisect(device, sweep.read, gathered, tally)
        else:
            gathered.spoil(sweep.read.slots, _EXCEPTION_QUALITY.get(answer.exception, Quality.BadConfigurationError))

    async def _ask(self, request: Request, slots: Sequence[int], gathered: _Gathered, tally: Tally) -> Answer | None:
        """Ask, and note what a missing answer means for the slots that wait for it and for the reads after it.

        Raises:
            WireError: the wire broke before anything came.
        """
        try:
            answer = await self._exchange.ask(request, tally)
        except NoAnswer as error:
            bad = Quality.BadCommunicationError if error.garbled else Quality.BadTimeout
            gathered.spoil(slots, bad)
            if not error.garbled:
                gathered.over = bad
            return None
        except WireError:
            if not gathered.answered:
                raise
            # What was read before the wire broke is as good as ever.
            gathered.over = Quality.BadNotConnected
            gathered.spoil(slots, gathered.over)
            return None
        gathered.answered = gathered.answered or answer.exception not in _BRIDGE
        return answer

    async def _bisect(self, device: BoundDevice, read: Read, gathered: _Gathered, tally: Tally) -> None:
        """Find out what of a refused read can be read."""
        refusals = self._refusals[device.id]
        cut = refusals.cut(read)
        if cut is None:
            refusals.refuse(read.slots, asyncio.get_running_loop().time())
            gathered.spoil(read.slots, Quality.BadConfigurationError)
            self._learned(device, refusals)
            return
        before, between, after = cut
        good = [await self._try(device, part, gathered, tally) for part in (before, after)]
        if all(good):
            refusals.holes.add(between)
            self._learned(device, refusals)
        for part, fine in zip((before, after), good, strict=True):
            if fine is False:
                await self._bisect(device, part, gathered, tally)

    async def _try(self, device: BoundDevice, read: Read, gathered: _Gathered, tally: Tally) -> bool | None:
        """Do a read that may be refused; tells whether it brought its values, and None where nothing was said about that."""
        if gathered.over is not None:
            gathered.spoil(read.slots, gathered.over)
            return None
        sweep = _Sweep(device, read)
        answer = await self._ask(sweep.request, read.slots, gathered, tally)
        if answer is None:
            return None
        if answer.exception is not None:
            gathered.spoil(read.slots, _EXCEPTION_QUALITY.get(answer.exception, Quality.BadConfigurationError))
            return False if answer.exception in _REFUSED else None
        gathered.take(sweep, answer.data)
        self._proved(device, read)
        return True

    def _proved(self, device: BoundDevice, read: Read) -> None:
        """Note that a read brought its values; a point of it that had been refused is asked for with the others again."""
        refusals = self._refusals[device.id]
        if refusals.good(read.slots):
            self._learned(device, refusals)

    def _learned(self, device: BoundDevice, refusals: Refusals) -> None:
        """Plan anew with what was learned, and keep it."""
        self._programs = {key: program for key, program in self._programs.items() if key[0] != device.id}
        self._store.keep(device.id, refusals.learned())
        uncovered = ", ".join(refusals.uncovered())
        log.info("device %s: %d holes known, points refused: %s", device.id, len(refusals.holes), uncovered or "none")

    def _program(self, device: BoundDevice, streams: Sequence[int]) -> _Program:
        refusals = self._refusals.get(device.id)
        if refusals is None:
            learned = self._store.recall(device.id, device.profile.profile)
            refusals = self._refusals[device.id] = Refusals(device, learned, asyncio.get_running_loop().time())
        if refusals.any_refused:
            now_s = asyncio.get_running_loop().time()
            apart, left_out = refusals.asked_apart(now_s), refusals.left_out(now_s)
        else:
            apart = left_out = _NONE
        key = (device.id, streams, left_out | apart)
        program = self._programs.get(key) if not apart else None
        if program is None:
            program = _compile(device, streams, self._costs[device.id], refusals.holes, left_out, apart)
            if not apart:
                self._programs[key] = program
        return program


_NONE: frozenset[int] = frozenset()


def _compile(
    device: BoundDevice, streams: Sequence[int], cost: BusCost, holes: set[Hole], left_out: frozenset[int], apart: frozenset[int]
) -> _Program:
    wanted = set(device.slots_of(streams))
    reads = plan(device, cost, wanted - left_out, holes, apart)
    feeds = []
    for number in streams:
        bound = device.streams[number]
        serving = tuple(n for n, read in enumerate(reads) if any(bound.first <= slot < bound.last for slot in read.slots))
        feeds.append((number, bound, serving))
    return _Program(tuple(_Sweep(device, read) for read in reads), tuple(feeds), left_out & wanted)


def _part(quality: dict[int, int], bound: BoundStream) -> dict[int, int]:
    """Give the codes of one stream's fields, by their position in it."""
    return {slot - bound.first: code for slot, code in quality.items() if bound.first <= slot < bound.last}
