"""The lines of a site with their devices, and the processing of their readings on the way to the recorder."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import msgspec

from gateway.config.site_file import EdgeSite
from gateway.edge.completeness import Completeness
from gateway.edge.supervised_line import SupervisedLine
from gateway.fieldbus.binding.binder import Binder
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.derive.processor import Processor, ProcessorState
from gateway.fieldbus.line.owner import LineOwner
from gateway.fieldbus.line.power import PowerSupplies
from gateway.fieldbus.line_factory import bound_devices, build_line
from gateway.fieldbus.modbus.planning.compiled_reads import CompiledReads
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.host.device_state import DeviceState
from gateway.host.shared_timer import SharedTimer
from gateway.journal.recorder import ReadingWriter, Recorder
from gateway.model.reading import Reading
from gateway.model.stream import Stream


class LatestReading(NamedTuple):
    """The last reading of a stream of a device."""

    device: str
    stream: Stream
    reading: Reading


class _Way(msgspec.Struct, frozen=True):
    """The way of one device's readings to the recorder."""

    completeness: Completeness
    processor: Processor
    write: ReadingWriter
    latest: dict[int, Reading]
    """The last reading of each stream, by its number."""


class EdgeLines:
    """The owners of a site's lines. The streams of their devices are registered with the recorder."""

    def __init__(self, site: EdgeSite, now_ms: Callable[[], int], recorder: Recorder) -> None:
        self.owners: list[LineOwner] = []
        self._ways: dict[str, _Way] = {}
        self._learned = LearnedStore(site.state / "learned")
        self._processor_states = DeviceState(site.state / "devices", ProcessorState, "processor state")
        binder, reads, timer = Binder(site.assets), CompiledReads(), SharedTimer()
        lines = [(line, bound_devices(line, binder, site.profiles)) for line in site.lines]
        supplies = PowerSupplies(device for _, devices in lines for device in devices)
        for line, devices in lines:
            for device in devices:
                processor = Processor(device, self._processor_states.recall(device.id))
                completeness = Completeness(site.id.gateway, line.id, device)
                self._ways[device.id] = _Way(completeness, processor, recorder.register(processor.streams), {})
            driver, terms = build_line(line, devices, self._learned, now_ms, reads, timer)
            self.owners.append(LineOwner(line.id, devices, driver, terms, self._process, now_ms, supplies, timer))
        self.supervised = [SupervisedLine(owner) for owner in self.owners]
        self.completeness = {device: way.completeness for device, way in self._ways.items()}

    async def run(self, stop: asyncio.Event) -> None:
        """Run the lines until told to stop."""
        async with asyncio.TaskGroup() as group:
            for owner, line in zip(self.owners, self.supervised, strict=True):
                group.create_task(line.run(stop), name=f"line {owner.name}")

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
        way = self._ways[device.id]
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
