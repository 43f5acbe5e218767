"""The metrics of a gateway, in Prometheus's terms. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from gateway.fieldbus.line.counters import LineCounts, RequestCounts, declared
from gateway.fieldbus.line.owner import LineOwner
from gateway.host.http_server import counter, gauge
from gateway.journal.recorder import Recorder
from gateway.journal.write_times import SLOW_S
from gateway.uplink.session import UplinkSession


def samples(recorder: Recorder, uplink: UplinkSession, owners: Sequence[LineOwner]) -> Iterable[Metric]:
    """Yield every metric."""
    counts = uplink.sender.counts
    yield counter("street_readings", "Readings recorded", recorder.recorded)
    yield counter("street_readings_dropped", "Readings dropped because the journal refused them", recorder.dropped)
    what = "Whether readings are in memory alone, because the disk was full at the start"
    yield gauge("street_journal_in_memory", what, not recorder.durable)
    yield counter("street_journal_writes", "Writes of batches to the journal", recorder.writes.count)
    yield counter("street_journal_write_seconds", "Time that these writes took, with their fsync", recorder.writes.total_s)
    yield counter("street_journal_slow_writes", f"Those that took more than {SLOW_S:g} s", recorder.writes.slow)
    yield counter("street_batches_sent", "Batches sent for the first time", counts.sent)
    yield counter("street_batches_resent", "Batches resent", counts.resent)
    yield counter("street_bytes_sent", "Bytes of all batches sent and resent", counts.bytes)
    yield counter("street_batches_stored", "Batches that the centre stored", counts.stored)
    yield counter("street_batches_rejected", "Batches that the centre rejected", counts.rejected)
    yield gauge("street_batches_unconfirmed", "Batches sent and not yet confirmed", len(uplink.sender.window))
    yield gauge("street_uplink_connected", "Whether the broker is connected", uplink.mqtt.state.connected)
    yield gauge("street_uplink_cloned", "Whether another gateway runs under this one's name", uplink.cloned_by is not None)
    for name, texts in declared(LineCounts):
        yield _by_line(name, texts.help, {owner.name: getattr(owner.counts, name) for owner in owners})
    yield _by_line("missed", "Missed ticks", {owner.name: owner.missed for owner in owners})
    yield from _device_samples(owners)


def _device_samples(owners: Sequence[LineOwner]) -> Iterable[Metric]:
    found = [(owner.name, device.id, *owner.quality(device)) for owner in owners for device in owner.devices]
    for name, texts in declared(RequestCounts):
        metric = CounterMetricFamily(f"street_device_{name}", texts.help, labels=["line", "device"])
        for line, device, counters, _ in found:
            metric.add_metric([line, device], getattr(counters, name))
        yield metric
    trips = GaugeMetricFamily("street_device_round_trip_seconds", "Last round trips", labels=["line", "device", "quantile"])
    shares = GaugeMetricFamily("street_device_line_share", "Share of the line's time, from 0 to 1", labels=["line", "device"])
    for line, device, counters, share in found:
        shares.add_metric([line, device], share)
        for quantile, trip_s in zip(("0.5", "0.95"), counters.round_trips(), strict=True):
            if trip_s is not None:
                trips.add_metric([line, device, quantile], trip_s)
    yield from (trips, shares)


def _by_line(name: str, text: str, values: Mapping[str, float]) -> Metric:
    metric = GaugeMetricFamily(f"street_line_{name}", text, labels=["line"])
    for line, value in values.items():
        metric.add_metric([line], value)
    return metric
