"""The driver of a device that does not speak Modbus and has a line of its own: set up at every opening, then queried or listened to."""

import asyncio
from collections.abc import Callable, Sequence

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.dialects.collector import Collector
from gateway.fieldbus.dialects.port import Dialect, Query
from gateway.fieldbus.line.commands import Command, Outcome, not_supported
from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.line.driver_port import Poll, ReadObserver, ReadRequest
from gateway.fieldbus.wire.port import Wire, WireError
from gateway.model.quality import Quality
from gateway.model.reading import Reading

_SETTLED_S = 0.15
"""A response without all values is complete when nothing more arrives for so long: the device has no others."""


def queries_each_channel(device: BoundDevice) -> bool:
    """Return whether every channel of a device is queried separately, so that one message answers one query."""
    profile = device.profile
    return any(way is not None and way.each is not None for way in (profile.text, profile.frame))


class _Session:
    """One opening of the wire; `set_up` is whether the setup was sent, `heard` whether any message has arrived."""

    __slots__ = ("dialect", "heard", "set_up")

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.set_up = self.heard = False


class _Silence:
    """What it means that a device that sends by itself has sent nothing: nothing to report, or that it is dead.

    `expected_s` is how long it is silent at most, None if that is not known.
    """

    def __init__(self, expected_s: float | None) -> None:
        self._expected_s = expected_s
        self._since_s: float | None = None
        self.heard_s: float | None = None

    @property
    def is_limited(self) -> bool:
        """Whether it is known how long the device is silent at most."""
        return self._expected_s is not None

    def quality(self, now_s: float) -> Quality:
        """Return the quality of values for which nothing has arrived."""
        if self._since_s is None:
            self._since_s = now_s
        heard_s = self.heard_s if self.heard_s is not None else self._since_s
        if self._expected_s is not None and now_s - heard_s > self._expected_s:
            return Quality.BadNoCommunication
        return Quality.BadWaitingForInitialData if self.heard_s is None else Quality.GoodNoData


class DialectDriver:
    """Reads the one device of a line in its dialect."""

    def __init__(
        self, wire: Wire, device: BoundDevice, dialect: Callable[[], Dialect], timeout_s: float, now_ms: Callable[[], int]
    ) -> None:
        self._wire, self._new_dialect, self._timeout_s, self._now_ms = wire, dialect, timeout_s, now_ms
        self._each = queries_each_channel(device)
        self._collectors = [Collector(slot) for slot in device.slots]
        self._counters = DeviceCounters()
        self._session: _Session | None = None
        self._message: asyncio.Future[None] | None = None
        self._late_until_s = 0.0
        self._silence = _Silence(device.expected_within_s)

    async def read(self, requests: Sequence[ReadRequest], observer: ReadObserver) -> None:
        """Query the device and wait for its responses, or take what it has sent unasked since the last read."""
        for request in requests:
            device, streams = request.device, request.streams
            observer.polled(await self._read(device, streams))

    async def _read(self, device: BoundDevice, streams: Sequence[int]) -> Poll:
        session = self._session or await self._open()
        if not session.set_up:
            for data in session.dialect.setup:
                self._wire.write(data)
            session.set_up = True
        if session.dialect.queries:
            if_empty, if_no_mean = await self._query(session), Quality.GoodNoData
            answered = if_empty is not Quality.BadTimeout
        else:
            await self._listen(session)
            if_no_mean = self._silence.quality(asyncio.get_running_loop().time())
            if_empty = if_no_mean if self._silence.is_limited else Quality.BadTimeout
            answered = session.set_up = if_no_mean is not Quality.BadNoCommunication  # it may have lost its settings
        t_ms = self._now_ms()
        readings = []
        for number in streams:
            bound = device.streams[number]
            values = [one.consume(if_empty, if_no_mean) for one in self._collectors[bound.first : bound.last]]
            quality = {field: int(code) for field, (_, code) in enumerate(values) if code}
            readings.append(Reading(number, t_ms, [value for value, _ in values], quality))
        return Poll(readings, answered=answered)

    async def execute(self, _device: BoundDevice, command: Command) -> Outcome:
        """Return that the dialect has no commands."""
        return not_supported(command, "the device's dialect")

    def counters(self, _device: str) -> DeviceCounters:
        """Return the counters of the device."""
        return self._counters

    def refused_points(self, _device: str) -> list[str]:
        """Return no points: a device with a dialect sends what it has and refuses nothing."""
        return []

    def close(self) -> None:
        """Close the wire."""
        self._session = None
        self._wire.close()

    async def _open(self) -> _Session:
        # Data may arrive before this task goes on.
        self._session = session = _Session(self._new_dialect())
        try:
            await self._wire.open(self._received, self._lost)
        except WireError:
            self._session = None
            raise
        return session

    async def _query(self, session: _Session) -> Quality:
        """Send each query and wait for its response; return the quality of values that did not arrive.

        Raises:
            WireError: the wire broke.
        """
        loop = asyncio.get_running_loop()
        if self._late_until_s > loop.time():
            # A late response to the last query would be taken for the response to this one.
            await asyncio.sleep(self._late_until_s - loop.time())
        for one in self._collectors:
            if not one.is_mean:
                one.clear()
        queries = session.dialect.queries
        began_s, answered = loop.time(), 0
        for query in queries:
            self._counters.sent += 1
            self._counters.bytes += len(query.data)
            if await self._one(session.dialect, query):
                answered += 1
            elif self._each:
                # The converter between us and the channels' bus does not respond, so it won't respond to the other queries either.
                break
        self._counters.busy_s += loop.time() - began_s
        if answered == len(queries):
            return Quality.BadNoData
        if answered == 0:
            session.set_up = False
        self._late_until_s = loop.time() + self._timeout_s / 2
        return Quality.BadTimeout

    async def _one(self, dialect: Dialect, query: Query) -> bool:
        """Send one query; return whether a response arrived.

        It is complete when it has all values, or nothing more arrives, or it took two time-outs: a device may send for ever.
        """
        loop = asyncio.get_running_loop()
        sent_s, rejected = loop.time(), dialect.rejected
        ends_s = sent_s + 2 * self._timeout_s
        missing = self._missing()
        dialect.expect(query)
        self._wire.write(query.data)
        while await self._next_message(self._timeout_s if self._missing() == missing else _SETTLED_S):
            if self._missing() == 0 or self._each or loop.time() >= ends_s:
                break
        if self._missing() < missing:
            self._counters.answered += 1
            self._counters.round_trips_s.append(loop.time() - sent_s)
            return True
        if dialect.rejected > rejected:
            self._counters.crc_errors += 1
        else:
            self._counters.timeouts += 1
        return False

    async def _listen(self, session: _Session) -> None:
        """Wait for the first message after opening.

        Raises:
            WireError: the wire broke.
        """
        if not session.heard:
            await self._next_message(self._timeout_s)
            session.heard = True
        if all(one.is_empty for one in self._collectors):
            self._counters.timeouts += 1
        else:
            self._counters.answered += 1

    def _missing(self) -> int:
        return sum(one.is_empty and not one.is_mean for one in self._collectors)

    async def _next_message(self, within_s: float) -> bool:
        """Wait for a message with content; return whether one arrived.

        Raises:
            WireError: the wire broke.
        """
        self._message = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(within_s):
                await self._message
        except TimeoutError:
            return False
        finally:
            self._message = None
        return True

    def _received(self, data: bytes) -> None:
        session = self._session
        if session is None:
            return
        self._counters.bytes += len(data)
        has_content = False
        for values, bad in session.dialect.feed(data):
            for slot, raw in values.items():
                self._collectors[slot].accept(raw)
            for slot, why in bad.items():
                self._collectors[slot].accept_bad(why)
            has_content = has_content or bool(values or bad)
        if has_content:
            session.heard = True
            self._silence.heard_s = asyncio.get_running_loop().time()
            if self._message is not None and not self._message.done():
                self._message.set_result(None)

    def _lost(self, reason: str) -> None:
        self._session = None
        if self._message is not None and not self._message.done():
            self._message.set_exception(WireError(reason))
