"""A scan of a line that is polled: what it finds, and how many of their readings the polled devices keep meanwhile.

Four of eight devices on a paced pty are polled at 9600 baud; the scan finds these, and four at two other settings. Each tick of a stream
should bring one reading; one of which any value was not read, because of the line, does not count.
"""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.owner import LineOwner
from gateway.fieldbus.line_factory import build_line
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.model.quality import Quality
from gateway.model.reading import Reading
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.provision.scan.plan import ScanPlace, remaining_s, serial_legs, usual_reaction_s
from gateway.provision.scan.scanner import ScanTerms, SerialScan
from gateway.provision.scan.target import target_of_line
from tests.provision.products import LIBRARY, PROFILES
from tests.provision.scan.watching import Watching
from tests.provision.units import port_access, product, serial_units

_ALONE_S = 20.0
"""How long the line is polled without a scan, to compare."""

_BAUD = 9600


class PolledResult(NamedTuple):
    """What was found and is missing, and the share of readings without and during the scan, with the line's load by polls."""

    found: list[str]
    missing: list[str]
    seconds: float
    bound_s: float
    load: float
    kept_alone: float
    kept: float


_UNREAD = {Quality.BadTimeout, Quality.BadCommunicationError, Quality.BadNoCommunication, Quality.BadNotConnected}


class _Counting:
    """Counts readings that were read whole."""

    def __init__(self, devices: Sequence[BoundDevice]) -> None:
        self._devices, self._whole, self._since_s = devices, 0, asyncio.get_running_loop().time()

    def take(self, _device: BoundDevice, readings: Sequence[Reading]) -> None:
        self._whole += sum(_UNREAD.isdisjoint(reading.quality.values()) for reading in readings)

    def share(self) -> float:
        """Return the share of due readings that were read since the last call."""
        now_s = asyncio.get_running_loop().time()
        due = sum(len(group.streams) * (now_s - self._since_s) / group.every_s for one in self._devices for group in one.groups)
        share, self._whole, self._since_s = self._whole / due, 0, now_s
        return share


async def scan_polled_line(everybody: Sequence[tuple[int, str, int]], every_s: float = 2.0, alone_s: float = _ALONE_S) -> PolledResult:
    """Poll the devices at 9600 baud, and scan the line meanwhile."""
    async with serial_units([product(*one) for one in everybody]) as bus:
        settings = [
            DeviceSettings(id=f"{name}-{unit}", profile=name, unit=unit, asset=f"a-{unit}", every=every_s)
            for unit, name, baud in everybody
            if baud == _BAUD
        ]
        line = LineSettings(id="street", serial=bus.pty.path, baud=_BAUD, parity="N", stop_bits=1, devices=settings)
        devices = [bind(device, LIBRARY.get(device.profile), {}) for device in settings]
        driver, terms = build_line(line, devices, LearnedStore(None), lambda: 0)
        counting = _Counting(devices)
        owner, stop = LineOwner(line.id, devices, driver, terms, counting.take, lambda: 0), asyncio.Event()
        polling = asyncio.create_task(owner.run(stop))
        try:
            await asyncio.sleep(alone_s / 2)  # every device has been read once
            counting.share()
            await asyncio.sleep(alone_s)
            kept_alone, load = counting.share(), sum(owner.quality(device).share for device in devices)
            return await _scanned(line, owner, counting, kept_alone, load, [name for _, name, _ in everybody])
        finally:
            stop.set()
            await polling


async def _scanned(
    line: LineSettings, owner: LineOwner, counting: _Counting, kept_alone: float, load: float, wanted: Sequence[str]
) -> PolledResult:
    legs, watching = serial_legs(PROFILES, full=False), Watching()
    terms = ScanTerms(usual_reaction_s(target_of_line(line), lent=True))
    loop = asyncio.get_running_loop()
    scan = await asyncio.to_thread(SerialScan, port_access(line.serial or "", owner), PROFILES, terms, watching)
    counting.share()
    began_s = loop.time()
    await scan.run(legs, ScanPlace())
    seconds, kept = loop.time() - began_s, counting.share()
    found = [one.identification.first.profile if one.identification.first else "?" for one in watching.devices]
    missing = [name for name in wanted if name not in found]
    bound_s = terms.listen_s + remaining_s(legs, ScanPlace(), terms.reaction_s)
    return PolledResult(found, missing, seconds, bound_s, load, kept_alone, kept)
