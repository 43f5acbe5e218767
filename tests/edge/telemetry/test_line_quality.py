"""Line quality: counted, told as readings of the gateway, and kept off the city plane."""

import msgspec

from gateway.centre.city.latest import LatestValues, Pace
from gateway.centre.schemas import SchemaStreams
from gateway.config.profile_library import ProfileLibrary
from gateway.edge.telemetry.line_quality import quality_stream, quality_values
from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.line.counters import DeviceCounters
from gateway.model.batch import Batch, BatchRow, Clock
from gateway.model.site import DeviceSettings
from gateway.model.stream import Schema, decode_schema
from gateway.model.topics import GatewayId


def tally() -> DeviceCounters:
    counted = DeviceCounters()
    counted.sent, counted.answered, counted.timeouts, counted.crc_errors = 100, 90, 7, 3
    counted.exceptions, counted.late, counted.foreign, counted.bytes, counted.busy_s = 2, 1, 4, 9000, 12.5
    counted.round_trips_s.extend(n / 1000 for n in range(1, 101))
    return counted


def test_round_trips_are_those_of_the_last_answers() -> None:
    quality = tally().quality()
    # The last 64 of a hundred: 37 to 100 ms.
    assert (quality.round_trip_p50_s, quality.round_trip_p95_s) == (0.069, 0.097)
    assert DeviceCounters().quality().round_trip_p50_s is None


def test_quality_is_a_reading_of_the_gateway_for_every_device() -> None:
    device = bind(DeviceSettings(id="meter", profile="xy_md02", asset="st-1"), ProfileLibrary().get("xy_md02"), {})
    stream = quality_stream("gw-0042", "panel", device)
    assert decode_schema(Schema((stream,)).document()).streams == (stream,)
    told = dict(zip([field.name for field in stream.fields], quality_values(tally().quality(), 0.125), strict=True))
    assert (stream.measurement, stream.asset, stream.device, stream.tags) == ("gateway", "gw-0042", "meter", {"line": "panel"})
    assert told == {
        "requests": 100, "answers": 90, "timeouts": 7, "crc_errors": 3, "exceptions": 2, "late_answers": 1, "foreign_frames": 4,
        "line_bytes": 9000, "round_trip_p50": 0.069, "round_trip_p95": 0.097, "line_share": 12.5,
    }  # fmt: skip


def test_what_is_about_the_gateways_is_not_published_to_the_city() -> None:
    city = LatestValues(Pace(0.0, 0.0))
    device = bind(DeviceSettings(id="meter", profile="xy_md02", asset="st-1"), ProfileLibrary().get("xy_md02"), {})
    sender = GatewayId("prato", "citelum", "gw-0042")
    streams = (quality_stream("gw-0042", "panel", device), device.streams[0].stream)
    rows = [BatchRow(number, 0, (1,) * len(stream.fields)) for number, stream in enumerate(streams)]
    batch = Batch(1, b"epoch..8", 0, b"schema.8", 1000, Clock.SYNCED, 0, 0, msgspec.Raw(b""))
    city.add(sender, batch, rows, SchemaStreams(sender, streams))
    assert [topic for topic, _ in city.due_messages(0.0)] == ["prato/v1/citelum/city/weather/st-1"]
