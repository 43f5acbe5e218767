"""The metrics of a gateway: names and labels are a contract."""

from types import SimpleNamespace
from typing import Any

from gateway.edge.telemetry.metrics import samples
from tests.edge.telemetry.owners import CountingDriver, owner_of


def found(*owners: Any) -> dict[tuple[str, tuple[str, ...]], float]:
    recorder: Any = SimpleNamespace(recorded=7, dropped=1, durable=False, writes=SimpleNamespace(count=9, total_s=2.5, slow=1))
    counts = SimpleNamespace(sent=3, resent=1, bytes=400, stored=2, rejected=0)
    sender = SimpleNamespace(counts=counts, window=[1])
    uplink: Any = SimpleNamespace(sender=sender, mqtt=SimpleNamespace(state=SimpleNamespace(connected=True)), cloned_by=None)
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for metric in samples(recorder, uplink, owners)
        for sample in metric.samples
    }


async def test_every_counter_of_a_device_is_a_metric_with_its_line_and_device() -> None:
    metrics = found(owner_of(CountingDriver()))
    values = {name: metrics[f"street_device_{name}_total", ("panel", "meter")] for name in
              ("sent", "answered", "timeouts", "crc_errors", "exceptions", "late", "foreign", "bytes")}  # fmt: skip
    assert list(values.values()) == [100, 90, 7, 3, 2, 1, 4, 9000]
    assert metrics["street_device_sent_total", ("panel", "spare")] == 0


async def test_round_trips_are_gauges_by_quantile_and_absent_before_the_first_response() -> None:
    metrics = found(owner_of(CountingDriver()))
    assert metrics["street_device_round_trip_seconds", ("panel", "meter", "0.5")] == 0.069
    assert metrics["street_device_round_trip_seconds", ("panel", "meter", "0.95")] == 0.097
    assert ("street_device_round_trip_seconds", ("panel", "spare", "0.5")) not in metrics
    assert ("street_device_line_share", ("panel", "spare")) in metrics


async def test_every_counter_of_a_line_and_the_uplink_is_a_metric() -> None:
    owner = owner_of(CountingDriver())
    owner.counts.polls, owner.counts.silent, owner.counts.broken = 5, 2, 1
    metrics = found(owner)
    assert [metrics[f"street_line_{name}", ("panel",)] for name in ("polls", "silent", "broken", "missed")] == [5, 2, 1, 0]
    assert metrics["street_readings_total", ()] == 7
    assert metrics["street_readings_dropped_total", ()] == 1
    assert metrics["street_journal_in_memory", ()] == 1
    assert metrics["street_journal_writes_total", ()] == 9
    assert metrics["street_journal_write_seconds_total", ()] == 2.5
    assert metrics["street_journal_slow_writes_total", ()] == 1
    assert metrics["street_batches_unconfirmed", ()] == 1
    assert metrics["street_uplink_connected", ()] == 1
