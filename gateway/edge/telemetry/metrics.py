"""What a gateway counts, for whoever scrapes it."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from gateway.fieldbus.line.owner import LineOwner
from gateway.host.http_server import counter, gauge
from gateway.journal.recorder import Recorder
from gateway.uplink.session import UplinkSession

_LINE_COUNTS = MappingProxyType(
    {"polls": "Polls begun", "silent": "Polls without any answer", "broken": "Times that the line itself failed"}
)
_DEVICE_COUNTS = MappingProxyType({
    "sent": "Requests sent",
    "answered": "Requests answered",
    "timeouts": "Requests that nothing answered",
    "crc_errors": "Requests that noise answered",
    "exceptions": "Requests that the device refused",
    "late": "Answers after the time-out",
    "foreign": "Frames of others heard instead",
    "bytes": "Bytes on the line",
})  # fmt: skip


def samples(recorder: Recorder, uplink: UplinkSession, owners: Sequence[LineOwner]) -> Iterable[Metric]:
    """Give every metric as it stands."""
    counts = uplink.sender.counts
    yield counter("street_readings", "Readings taken from the lines", recorder.recorded)
    yield counter("street_readings_dropped", "Readings dropped while the disk took nothing", recorder.dropped)
    yield counter("street_batches_sent", "Batches sent for the first time", counts.sent)
    yield counter("street_batches_resent", "Batches sent again", counts.resent)
    yield counter("street_bytes_sent", "Bytes of batches sent, repetitions included", counts.bytes)
    yield counter("street_batches_stored", "Batches that the centre stored", counts.stored)
    yield counter("street_batches_rejected", "Batches that the centre rejected", counts.rejected)
    yield gauge("street_batches_unconfirmed", "Batches sent and without receipt", len(uplink.sender.window))
    yield gauge("street_uplink_connected", "Whether the broker is connected", uplink.mqtt.state.connected)
    for name, what in _LINE_COUNTS.items():
        yield _by_line(name, what, {owner.name: getattr(owner.counts, name) for owner in owners})
    yield _by_line("missed", "Ticks that passed unserved", {owner.name: owner.missed for owner in owners})
    yield from _device_samples(owners)


def _device_samples(owners: Sequence[LineOwner]) -> Iterable[Metric]:
    """Give what was counted of each device."""
    told = [(owner.name, device.id, *owner.quality(device)) for owner in owners for device in owner.devices]
    for name, what in _DEVICE_COUNTS.items():
        metric = CounterMetricFamily(f"street_device_{name}", what, labels=["line", "device"])
        for line, device, quality, _ in told:
            metric.add_metric([line, device], getattr(quality, name))
        yield metric
    trips = GaugeMetricFamily("street_device_round_trip_seconds", "Round trip of the last answers", labels=["line", "device", "quantile"])
    shares = GaugeMetricFamily("street_device_line_share", "Part of the line's time, from 0 to 1", labels=["line", "device"])
    for line, device, quality, share in told:
        shares.add_metric([line, device], share)
        for quantile, trip_s in (("0.5", quality.round_trip_p50_s), ("0.95", quality.round_trip_p95_s)):
            if trip_s is not None:
                trips.add_metric([line, device, quantile], trip_s)
    yield from (trips, shares)


def _by_line(name: str, what: str, values: Mapping[str, float]) -> Metric:
    metric = GaugeMetricFamily(f"street_line_{name}", what, labels=["line"])
    for line, value in values.items():
        metric.add_metric([line], value)
    return metric
