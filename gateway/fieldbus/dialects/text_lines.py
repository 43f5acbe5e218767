"""Devices that send lines of text: JSON, name=value tokens, or lines that match a regular expression. Does no I/O."""

import re
from collections.abc import Callable, Container, Sequence
from functools import partial
from typing import Any

import msgspec

from gateway.fieldbus.binding.bound_device import BoundDevice, Slot
from gateway.fieldbus.codec.checksums import wxt_crc
from gateway.fieldbus.codec.value_rules import Raw
from gateway.fieldbus.dialects.port import DialectMessage, Query, channel_queries
from gateway.model.profile import Text
from gateway.model.quality import Quality

LONGEST_LINE_BYTES = 4096
_TERMINATOR = {"CR": b"\r", "LF": b"\n", "CRLF": b"\r\n", "ETX": b"\x03"}
_TOKEN = re.compile(r"(\w+)=(-?\d+(?:\.\d+)?)(\D?)")
_CRC_CHARACTERS = 3


class LineSplitter:
    """Splits received bytes into lines; a line longer than the limit is discarded whole."""

    def __init__(self, terminator: str) -> None:
        self._terminator = _TERMINATOR[terminator]
        self._buffer = b""
        self._too_long = False

    def feed(self, data: bytes) -> list[str]:
        """Add received bytes; return the complete lines, without terminators and surrounding blanks."""
        *ended, self._buffer = (self._buffer + data).split(self._terminator)
        lines = []
        for line in ended:
            if not self._too_long and len(line) <= LONGEST_LINE_BYTES:
                lines.append(line.decode("ascii", "replace").strip())
            self._too_long = False
        if len(self._buffer) > LONGEST_LINE_BYTES:
            # The last byte may be the first of a terminator.
            self._buffer, self._too_long = self._buffer[-1:], True
        return [line for line in lines if line]


class LineParser:
    """Parses a line into raw values by key, in the first form that matches.

    The values of keys in `texts` stay as they are: 0123 is not 123, and 1E05 no number.
    """

    def __init__(self, text: Text, hexadecimal: Container[str] = (), texts: Container[str] = ()) -> None:
        forms: dict[str, Callable[[str], dict[str, Raw]]] = {"json": _json, "tokens": partial(_tokens, texts=texts)}
        self._forms = [forms.get(form) or _expression(form, hexadecimal, texts) for form in text.lines]
        self._checked = re.compile(text.checked) if text.check and text.checked else None

    def parse(self, line: str) -> dict[str, Raw] | None:
        """Return the values of a line: empty if it matches no form, None if its checksum is wrong."""
        if self._checked is not None and self._checked.match(line):
            body, check = line[:-_CRC_CHARACTERS], line[-_CRC_CHARACTERS:]
            if wxt_crc(body.encode("latin-1", "replace")).decode() != check:
                return None
            line = body
        for form in self._forms:
            found = form(line)
            if found:
                return found
        return {}


def _json(line: str) -> dict[str, Raw]:
    try:
        found: Any = msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {key: value for key, value in found.items() if isinstance(value, int | float | str | bool)}


def _tokens(line: str, texts: Container[str]) -> dict[str, Raw]:
    """Parse `name=value` tokens; the unit letter is part of the key, so that a value in another unit has another key."""
    found: dict[str, Raw] = {}
    for part in line.split(","):
        match = _TOKEN.fullmatch(part) if part.partition("=")[0] not in texts else None
        if match and match[1] + match[3] in texts:
            found[match[1] + match[3]] = match[2]
        elif match:
            found[match[1] + match[3]] = _number(match[2])
        elif "=" in part:
            key, _, text = part.partition("=")
            found[key] = text
    return found


def _expression(pattern: str, hexadecimal: Container[str], texts: Container[str]) -> Callable[[str], dict[str, Raw]]:
    """Compile an expression whose named groups are the keys."""
    fullmatch = re.compile(pattern).fullmatch

    def parse(line: str) -> dict[str, Raw]:
        match = fullmatch(line)
        found = match.groupdict() if match else {}
        return {key: read(key, text) for key, text in found.items() if text is not None}

    def read(key: str, text: str) -> Raw:
        return text if key in texts else _hex(text) if key in hexadecimal else _number(text)

    return parse


def _hex(text: str) -> Raw:
    try:
        return int(text, 16)
    except ValueError:
        return text


def _number(text: str) -> Raw:
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        return text


class TextDialect:
    """The text protocol of one device."""

    def __init__(self, device: BoundDevice, text: Text) -> None:
        self.setup: Sequence[bytes] = [command.encode("ascii") for command in text.setup]
        self.queries: Sequence[Query] = [Query(command.encode("ascii")) for command in text.ask]
        self.rejected = 0
        self._each = text.each is not None
        self._queried_channel = 0
        if text.each is not None:
            self.queries = channel_queries(text.each, device, lambda ask: ask.encode("ascii"))
        hexadecimal = {key_of(slot) for slot in device.slots if slot.point.type == "hex" or slot.point.bit is not None}
        texts = {key_of(slot) for slot in device.slots if slot.point.type == "text"}
        self._splitter, self._parser = LineSplitter(text.terminator), LineParser(text, hexadecimal, texts)
        self._slots: dict[tuple[str, int], list[int]] = {}
        for number, slot in enumerate(device.slots):
            self._slots.setdefault((key_of(slot), slot.channel if self._each else 0), []).append(number)

    def expect(self, query: Query) -> None:
        """Expect the response for the query's channel."""
        if self._each:
            self._queried_channel = query.channel

    def feed(self, data: bytes) -> list[DialectMessage]:
        """Add received bytes; return the messages of the lines that they complete."""
        messages = []
        for line in self._splitter.feed(data):
            found = self._parser.parse(line)
            if found is None:
                self.rejected += 1
                continue
            messages.append(self._message(found))
        return messages

    def _message(self, found: dict[str, Raw]) -> DialectMessage:
        queried = self._queried_channel
        values = {slot: value for key, value in found.items() for slot in self._slots.get((key, queried), ())}
        if not self._each or not found or values:
            return DialectMessage(values, {})
        # A line that matches but has no value for a slot reports that the channel does not respond.
        silent = [slot for (_, channel), slots in self._slots.items() if channel == queried for slot in slots]
        return DialectMessage({}, dict.fromkeys(silent, Quality.BadNoCommunication))


def key_of(slot: Slot) -> str:
    """Return the key of a slot's value in parsed lines."""
    return (slot.point.key or "").replace("{n}", str(slot.channel + 1))
