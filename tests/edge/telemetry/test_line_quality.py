"""Line quality as readings of the gateway, which are not published to the city."""

import msgspec

from gateway.centre.city.latest import LatestValues, Pace
from gateway.centre.schemas import SchemaStreams
from gateway.config.profile_library import ProfileLibrary
from gateway.edge.telemetry.line_quality import quality_stream, quality_values
from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.line.counters import LineQuality
from gateway.model.batch import Batch, BatchRow, Clock
from gateway.model.site.lines import DeviceSettings
from gateway.model.stream import Schema, decode_schema
from gateway.model.topics import GatewayId
from tests.edge.telemetry.owners import some_counters


def test_the_quality_of_each_device_is_a_reading_of_the_gateway() -> None:
    device = bind(DeviceSettings(id="meter", profile="xy_md02", asset="st-1"), ProfileLibrary().get("xy_md02"), {})
    stream = quality_stream("gw-0042", "panel", device)
    assert decode_schema(Schema((stream,)).document()).streams == (stream,)
    values = dict(zip([field.name for field in stream.fields], quality_values(LineQuality(some_counters(), 0.125)), strict=True))
    assert (stream.measurement, stream.asset, stream.device, stream.tags) == ("gateway", "gw-0042", "meter", {"line": "panel"})
    assert values == {
        "requests": 100, "answers": 90, "timeouts": 7, "crc_errors": 3, "exceptions": 2, "late_answers": 1, "foreign_frames": 4,
        "line_bytes": 9000, "round_trip_p50": 0.069, "round_trip_p95": 0.097, "line_share": 12.5,
    }  # fmt: skip


def test_line_quality_is_not_published_to_the_city() -> None:
    city = LatestValues(Pace(0.0, 0.0))
    device = bind(DeviceSettings(id="meter", profile="xy_md02", asset="st-1"), ProfileLibrary().get("xy_md02"), {})
    sender = GatewayId("prato", "citelum", "gw-0042")
    streams = (quality_stream("gw-0042", "panel", device), device.streams[0].stream)
    rows = [BatchRow(number, 0, (1,) * len(stream.fields)) for number, stream in enumerate(streams)]
    batch = Batch(1, b"epoch..8", 0, b"schema.8", 1000, Clock.SYNCED, 0, 0, msgspec.Raw(b""))
    city.add(sender, batch, rows, SchemaStreams(sender, streams), 0.0)
    assert [topic for topic, _ in city.due_messages(0.0)] == ["prato/v1/citelum/city/weather/st-1"]
