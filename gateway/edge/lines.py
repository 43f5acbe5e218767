"""What reads: the lines of a site with their devices, and what refines their readings."""

from collections.abc import Callable, Sequence

from gateway.config.site_file import EdgeSite
from gateway.edge.completeness import Completeness
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
from gateway.model.reading import Reading
from gateway.model.stream import Stream

Take = Callable[[int, Sequence[Reading]], None]
"""Takes readings, and the number of the stream that theirs are counted from."""


class EdgeLines:
    """The owners of a site's lines, and the streams of what they read."""

    def __init__(self, site: EdgeSite, now_ms: Callable[[], int], take: Take) -> None:
        self._pass_on = take
        self.streams: list[Stream] = []
        self.owners: list[LineOwner] = []
        self._first_stream: dict[str, int] = {}
        self._refineries: dict[str, Processor] = {}
        self._learned = LearnedStore(site.state / "learned")
        self._memory = DeviceState(site.state / "devices", ProcessorState, "what was kept")
        binder, programs, ticker = Binder(site.assets), CompiledReads(), SharedTimer()
        lines = [(line, bound_devices(line, binder, site.profiles)) for line in site.lines]
        supplies = PowerSupplies(device for _, devices in lines for device in devices)
        for line, devices in lines:
            for device in devices:
                self._number(device)
            driver, terms = build_line(line, devices, self._learned, now_ms, programs, ticker)
            self.owners.append(LineOwner(line.id, devices, driver, terms, self._take, now_ms, supplies, ticker))
        self.completeness = {device.id: Completeness(site.id.gateway, line.id, device) for line, devices in lines for device in devices}

    @property
    def kept(self) -> tuple[LearnedStore, DeviceState[ProcessorState]]:
        """What is to be written now and then, where it changed."""
        return self._learned, self._memory

    def _number(self, device: BoundDevice) -> None:
        self._first_stream[device.id] = len(self.streams)
        refinery = Processor(device, self._memory.recall(device.id))
        if not refinery.plain:
            self._refineries[device.id] = refinery
        self.streams.extend(refinery.streams)

    def _take(self, device: BoundDevice, readings: Sequence[Reading]) -> None:
        self.completeness[device.id].take(readings)
        refinery = self._refineries.get(device.id)
        if refinery is not None:
            readings = refinery.process(readings)
            memory = refinery.changed_state()
            if memory is not None:
                self._memory.keep(device.id, memory)
        self._pass_on(self._first_stream[device.id], readings)
