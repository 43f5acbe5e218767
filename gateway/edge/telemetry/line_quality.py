"""Line quality as a reading: what was counted of each device, in the `gateway` measurement."""

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.counters import LineQuality
from gateway.model.batch import Value
from gateway.model.stream import Stream, canonical_fields

EVERY_S = 60.0

_FIELDS = ("requests", "answers", "timeouts", "crc_errors", "exceptions", "late_answers", "foreign_frames", "line_bytes",
           "round_trip_p50", "round_trip_p95", "line_share")  # fmt: skip
_STREAM_FIELDS = canonical_fields("gateway", *_FIELDS)


def quality_stream(gateway: str, line: str, device: BoundDevice) -> Stream:
    """Give the stream of one device's line quality; its asset is the gateway."""
    return Stream(gateway, device.id, device.profile.profile, "gateway", _STREAM_FIELDS, EVERY_S, {"line": line})


def quality_values(quality: LineQuality, share: float) -> list[Value]:
    """Give the values of one reading of that stream; `share` is the device's part of the line's time, from 0 to 1."""
    trips = (quality.round_trip_p50_s, quality.round_trip_p95_s)
    return [
        quality.sent,
        quality.answered,
        quality.timeouts,
        quality.crc_errors,
        quality.exceptions,
        quality.late,
        quality.foreign,
        quality.bytes,
        *(None if trip_s is None else round(trip_s, 4) for trip_s in trips),
        round(100 * share, 2),
    ]
