"""Drivers with faults: they raise what no driver should, or never return."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.commands import Command, Outcome, OutcomeStatus
from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.line.driver_port import Poll, ReadObserver, ReadRequest
from gateway.model.reading import Reading
from gateway.model.site.lines import DeviceSettings

Behaviour = Callable[["FaultyDriver", ReadRequest, ReadObserver], Coroutine[Any, Any, None]]


def devices(*names: str, every_s: float = 0.05) -> list[BoundDevice]:
    """Return devices with these ids."""
    profile = ProfileLibrary().get("xy_md02")
    return [bind(DeviceSettings(id=name, profile="xy_md02", asset="a", unit=1, every=every_s), profile, {}) for name in names]


def good(request: ReadRequest) -> Poll:
    """Return a poll whose values are 7."""
    return Poll([Reading(number, 0, [7, 7], {}) for number in request.streams], answered=True)


class FaultyDriver:
    """Returns good polls, except of the devices for which another behaviour is set."""

    def __init__(self, **behaviours: Behaviour) -> None:
        self.behaviours = behaviours
        self.reads: list[str] = []
        self.closed = 0
        self.release = asyncio.Event()
        self._counters: dict[str, DeviceCounters] = {}

    async def read(self, requests: Sequence[ReadRequest], observer: ReadObserver) -> None:
        for request in requests:
            device = request.device.id
            self.reads.append(device)
            self.counters(device).sent += 1
            if device in self.behaviours:
                await self.behaviours[device](self, request, observer)
            else:
                observer.polled(good(request))

    async def execute(self, device: BoundDevice, _command: Command) -> Outcome:
        if device.id in self.behaviours:
            await self.behaviours[device.id](self, ReadRequest(device, ()), _NoObserver())
        return Outcome(OutcomeStatus.DONE)

    def counters(self, device: str) -> DeviceCounters:
        return self._counters.setdefault(device, DeviceCounters())

    def refused_points(self, _device: str) -> list[str]:
        return []

    def close(self) -> None:
        self.closed += 1


class _NoObserver:
    def polled(self, poll: Poll) -> None:
        """Ignore it."""

    def has_urgent_work(self) -> bool:
        return False

    async def do_urgent_work(self) -> None:
        """There is none."""

    def overtake(self) -> None:
        """Wait for the poll."""


async def raises(_driver: FaultyDriver, _request: ReadRequest, _observer: ReadObserver) -> None:
    raise IndexError("as a fault in decoding would")


async def hangs(_driver: FaultyDriver, _request: ReadRequest, _observer: ReadObserver) -> None:
    await asyncio.Event().wait()


async def ignores_its_end(driver: FaultyDriver, _request: ReadRequest, _observer: ReadObserver) -> None:
    """Hang, and go on hanging when told to end, until released by the test."""
    while not driver.release.is_set():
        with contextlib.suppress(asyncio.CancelledError):
            await driver.release.wait()
