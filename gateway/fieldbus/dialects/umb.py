"""Lufft's UMB protocol: queries name channels by number, responses contain each value's type and status. Does no I/O.

Source: UMB protocol 1.0 V1.7, chapters 3.10 and 3.11 (frames, online data request), and the MARWIS manual, 19.2.4 and 19.2.5
(frames with one and several channels); CRC-16/MCRF4XX over everything up to ETX, low byte first.
"""

import struct
from collections.abc import Sequence
from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.codec.checksums import CHECKSUMS
from gateway.fieldbus.codec.value_rules import Raw
from gateway.fieldbus.dialects.binary_frames import FrameScanner
from gateway.fieldbus.dialects.port import DialectMessage, Query
from gateway.model.profile import ChecksumPlace, Frame, LengthPlace, Umb
from gateway.model.quality import Quality

_SOH_VERSION, _STX, _ETX, _EOT = b"\x01\x10", 0x02, 0x03, 0x04
_CONTROLLER = b"\x01\xf0"
_COMMAND_VERSION = 0x10
_ONE_CHANNEL, _MULTI_CHANNEL = 0x23, 0x2F
_AROUND_BYTES = 12
"""The bytes of a frame that its length does not count: eight up to STX, then ETX, CRC, EOT."""

_MOST_CHANNELS = 20
"""The number of channels of the longest type that fit in a response of 255 counted bytes (UMB protocol, chapter 3.11.2)."""

_LETTERS = {0x10: "B", 0x11: "b", 0x12: "<H", 0x13: "<h", 0x14: "<I", 0x15: "<i", 0x16: "<f", 0x17: "<d"}
_STATES = {
    0: Quality.Good,
    36: Quality.BadConfigurationError,
    40: Quality.BadWaitingForInitialData,
    41: Quality.BadDeviceFailure,
    42: Quality.BadDeviceFailure,
    43: Quality.BadSensorFailure,
    54: Quality.BadOutOfService,
    80: Quality.BadOutOfRange,
    81: Quality.BadOutOfRange,
}
"""The quality for each channel status; any other status means that the station failed."""

_FRAME = Frame(
    start=_SOH_VERSION,
    length=LengthPlace(at=6, plus=_AROUND_BYTES),
    end=bytes((_EOT,)),
    checks=[ChecksumPlace(kind="crc16/mcrf4xx", end=-3, at=-3, order="little")],
)


class UmbChannel(NamedTuple):
    """One channel of a response: its number, its value, and the value's quality."""

    number: int
    value: Raw | None
    quality: Quality


def data_request(device_class: int, device: int, channels: list[int]) -> bytes:
    """Build an online data request for one or more channels of a station."""
    command = (_ONE_CHANNEL, _COMMAND_VERSION) if len(channels) == 1 else (_MULTI_CHANNEL, _COMMAND_VERSION, len(channels))
    payload = bytes(command) + b"".join(struct.pack("<H", one) for one in channels)
    address = bytes((device, device_class << 4))
    body = _SOH_VERSION + address + _CONTROLLER + bytes((len(payload), _STX)) + payload + bytes((_ETX,))
    return body + CHECKSUMS["crc16/mcrf4xx"].of(body).to_bytes(2, "little") + bytes((_EOT,))


def channels_in(payload: bytes) -> list[UmbChannel]:
    """Decode the channels of a response. The record of a single channel has no length byte."""
    if payload[:1] == bytes((_ONE_CHANNEL,)):
        return [_channel(payload[2:])] if len(payload) >= 5 else []
    found, at = [], 4
    while at + 4 <= len(payload):
        found.append(_channel(payload[at + 1 : at + 1 + payload[at]]))
        at += 1 + payload[at]
    return found


def _channel(record: bytes) -> UmbChannel:
    """Decode the status, number, type and value of one channel."""
    if len(record) < 3:
        return UmbChannel(0, None, Quality.BadDecodingError)
    state, number = struct.unpack_from("<BH", record)
    quality = _STATES.get(state, Quality.BadDeviceFailure)
    if quality is not Quality.Good:
        return UmbChannel(number, None, quality)
    letter = _LETTERS.get(record[3]) if len(record) > 3 else None
    if letter is None or len(record) < 4 + struct.calcsize(letter):
        return UmbChannel(number, None, Quality.BadDecodingError)
    return UmbChannel(number, struct.unpack_from(letter, record, 4)[0], Quality.Good)


class UmbDialect:
    """The UMB protocol of one station."""

    def __init__(self, device: BoundDevice, umb: Umb) -> None:
        self.setup: Sequence[bytes] = ()
        self._address = bytes((umb.device, umb.device_class << 4))
        self._scanner = FrameScanner(_FRAME)
        self._slots: dict[int, list[int]] = {}
        for number, slot in enumerate(device.slots):
            self._slots.setdefault(slot.point.channel or 0, []).append(number)
        wanted = sorted(self._slots)
        self.queries: Sequence[Query] = [
            Query(data_request(umb.device_class, umb.device, wanted[first : first + _MOST_CHANNELS]))
            for first in range(0, len(wanted), _MOST_CHANNELS)
        ]

    @property
    def rejected(self) -> int:
        """The number of frames discarded for a wrong checksum or end."""
        return self._scanner.rejected

    def expect(self, query: Query) -> None:
        """Do nothing: responses name their channels."""

    def feed(self, data: bytes) -> list[DialectMessage]:
        """Add received bytes; return the responses of the station that they complete."""
        messages = []
        for frame in self._scanner.feed(data):
            payload = frame[8:-4]
            if frame[2:4] != _CONTROLLER or frame[4:6] != self._address or payload[:1] not in (b"\x23", b"\x2f"):
                continue
            values: dict[int, Raw] = {}
            bad: dict[int, Quality] = {}
            for channel in channels_in(payload):
                for slot in self._slots.get(channel.number, ()):
                    if channel.value is None:
                        bad[slot] = channel.quality
                    else:
                        values[slot] = channel.value
            messages.append(DialectMessage(values, bad))
        return messages
