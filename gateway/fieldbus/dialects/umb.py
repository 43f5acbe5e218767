"""Lufft's UMB protocol: channels are asked for by number, and every answer says its value's type and state. No input or output.

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
from gateway.fieldbus.dialects.port import Query, RawValue
from gateway.model.profile import ChecksumPlace, Frame, LengthPlace, Umb
from gateway.model.quality import Quality

_SOH_VERSION, _STX, _ETX, _EOT = b"\x01\x10", 0x02, 0x03, 0x04
_CONTROLLER = b"\x01\xf0"
_COMMAND_VERSION = 0x10
_ONE_CHANNEL, _MULTI_CHANNEL = 0x23, 0x2F
_AROUND_BYTES = 12
"""What a frame holds beside its counted part: eight bytes up to STX, ETX, CRC, EOT."""

_MOST_CHANNELS = 20
"""So many channels of the longest type fit one answer of 255 counted bytes (UMB protocol, chapter 3.11.2)."""

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
"""What a channel's state says of its value; any other is a failure of the station."""

_FRAME = Frame(
    start=_SOH_VERSION,
    length=LengthPlace(at=6, plus=_AROUND_BYTES),
    end=bytes((_EOT,)),
    checks=[ChecksumPlace(kind="crc16/mcrf4xx", end=-3, at=-3, order="little")],
)


class UmbChannel(NamedTuple):
    """What an answer says of one channel: its number, its value, and how good that is."""

    number: int
    value: Raw | None
    quality: Quality


def request(device_class: int, device: int, channels: list[int]) -> bytes:
    """Build an online data request for one channel of a station, or for several."""
    command = (_ONE_CHANNEL, _COMMAND_VERSION) if len(channels) == 1 else (_MULTI_CHANNEL, _COMMAND_VERSION, len(channels))
    payload = bytes(command) + b"".join(struct.pack("<H", one) for one in channels)
    address = bytes((device, device_class << 4))
    body = _SOH_VERSION + address + _CONTROLLER + bytes((len(payload), _STX)) + payload + bytes((_ETX,))
    return body + CHECKSUMS["crc16/mcrf4xx"].of(body).to_bytes(2, "little") + bytes((_EOT,))


def channels_in(payload: bytes) -> list[UmbChannel]:
    """Read an answer's channels: of several, each has a record of length, state, number, type and value; of one there is no length."""
    if payload[:1] == bytes((_ONE_CHANNEL,)):
        return [_channel(payload[2:])] if len(payload) >= 5 else []
    found, at = [], 4
    while at + 4 <= len(payload):
        found.append(_channel(payload[at + 1 : at + 1 + payload[at]]))
        at += 1 + payload[at]
    return found


def _channel(record: bytes) -> UmbChannel:
    """Read the state, number, type and value of one channel."""
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
    """Speaks UMB with one station."""

    def __init__(self, device: BoundDevice, umb: Umb) -> None:
        self.setup: Sequence[bytes] = ()
        self._from = bytes((umb.device, umb.device_class << 4))
        self._scanner = FrameScanner(_FRAME)
        self._slots: dict[int, list[int]] = {}
        for number, slot in enumerate(device.slots):
            self._slots.setdefault(slot.point.channel or 0, []).append(number)
        wanted = sorted(self._slots)
        self.asks: Sequence[Query] = [
            Query(request(umb.device_class, umb.device, wanted[first : first + _MOST_CHANNELS]))
            for first in range(0, len(wanted), _MOST_CHANNELS)
        ]

    @property
    def rejected(self) -> int:
        """How many frames were thrown away for a wrong checksum or end."""
        return self._scanner.rejected

    def asking(self, question: Query) -> None:
        """Answers name their channels, so nothing need be noted."""

    def feed(self, data: bytes) -> list[RawValue]:
        """Take bytes; give what the answers of the station in them told."""
        told = []
        for frame in self._scanner.feed(data):
            payload = frame[8:-4]
            if frame[2:4] != _CONTROLLER or frame[4:6] != self._from or payload[:1] not in (b"\x23", b"\x2f"):
                continue
            values: dict[int, Raw] = {}
            bad: dict[int, Quality] = {}
            for channel in channels_in(payload):
                for slot in self._slots.get(channel.number, ()):
                    if channel.value is None:
                        bad[slot] = channel.quality
                    else:
                        values[slot] = channel.value
            told.append(RawValue(values, bad))
        return told
