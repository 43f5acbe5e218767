"""Devices on lines of their own that do not speak Modbus: set up at every opening, asked where they answer, collected where they stream."""

import asyncio
from collections.abc import Callable, Sequence

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.dialects.collector import Collector
from gateway.fieldbus.dialects.port import Dialect, Query
from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.line.driver_port import Poll, ReadObserver, ReadRequest
from gateway.fieldbus.wire.port import Wire, WireError
from gateway.model.quality import Quality
from gateway.model.reading import Reading

_SETTLED_S = 0.15
"""An answer that did not bring all values is over when nothing more came for so long: the device has no others."""


def asks_each(device: BoundDevice) -> bool:
    """Tell whether every channel of a device is asked for apart: then one message answers one question."""
    profile = device.profile
    return any(way is not None and way.each is not None for way in (profile.text, profile.frame))


class DialectDriver:
    """Reads the one device of a line in its dialect."""

    def __init__(
        self, wire: Wire, device: BoundDevice, dialect: Callable[[], Dialect], timeout_s: float, now_ms: Callable[[], int]
    ) -> None:
        self._wire, self._make, self._timeout_s, self._now_ms = wire, dialect, timeout_s, now_ms
        self._dialect = dialect()
        self._slots = [Collector(slot) for slot in device.slots]
        self._tally = DeviceCounters()
        self._waiting: asyncio.Future[None] | None = None
        self._open = self._set_up = self._heard = False
        self._each = asks_each(device)
        self._rejected = 0
        self._late_until_s = 0.0

    async def read(self, asks: Sequence[ReadRequest], asker: ReadObserver) -> None:
        """Ask for what is asked for, wait for it, and close the interval of what streams."""
        for device, streams in asks:
            asker.taken(await self._read(device, streams))

    async def _read(self, device: BoundDevice, streams: Sequence[int]) -> Poll:
        if not self._open:
            await self._wire.open(self._received, self._lost)
            self._open, self._set_up, self._heard = True, False, False
            self._dialect = self._make()
            self._rejected = 0
        if not self._set_up:
            for command in self._dialect.setup:
                self._wire.write(command)
            self._set_up = True
        otherwise = await self._ask() if self._dialect.queries else await self._listen()
        t_ms = self._now_ms()
        readings = []
        for number in streams:
            bound = device.streams[number]
            taken = [one.consume(otherwise) for one in self._slots[bound.first : bound.last]]
            quality = {field: int(code) for field, (_, code) in enumerate(taken) if code}
            readings.append(Reading(number, t_ms, [value for value, _ in taken], quality))
        # A device that speaks unasked takes nothing of its line by keeping silent: it is never left alone.
        return Poll(readings, answered=not self._dialect.queries or otherwise is not Quality.BadTimeout)

    def tally(self, _device: str) -> DeviceCounters:
        """Give what was counted of the device."""
        return self._tally

    def uncovered(self, _device: str) -> list[str]:
        """Nothing is refused: a device of its own dialect tells what it has."""
        return []

    def close(self) -> None:
        """Leave the line."""
        self._open = False
        self._wire.close()

    async def _ask(self) -> Quality:
        """Ask each question and wait for its answer; gives what a value is worth that did not come.

        Raises:
            WireError: the wire broke.
        """
        loop = asyncio.get_running_loop()
        if self._late_until_s > loop.time():
            # The answer to the last question may still come: it would be taken for this one's.
            await asyncio.sleep(self._late_until_s - loop.time())
        for one in self._slots:
            if not one.is_mean:
                one.clear()
        begun_s, answered = loop.time(), 0
        for question in self._dialect.queries:
            self._tally.sent += 1
            self._tally.bytes += len(question.data)
            if await self._one(question):
                answered += 1
            elif self._each:
                # What puts the questions on a bus of its own keeps silent: it would at the others too.
                break
        self._tally.busy_s += loop.time() - begun_s
        if answered == len(self._dialect.queries):
            return Quality.BadNoData
        if answered == 0:
            self._set_up = False
        self._late_until_s = loop.time() + self._timeout_s / 2
        return Quality.BadTimeout

    async def _one(self, question: Query) -> bool:
        """Ask one question; tells whether an answer came. It is over when all is told, or nothing more comes."""
        loop = asyncio.get_running_loop()
        sent_s, rejected = loop.time(), self._dialect.rejected
        missing = self._missing()
        self._dialect.expect(question)
        self._wire.write(question.data)
        while await self._next_message(self._timeout_s if self._missing() == missing else _SETTLED_S):
            if self._missing() == 0 or self._each:
                break
        if self._missing() < missing:
            self._tally.answered += 1
            self._tally.round_trips_s.append(loop.time() - sent_s)
            return True
        if self._dialect.rejected > rejected:
            self._tally.crc_errors += 1
        else:
            self._tally.timeouts += 1
        return False

    async def _listen(self) -> Quality:
        """Wait for the first message after opening; gives what a value is worth that did not come since the last reading.

        Raises:
            WireError: the wire broke.
        """
        if not self._heard:
            await self._next_message(self._timeout_s)
            self._heard = True
        if all(one.is_empty for one in self._slots):
            self._tally.timeouts += 1
        else:
            self._tally.answered += 1
        return Quality.BadTimeout

    def _missing(self) -> int:
        return sum(one.is_empty and not one.is_mean for one in self._slots)

    async def _next_message(self, within_s: float) -> bool:
        """Wait for a message that tells something; tells whether one came.

        Raises:
            WireError: the wire broke.
        """
        self._waiting = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(within_s):
                await self._waiting
        except TimeoutError:
            return False
        finally:
            self._waiting = None
        return True

    def _received(self, data: bytes) -> None:
        self._tally.bytes += len(data)
        told_something = False
        for values, bad in self._dialect.feed(data):
            for slot, raw in values.items():
                self._slots[slot].accept(raw)
            for slot, why in bad.items():
                self._slots[slot].accept_bad(why)
            told_something = told_something or bool(values or bad)
        if told_something:
            self._heard = True
        if told_something and self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def _lost(self, reason: str) -> None:
        self._open = False
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(WireError(reason))
