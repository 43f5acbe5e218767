"""Devices that send binary frames: found by start, length, end and checksum at any place in what came. No input or output."""

from collections.abc import Callable, Sequence

from gateway.fieldbus.binding.bound_device import BoundDevice, Slot
from gateway.fieldbus.codec.checksums import CHECKSUMS
from gateway.fieldbus.codec.unpacking import Unpack, compile_items, frame_item
from gateway.fieldbus.codec.value_rules import Raw
from gateway.fieldbus.dialects.port import Query, RawValue, each_question
from gateway.model.profile import ChecksumPlace, Frame, FrameMessage, Stuffing, size_bytes
from gateway.model.quality import Quality

_BUFFER_LIMIT_BYTES = 4096


class FrameScanner:
    """Finds whole, good frames in a stream of bytes; what does not fit is passed over byte by byte, so a false start costs nothing."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._checks = [_checker(check) for check in frame.checks] + [_marker(at, bits) for at, bits in frame.marks.items()]
        self._buffer = bytearray()
        self.rejected = 0

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes; give the frames that ended in them, without flags and stuffing."""
        self._buffer += data
        frames = self._between_flags() if self._frame.stuffing else self._by_length()
        del self._buffer[:-_BUFFER_LIMIT_BYTES]
        return frames

    def forget(self) -> None:
        """Throw away the beginning of a frame that has not ended."""
        self._buffer.clear()

    def _between_flags(self) -> list[bytes]:
        stuffing = self._frame.stuffing
        if stuffing is None:
            return []
        # Neither flag stands within a frame, so what lies between any two of them is one, or noise.
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
        # From `at` on there may be the beginning of a frame; where no start was found, perhaps the beginning of a start.
        keep = at if at >= 0 else max(0, len(buffer) - len(start) + 1)
        del buffer[:keep]
        return found

    def _size(self, at: int) -> int | None:
        """Give the length of the frame that begins at a place: None while it can't be told, 0 where it can be no frame."""
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
    """Undo the stuffing; None where an escape stands last."""
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


class _Kind:
    """One kind of message of a device: how it is told, and which of the device's slots it fills on which channel."""

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
        """Tell whether a frame is of this kind."""
        if len(frame) < self._size or any(frame.startswith(says_nothing, at) for at, says_nothing in self._unless.items()):
            return False
        return all(frame.startswith(wanted, at) for at, wanted in self._match.items())

    def told(self, frame: bytes, asked: int) -> RawValue:
        """Give the raw values of a frame of this kind; none, where it is about a channel that nobody asked for."""
        channel = frame[self._channel.at] - self._channel.first if self._channel is not None else asked if self._each else 0
        unpack = self._unpack.get(channel)
        raw: list[Raw] = list(unpack(frame[: self._size])) if unpack is not None else []
        return RawValue(dict(zip(self._slots.get(channel, ()), raw, strict=True)), {})


def _end(slot: Slot) -> int:
    point = slot.point
    size = 1 if point.type == "bool" else size_bytes(point, in_registers=False)
    return (point.at or 0) + (point.stride or 0) * slot.channel + size


class FrameDialect:
    """Speaks binary frames with one device."""

    def __init__(self, device: BoundDevice, frame: Frame) -> None:
        self.setup: Sequence[bytes] = frame.setup
        self.asks: Sequence[Query] = [Query(question) for question in frame.ask]
        if frame.each is not None:
            self.asks = each_question(frame.each, device, bytes.fromhex)
        self._asked, self._each = 0, frame.each is not None
        self._slots = device.slots
        self._unmarked = frame.start is None and frame.stuffing is None
        self._scanner = FrameScanner(frame)
        numbered = list(enumerate(device.slots))
        messages = frame.messages or {"": FrameMessage()}
        self._kinds = [
            _Kind(message, [(number, slot) for number, slot in numbered if (slot.point.message or "") == name], frame)
            for name, message in messages.items()
        ]

    @property
    def rejected(self) -> int:
        """How many frames were thrown away for a wrong checksum or end."""
        return self._scanner.rejected

    def feed(self, data: bytes) -> list[RawValue]:
        """Take bytes; give what the good frames in them told."""
        return [self._told(frame) for frame in self._scanner.feed(data)]

    def asking(self, question: Query) -> None:
        """Note which channel's answer comes next."""
        self._asked = question.channel
        if self._unmarked:
            # Nothing marks where a frame begins: what came before the question is no part of its answer.
            self._scanner.forget()

    def _told(self, frame: bytes) -> RawValue:
        told = next((kind.told(frame, self._asked) for kind in self._kinds if kind.fits(frame)), None)
        if told is None or told.values or not self._each:
            return told or RawValue({}, {})
        # A frame that is known and brings nothing says that the channel does not answer.
        mine = [number for number, slot in enumerate(self._slots) if slot.channel == self._asked]
        return RawValue({}, dict.fromkeys(mine, Quality.BadNoCommunication))
