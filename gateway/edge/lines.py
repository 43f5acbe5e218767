"""The lines of a site with their devices, and the processing of their readings on the way to the recorder."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from gateway.config.site_file import EdgeSite
from gateway.edge.completeness import Completeness
from gateway.edge.line_tasks import LineTasks
from gateway.edge.supervised_line import SupervisedLine
from gateway.fieldbus.binding.binder import Binder
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.derive.processor import Processor, ProcessorState
from gateway.fieldbus.line.owner import LineOwner
from gateway.fieldbus.line.power import PowerSupplies
from gateway.fieldbus.line_factory import bound_devices, build_line
from gateway.fieldbus.modbus.planning.compiled_reads import CompiledReads
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.fieldbus.wire.tap import WireTap
from gateway.host.device_state import DEVICE_STATES, DeviceState
from gateway.host.shared_timer import SharedTimer
from gateway.journal.recorder import ReadingWriter, Recorder
from gateway.model.reading import Reading
from gateway.model.site.lines import LineSettings
from gateway.model.stream import Stream


class LatestReading(NamedTuple):
    """The last reading of a stream of a device."""

    device: str
    stream: Stream
    reading: Reading


class _Way(msgspec.Struct, frozen=True):
    """The way of one device's readings to the recorder."""

    device: BoundDevice
    line: str
    completeness: Completeness
    processor: Processor
    write: ReadingWriter
    latest: dict[int, Reading]
    """The last reading of each stream, by its number."""


class _DescribedLine(NamedTuple):
    """Everything that a line is made of: one whose description does not change goes on."""

    settings: LineSettings
    devices: list[BoundDevice]


class _Shared(NamedTuple):
    """What all lines use."""

    now_ms: Callable[[], int]
    recorder: Recorder
    supplies: PowerSupplies
    timer: SharedTimer


class EdgeLines:
    """The owners of a site's lines. The streams of their devices are registered with the recorder.

    They change to those of another site in two steps: `end_changed`, then `change`, within a new schema of the recorder.
    """

    def __init__(self, site: EdgeSite, now_ms: Callable[[], int], recorder: Recorder) -> None:
        self._shared = _Shared(now_ms, recorder, PowerSupplies(()), SharedTimer())
        self._learned = LearnedStore(site.state / "learned")
        self._processor_states = DeviceState(site.state / DEVICE_STATES, ProcessorState, "processor state")
        self._tasks = LineTasks()
        self._described: dict[str, _DescribedLine] = {}
        self._ways: dict[str, _Way] = {}
        self.owners: list[LineOwner] = []
        self.supervised: list[SupervisedLine] = []
        self.taps: dict[str, WireTap] = {}
        self.change(site)

    async def run(self, stop: asyncio.Event) -> None:
        """Run the lines until told to stop."""
        await self._tasks.run(stop)

    async def end_changed(self, site: EdgeSite) -> None:
        """End the lines that a site does not have, or has in another way. The others go on."""
        described = _describe(site)
        await self._tasks.end(name for name, line in self._described.items() if described.get(name) != line)

    def change(self, site: EdgeSite) -> None:
        """Change to the lines of a site: register the streams of all devices, and start the lines that are new or changed."""
        described, before = _describe(site), self._described
        # Lines that go on keep the devices that they have.
        self._described = {name: before[name] if before.get(name) == line else line for name, line in described.items()}
        self._shared.supplies.change(device for line in self._described.values() for device in line.devices)
        ways, self._ways = self._ways, {}
        for name, line in self._described.items():
            for device in line.devices:
                self._ways[device.id] = self._way(site.id.gateway, name, device, ways.get(device.id))
        going_on = {line.name: (owner, line) for owner, line in zip(self.owners, self.supervised, strict=True)}
        reads, pairs = CompiledReads(), list[tuple[LineOwner, SupervisedLine]]()
        for name, line in self._described.items():
            pairs.append(going_on[name] if before.get(name) is line else self._started(line, reads))
        self.owners, self.supervised = [owner for owner, _ in pairs], [line for _, line in pairs]
        self.taps = {name: self.taps[name] for name in self._described}

    def _way(self, gateway: str, line: str, device: BoundDevice, before: _Way | None) -> _Way:
        """Return the way of a device's readings, registered with the recorder. A device that did not change goes on where it was."""
        if before is not None and before.device == device and before.line == line:
            completeness, processor, latest = before.completeness, before.processor, before.latest
        else:
            completeness = Completeness(gateway, line, device, self._shared.now_ms())
            processor, latest = Processor(device, self._processor_states.recall(device.id)), {}
        return _Way(device, line, completeness, processor, self._shared.recorder.register(processor.streams), latest)

    def _started(self, line: _DescribedLine, reads: CompiledReads) -> tuple[LineOwner, SupervisedLine]:
        now_ms, _, supplies, timer = self._shared
        tap = self.taps[line.settings.id] = WireTap()
        driver, terms = build_line(line.settings, line.devices, self._learned, now_ms, reads, timer, tap)
        owner = LineOwner(line.settings.id, line.devices, driver, terms, self._process, now_ms, supplies, timer)
        supervised = SupervisedLine(owner)
        self._tasks.start(supervised)
        return owner, supervised

    @property
    def completeness(self) -> dict[str, Completeness]:
        """The completeness of each device's readings."""
        return {device: way.completeness for device, way in self._ways.items()}

    @property
    def device_states(self) -> tuple[LearnedStore, DeviceState[ProcessorState]]:
        """The states of devices that are written to disk when they changed."""
        return self._learned, self._processor_states

    @property
    def stalled(self) -> list[str]:
        """The names of the lines that make no progress."""
        return [owner.name for owner in self.owners if owner.stalled]

    def check(self) -> bool:
        """Start lines anew that have stalled. Return False if that did not help: only a new process can."""
        alive = [line.check() for line in self.supervised]
        return all(alive)

    def streams(self) -> Iterator[Stream]:
        """Yield the streams of all devices."""
        for way in self._ways.values():
            yield from way.processor.streams

    def latest(self) -> Iterator[LatestReading]:
        """Yield the last reading of each stream that has one."""
        for device, way in self._ways.items():
            for number, reading in way.latest.items():
                yield LatestReading(device, way.processor.streams[number], reading)

    def last_ms(self, device: str) -> int | None:
        """Return the time of the last reading of a device; None before the first."""
        return max((reading.t_ms for reading in self._ways[device].latest.values()), default=None)

    def _process(self, device: BoundDevice, readings: Sequence[Reading]) -> None:
        """Count, process and record the readings of one poll."""
        way = self._ways.get(device.id)
        if way is None or way.device is not device:
            return  # of a line that was ended and did not end
        way.completeness.count(readings)
        processed = way.processor.process(readings)
        if processed is not readings:
            self._keep_state(device.id, way.processor)
        for reading in processed:
            way.latest[reading.stream] = reading
        way.write(processed)

    def _keep_state(self, device: str, processor: Processor) -> None:
        state = processor.changed_state()
        if state is not None:
            self._processor_states.keep(device, state)


def _describe(site: EdgeSite) -> dict[str, _DescribedLine]:
    binder = Binder(site.assets)
    return {line.id: _DescribedLine(line, bound_devices(line, binder, site.profiles)) for line in site.lines}
