"""Line quality as a reading: the counters of each device, in the `gateway` measurement. Pure."""

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.counters import LineQuality, RequestCounts, declared
from gateway.model.batch import Value
from gateway.model.stream import Stream, canonical_fields

EVERY_S = 60.0

_COUNTER_FIELDS = {name: texts.field for name, texts in declared(RequestCounts)}
_STREAM_FIELDS = canonical_fields("gateway", *_COUNTER_FIELDS.values(), "round_trip_p50", "round_trip_p95", "line_share")


def quality_stream(gateway: str, line: str, device: BoundDevice) -> Stream:
    """Return the stream of one device's line quality; its asset is the gateway."""
    return Stream(gateway, device.id, device.profile.profile, "gateway", _STREAM_FIELDS, EVERY_S, {"line": line})


def quality_values(quality: LineQuality) -> list[Value]:
    """Return the values of one reading of that stream."""
    counters, share = quality
    return [
        *(getattr(counters, name) for name in _COUNTER_FIELDS),
        *(None if trip_s is None else round(trip_s, 4) for trip_s in counters.round_trips()),
        round(100 * share, 2),
    ]
