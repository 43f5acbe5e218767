"""The owner of a line whose driver only has counters."""

from collections.abc import Sequence

from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.commands import Command, Outcome, not_supported
from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.line.driver_port import ReadObserver, ReadRequest
from gateway.fieldbus.line.owner import LineOwner, LineTerms
from gateway.model.site.lines import DeviceSettings


class CountingDriver:
    """A driver that never speaks."""

    def __init__(self) -> None:
        self.counted: dict[str, DeviceCounters] = {}
        self.refused: list[str] = []

    async def read(self, requests: Sequence[ReadRequest], observer: ReadObserver) -> None:
        raise AssertionError

    async def execute(self, _device: BoundDevice, command: Command) -> Outcome:
        return not_supported(command, "nothing")

    def counters(self, device: str) -> DeviceCounters:
        return self.counted.setdefault(device, DeviceCounters())

    def refused_points(self, _device: str) -> list[str]:
        return self.refused

    def close(self) -> None:
        """Nothing is open."""


def some_counters() -> DeviceCounters:
    counters = DeviceCounters(sent=100, answered=90, timeouts=7, crc_errors=3, exceptions=2, late=1, foreign=4, bytes=9000, busy_s=12.5)
    counters.round_trips_s.extend(n / 1000 for n in range(1, 101))
    return counters


def owner_of(driver: CountingDriver) -> LineOwner:
    """Return the owner of the line `panel` with the devices `meter`, which has counters, and `spare`, which has none."""
    profile = ProfileLibrary().get("xy_md02")
    devices = [bind(DeviceSettings(id=name, profile="xy_md02", asset="st-1"), profile, {}) for name in ("meter", "spare")]
    driver.counted["meter"] = some_counters()
    return LineOwner("panel", devices, driver, LineTerms(0.1, 0.1, whole_seconds=False), lambda _device, _readings: None, lambda: 0)
