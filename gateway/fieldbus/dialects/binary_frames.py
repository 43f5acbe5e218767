"""Devices that send binary frames, found by start, length, end and checksum at any position in received bytes. Does no I/O."""

from collections.abc import Callable, Sequence

from gateway.fieldbus.binding.bound_device import BoundDevice, Slot
from gateway.fieldbus.codec.checksums import CHECKSUMS
from gateway.fieldbus.codec.unpacking import Unpack, compile_items, frame_item
from gateway.fieldbus.codec.value_rules import Raw
from gateway.fieldbus.dialects.port import DialectMessage, Query, channel_queries
from gateway.model.profile import ChecksumPlace, Frame, FrameMessage, Stuffing, size_bytes
from gateway.model.quality import Quality

_BUFFER_LIMIT_BYTES = 4096


class FrameScanner:
    """Finds complete frames with good checksums in a stream; anything else is skipped byte by byte, so a false start loses no frame."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._checks = [_checker(check) for check in frame.checks] + [_marker(at, bits) for at, bits in frame.marks.items()]
        self._buffer = bytearray()
        self.rejected = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Add received bytes; return the frames that they complete, without flags and stuffing."""
        self._buffer += data
        frames = self._between_flags() if self._frame.stuffing else self._by_length()
        del self._buffer[:-_BUFFER_LIMIT_BYTES]
        return frames

    def clear(self) -> None:
        """Discard the beginning of an incomplete frame."""
        self._buffer.clear()

    def _between_flags(self) -> list[bytes]:
        stuffing = self._frame.stuffing
        if stuffing is None:
            return []
        # Flags never occur within a frame, so the bytes between any two of them are a frame, or noise.
        flag = bytes((stuffing.flag,))
        *parts, rest = (self._buffer if stuffing.end is None else self._buffer.replace(bytes((stuffing.end,)), flag)).split(flag)
        self._buffer = bytearray(rest)
        return [frame for part in parts if part and (frame := self._good(_unstuffed(part, stuffing))) is not None]

    def _by_length(self) -> list[bytes]:
        found, start, buffer = [], self._frame.start or b"", self._buffer
        at = 0
        while (at := buffer.find(start, at)) >= 0:
            size = self._size(at)
            if size is None or (size > 0 and at + size > len(buffer)):
                break
            frame = self._good(bytes(buffer[at : at + size])) if size > 0 else None
            if frame is None:
                at += 1
            else:
                found.append(frame)
                at += size
        # A frame may begin at `at`; without one, the last bytes may be the beginning of a start marker.
        keep = at if at >= 0 else max(0, len(buffer) - len(start) + 1)
        del buffer[:keep]
        return found

    def _size(self, at: int) -> int | None:
        """Return the length of the frame at a position: None while its length has not arrived, 0 if it can't be a frame."""
        frame = self._frame
        if frame.length is None:
            return frame.fixed or 0
        first = at + frame.length.at
        if first + frame.length.size > len(self._buffer):
            return None
        size = int.from_bytes(self._buffer[first : first + frame.length.size], frame.length.order) + frame.length.plus
        return size if size <= frame.longest else 0

    def _good(self, frame: bytes | None) -> bytes | None:
        if frame is not None and len(frame) >= 2 and frame.endswith(self._frame.end or b"") and all(check(frame) for check in self._checks):
            return frame
        self.rejected += 1
        return None


def _unstuffed(part: bytearray, stuffing: Stuffing) -> bytes | None:
    """Remove the stuffing; return None if the last byte is an escape."""
    out, escaped = bytearray(), False
    for byte in part:
        if escaped:
            out.append(byte ^ stuffing.turned)
            escaped = False
        elif byte == stuffing.escape:
            escaped = True
        else:
            out.append(byte)
    return None if escaped else bytes(out)


def _marker(at: int, bits: int) -> Callable[[bytes], bool]:
    return lambda frame: at < len(frame) and frame[at] & bits == bits


def _checker(check: ChecksumPlace) -> Callable[[bytes], bool]:
    checksum = CHECKSUMS[check.kind]

    def holds(frame: bytes) -> bool:
        end = check.end if check.end > 0 else len(frame) + check.end
        at = check.at if check.at >= 0 else len(frame) + check.at
        given = frame[at : at + checksum.size] if at >= 0 else b""
        return len(given) == checksum.size and int.from_bytes(given, check.order) == checksum.of(frame[check.first : end])

    return holds


class _MessageKind:
    """One kind of message of a device: how to recognise it, and which of the device's slots it fills on each channel."""

    def __init__(self, message: FrameMessage, slots: list[tuple[int, Slot]], frame: Frame) -> None:
        self._match, self._unless, self._channel = message.match, message.unless, message.channel
        self._each = frame.each is not None
        self._slots: dict[int, list[int]] = {}
        self._unpack: dict[int, Unpack] = {}
        self._size = max((_end(slot) for _, slot in slots), default=0)
        apart = self._channel is not None or self._each
        for channel in {slot.channel for _, slot in slots} if apart else {0}:
            mine = [(number, slot) for number, slot in slots if slot.channel == channel or not apart]
            self._slots[channel] = [number for number, _ in mine]
            items = [frame_item(slot.point, frame.byte_order, slot.channel) for _, slot in mine]
            self._unpack[channel] = compile_items(items, self._size)

    def fits(self, frame: bytes) -> bool:
        """Return whether a frame is of this kind."""
        if len(frame) < self._size or any(frame.startswith(unwanted, at) for at, unwanted in self._unless.items()):
            return False
        return all(frame.startswith(wanted, at) for at, wanted in self._match.items())

    def message(self, frame: bytes, queried_channel: int) -> DialectMessage:
        """Unpack a frame of this kind; the message is empty if no slot is on its channel."""
        channel = frame[self._channel.at] - self._channel.first if self._channel is not None else queried_channel if self._each else 0
        unpack = self._unpack.get(channel)
        raw: list[Raw] = list(unpack(frame[: self._size])) if unpack is not None else []
        return DialectMessage(dict(zip(self._slots.get(channel, ()), raw, strict=True)), {})


def _end(slot: Slot) -> int:
    point = slot.point
    size = 1 if point.type == "bool" else size_bytes(point, in_registers=False)
    return (point.at or 0) + (point.stride or 0) * slot.channel + size


class FrameDialect:
    """The binary protocol of one device."""

    def __init__(self, device: BoundDevice, frame: Frame) -> None:
        self.setup: Sequence[bytes] = frame.setup
        self.queries: Sequence[Query] = [Query(data) for data in frame.ask]
        if frame.each is not None:
            self.queries = channel_queries(frame.each, device, bytes.fromhex)
        self._queried_channel, self._each = 0, frame.each is not None
        self._slots = device.slots
        self._unmarked = frame.start is None and frame.stuffing is None
        self._scanner = FrameScanner(frame)
        numbered = list(enumerate(device.slots))
        messages = frame.messages or {"": FrameMessage()}
        self._kinds = [
            _MessageKind(message, [(number, slot) for number, slot in numbered if (slot.point.message or "") == name], frame)
            for name, message in messages.items()
        ]

    @property
    def rejected(self) -> int:
        """The number of frames discarded for a wrong checksum or end."""
        return self._scanner.rejected

    def expect(self, query: Query) -> None:
        """Expect the response for the query's channel."""
        self._queried_channel = query.channel
        if self._unmarked:
            # Without a start marker, bytes from before the query would be taken for the beginning of its response.
            self._scanner.clear()

    def feed(self, data: bytes) -> list[DialectMessage]:
        """Add received bytes; return the messages of the frames that they complete."""
        return [self._message(frame) for frame in self._scanner.feed(data)]

    def _message(self, frame: bytes) -> DialectMessage:
        message = next((kind.message(frame, self._queried_channel) for kind in self._kinds if kind.fits(frame)), None)
        if message is None or message.values or not self._each:
            return message or DialectMessage({}, {})
        # A frame that matches but has no value for a slot reports that the channel does not respond.
        silent = [number for number, slot in enumerate(self._slots) if slot.channel == self._queried_channel]
        return DialectMessage({}, dict.fromkeys(silent, Quality.BadNoCommunication))
