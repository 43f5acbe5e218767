"""What the centre itself puts into the store. Pure.

One row a batch in measurement `uplink`, by which a query finds what is missing: a batch that comes again writes its row again, as the row's
time is made of the batch's own time and number, and of nothing that happens here. And what each ingest worker counted, in `worker`.
"""

from collections.abc import Sequence
from functools import lru_cache

from gateway.centre.series_rows import Origin, StoredRow, origin
from gateway.model.batch import Batch
from gateway.model.stream import Stream, canonical_fields
from gateway.model.topics import GatewayId

CENTRE = "centre"
"""The operator of what is the centre's own."""


WORKER_EVERY_S = 60.0


_UPLINK, _WORKER = canonical_fields("uplink"), canonical_fields("worker")


def uplink_row(sender: GatewayId, batch: Batch, readings: int, now_ms: int) -> StoredRow:
    """Give the row of one batch: its number, its readings, how long after its first reading it came (seconds), how good its clock is."""
    # Batches of one second would share a millisecond: their numbers keep them apart.
    t_ms = batch.t0_ms // 1000 * 1000 + batch.seq % 1000
    delay_s = round(max(0, now_ms - batch.t0_ms) / 1000, 3)
    return StoredRow(_origin(sender, batch.epoch), t_ms, [batch.seq, readings, delay_s, batch.clock.name.lower()])


def worker_row(site: str, worker: str, counted: Sequence[int], t_ms: int) -> StoredRow:
    """Give the row of what a worker counted since it began: its dead letters now, batches, readings, rejected batches, failed writes."""
    stream = Stream(worker, worker, CENTRE, "worker", _WORKER, WORKER_EVERY_S)
    return StoredRow(origin(GatewayId(site, CENTRE, worker), stream), t_ms, counted)


@lru_cache(maxsize=4096)
def _origin(sender: GatewayId, epoch: bytes) -> Origin:
    return origin(sender, Stream(sender.gateway, sender.gateway, "uplink", "uplink", _UPLINK, 0.0, {"epoch": epoch.hex()}))
