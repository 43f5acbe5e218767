"""A driver whose calls end, whatever a device sends and whatever fault the driver has."""

import asyncio
import logging
from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar, cast

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.commands import Command, Outcome
from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.line.driver_port import Driver, ReadObserver, ReadRequest
from gateway.fieldbus.wire.port import WireError

log = logging.getLogger(__name__)

T = TypeVar("T")


class DriverFault(Exception):
    """The driver raised what no driver should: a fault of the program, which some data of the current device brought to light."""


class _Call:
    """A call under way: its task, and what the requests of its devices had come to when it was last checked."""

    __slots__ = ("_cancelling", "given_up", "mark", "requests", "task")

    def __init__(self, requests: Sequence[ReadRequest], task: "asyncio.Task[Any]") -> None:
        self.requests, self.task = requests, task
        self.mark = -1.0
        self.given_up = False
        self._cancelling = task.cancelling()

    def give_up(self) -> None:
        """Cancel the call, once."""
        if not self.given_up:
            self.given_up = True
            self.task.cancel()

    @property
    def cancelled_by_others(self) -> bool:
        """Whether the task is cancelled for another reason."""
        return self.task.cancelling() > self._cancelling + self.given_up

    def end(self) -> None:
        """Let the task go on."""
        if self.given_up:
            self.task.uncancel()


class GuardedDriver:
    """Passes calls on to a driver, and ends each in which no request begins or ends for `patience_s` (at most twice that).

    `progressed_s` is when a call was last seen to make progress (loop time). One timer serves all calls: it is set once every
    `patience_s` at most, so that a call costs nothing. An `asyncio.timeout` for each would cost as much as decoding twenty values.
    """

    def __init__(self, driver: Driver, patience_s: float) -> None:
        self._driver, self._patience_s = driver, patience_s
        self._calls: list[_Call] = []
        """The calls under way. Those of urgent work are made within another: only the last one is busy."""
        self._watched = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self.progressed_s = 0.0

    async def read(self, requests: Sequence[ReadRequest], observer: ReadObserver) -> None:
        """Poll devices one after the other.

        Raises:
            WireError: the line's port can't be opened or broke, or nothing happened for too long.
            DriverFault: the driver raised anything else.
        """
        await self._guarded(self._driver.read(requests, observer), requests)

    async def execute(self, device: BoundDevice, command: Command) -> Outcome:
        """Execute a command; raises what `read` does."""
        return await self._guarded(self._driver.execute(device, command), [ReadRequest(device, ())])

    def counters(self, device: str) -> DeviceCounters:
        """Return the counters of a device."""
        return self._driver.counters(device)

    def refused_points(self, device: str) -> list[str]:
        """Return the names of the points that a device refuses at present."""
        return self._driver.refused_points(device)

    def close(self) -> None:
        """Close the line's port."""
        self._driver.close()

    async def _guarded(self, work: Awaitable[T], requests: Sequence[ReadRequest]) -> T:
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
        call = _Call(requests, cast("asyncio.Task[Any]", asyncio.current_task(self._loop)))
        self._calls.append(call)
        if not self._watched:
            self._watch(self._loop)
        try:
            return await work
        except WireError:
            raise
        except (asyncio.CancelledError, Exception) as error:
            if call.given_up and not call.cancelled_by_others:
                raise WireError(f"nothing happened for {self._patience_s:g} s; opening the port again") from error
            if isinstance(error, asyncio.CancelledError):
                raise
            # Broad on purpose, and the only such place: an error in decoding must cost neither the gateway nor the line's other devices.
            raise DriverFault(f"{type(error).__name__}: {error}") from error
        finally:
            call.end()
            self._calls.pop()
            if self._calls:
                self._calls[-1].mark = -1.0  # it has waited for this one

    def _watch(self, loop: asyncio.AbstractEventLoop) -> None:
        self._watched = True
        loop.call_later(self._patience_s, self._check, loop)

    def _check(self, loop: asyncio.AbstractEventLoop) -> None:
        self._watched = False
        if not self._calls:
            return
        self._watch(loop)
        call = self._calls[-1]
        mark = sum(counters.sent + counters.busy_s for counters in (self.counters(request.device.id) for request in call.requests))
        if mark != call.mark:
            call.mark, self.progressed_s = mark, loop.time()
        else:
            call.give_up()
