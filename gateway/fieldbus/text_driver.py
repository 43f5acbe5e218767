"""Devices that send lines of text: set up at every opening, asked where they answer, collected where they stream."""

import asyncio
import logging
import math
import re
from collections.abc import Callable
from typing import Any

import msgspec

from gateway.fieldbus.binding import BoundDevice
from gateway.fieldbus.driver import StreamReading
from gateway.fieldbus.shape import Raw, shape
from gateway.fieldbus.wire import Wire, WireError
from gateway.model.batch import Value
from gateway.model.profile import Text
from gateway.model.quality import Quality

log = logging.getLogger(__name__)

LONGEST_LINE_BYTES = 4096
_TERMINATOR = {"CR": b"\r", "LF": b"\n", "CRLF": b"\r\n"}
_MEAN_DECIMALS = 3


class LineSplitter:
    """Cuts what comes into lines; a line that is longer than the limit is thrown away whole."""

    def __init__(self, terminator: str) -> None:
        self._terminator = _TERMINATOR[terminator]
        self._buffer = b""
        self._too_long = False

    def feed(self, data: bytes) -> list[str]:
        """Take bytes; give the lines that ended, without their ends and without blanks around them."""
        *ended, self._buffer = (self._buffer + data).split(self._terminator)
        lines = []
        for line in ended:
            if not self._too_long and len(line) <= LONGEST_LINE_BYTES:
                lines.append(line.decode("ascii", "replace").strip())
            self._too_long = False
        if len(self._buffer) > LONGEST_LINE_BYTES:
            self._buffer, self._too_long = b"", True
        return [line for line in lines if line]


class LineParser:
    """Turns a line into the raw values that it holds, by key; the first form that fits counts."""

    def __init__(self, text: Text) -> None:
        self._forms = [None if form == "json" else re.compile(form) for form in text.lines]

    def parse(self, line: str) -> dict[str, Raw]:
        """Give the values of a line; empty when it fits no form, or is not whole."""
        for form in self._forms:
            if form is None:
                found = self._json(line)
            else:
                match = form.fullmatch(line)
                found = {key: _number(value) for key, value in match.groupdict().items() if value is not None} if match else {}
            if found:
                return found
        return {}

    @staticmethod
    def _json(line: str) -> dict[str, Raw]:
        try:
            found: Any = msgspec.json.decode(line)
        except (msgspec.DecodeError, RecursionError):
            return {}
        if not isinstance(found, dict):
            return {}
        return {key: value for key, value in found.items() if isinstance(value, int | float | str | bool)}


def _number(text: str) -> Raw:
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        return text


class _Collected:
    """What one slot has been told since its last reading."""

    def __init__(self, device: BoundDevice, number: int) -> None:
        slot = device.slots[number]
        self.point = slot.point
        self._shape = shape(slot)
        self._told: list[Raw] = []

    @property
    def asked(self) -> bool:
        """Whether the value is one that an answer brings, rather than a stream."""
        return self.point.collect == "last"

    @property
    def empty(self) -> bool:
        """Whether nothing has been told."""
        return not self._told

    def tell(self, raw: Raw) -> None:
        """Take a raw value; of those that are only wanted last, the former is forgotten."""
        if self.point.type == "number" and (isinstance(raw, bool) or not isinstance(raw, int | float)):
            return
        if self.asked:
            self._told.clear()
        self._told.append(raw)

    def forget(self) -> None:
        """Forget what was told."""
        self._told.clear()

    def take(self) -> tuple[Value, Quality]:
        """Give the value of what was told, and forget it. Nothing told is no failure: nobody drove by."""
        if not self._told:
            return None, Quality.GoodNoData
        told, self._told = self._told, []
        made = []
        for raw in told:
            fits = not isinstance(raw, int | float) or self._shape.low <= raw <= self._shape.high
            value = (self._shape.make(raw) if self._shape.make else raw) if fits else None
            if value is None:
                return None, self._shape.explain(raw)
            made.append(value)
        if self.asked:
            return made[-1], Quality.Good
        return round(math.fsum(float(value) for value in made) / len(made), _MEAN_DECIMALS), Quality.Good


class TextDriver:
    """Reads the one device of a line of text."""

    def __init__(self, wire: Wire, device: BoundDevice, timeout_s: float, now_ms: Callable[[], int]) -> None:
        if device.profile.text is None:
            raise ValueError(f"profile '{device.profile.profile}' is no text profile")
        self._wire, self._text, self._timeout_s, self._now_ms = wire, device.profile.text, timeout_s, now_ms
        self._parser = LineParser(self._text)
        self._splitter = LineSplitter(self._text.terminator)
        self._slots = [_Collected(device, number) for number in range(len(device.slots))]
        self._answered: asyncio.Future[None] | None = None
        self._open = False

    async def read(self, device: BoundDevice) -> list[StreamReading]:
        """Ask for what is asked for, wait for it, and close the interval of what streams."""
        if not self._open:
            await self._wire.open(self._received, self._lost)
            self._open = True
            self._splitter = LineSplitter(self._text.terminator)
            for command in self._text.setup:
                self._wire.write(command.encode("ascii"))
        silent = await self._ask() if self._text.ask else False
        t_ms = self._now_ms()
        taken = [one.take() for one in self._slots]
        if silent:
            taken = [(None, Quality.BadTimeout) if one.asked else pair for one, pair in zip(self._slots, taken, strict=True)]
        return [
            StreamReading(
                number,
                t_ms,
                [value for value, _ in taken[bound.first : bound.last]],
                {field: int(code) for field, (_, code) in enumerate(taken[bound.first : bound.last]) if code},
            )
            for number, bound in enumerate(device.streams)
        ]

    def close(self) -> None:
        """Leave the line."""
        self._open = False
        self._wire.close()

    async def _ask(self) -> bool:
        """Send the questions and wait until every asked value came; tell whether the device kept silent."""
        for one in self._slots:
            if one.asked:
                one.forget()
        self._answered = asyncio.get_running_loop().create_future()
        try:
            for command in self._text.ask:
                self._wire.write(command.encode("ascii"))
            async with asyncio.timeout(self._timeout_s):
                await self._answered
        except TimeoutError:
            return True
        finally:
            self._answered = None
        return False

    def _received(self, data: bytes) -> None:
        for line in self._splitter.feed(data):
            found = self._parser.parse(line)
            if not found:
                log.debug("a line that fits no form: %.80r", line)
            for one in self._slots:
                if one.point.key in found:
                    one.tell(found[one.point.key])
        if self._answered is not None and not self._answered.done() and not any(one.asked and one.empty for one in self._slots):
            self._answered.set_result(None)

    def _lost(self, reason: str) -> None:
        self._open = False
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(WireError(reason))
