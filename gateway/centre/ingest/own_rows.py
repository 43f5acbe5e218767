"""The centre's own rows in the store. Pure.

Measurement `uplink` has one row for each batch, by which queries find missing ones. Its time depends on the batch alone, so a batch that
arrives again overwrites its row. The epoch is two numbers of 32 bits: as a tag, each start of a gateway would make a new series, of which a
store holds a limited number, and not every store has texts. Measurement `worker` has the counters of each ingest worker. Measurement
`event` has the alarms of gateways that only the centre can see, and `gap` the readings that the store lost.
"""

import struct
from collections.abc import Sequence
from functools import lru_cache

from gateway.centre.ingest.clones import CloneNews
from gateway.centre.self_audit.parts import NOTHING, Shortfall
from gateway.centre.self_audit.verdicts import LostPart
from gateway.centre.series_rows import Origin, StoredRow, origin
from gateway.model.batch import Batch, Clock
from gateway.model.stream import Stream, canonical_fields
from gateway.model.topics import GatewayId

CENTRE = "centre"
"""The operator of the centre's own series."""


WORKER_EVERY_S = 60.0


_halves = struct.Struct(">II").unpack

_UPLINK, _WORKER, _EVENT, _GAP = (canonical_fields(name) for name in ("uplink", "worker", "event", "gap"))

_CLOCKS = tuple(clock.name.lower() for clock in sorted(Clock))
"""By number: the name of a member of an enumeration is slow to look up."""

CLONED = "cloned_identity"
"""The alarm that two gateways use one name."""


def uplink_row(sender: GatewayId, batch: Batch, readings: int, now_ms: int) -> StoredRow:
    """Return the row of one batch: its number, its readings, the delay since its first reading in seconds, the state of its clock."""
    # Several batches may begin in one second: the last digits of their numbers tell them apart, and those of another epoch begin elsewhere.
    high, low = _halves(batch.epoch)
    t_ms = batch.t0_ms // 1000 * 1000 + (batch.seq + high + low) % 1000
    delay_s = max(0, now_ms - batch.t0_ms) / 1000
    return StoredRow(_origin(sender), t_ms, [batch.seq, readings, high, low, delay_s, _CLOCKS[batch.clock]])


def worker_row(site: str, worker: str, counters: Sequence[int], t_ms: int) -> StoredRow:
    """Return the row of a worker: its dead letters; since its start batches, readings, rejected batches, failed writes; its lost parts."""
    stream = Stream(worker, worker, CENTRE, "worker", _WORKER, WORKER_EVERY_S)
    return StoredRow(origin(GatewayId(site, CENTRE, worker), stream), t_ms, counters)


def clone_row(news: CloneNews, worker: str, t_ms: int) -> StoredRow:
    """Return the event of an alarm about a gateway's name: the gateway is the asset, the worker that saw it the device."""
    stream = Stream(news.sender.gateway, worker, CENTRE, "event", _EVENT, 0.0)
    return StoredRow(origin(news.sender, stream), t_ms, [CLONED, news.active, news.en, news.it])


def loss_row(lost: LostPart, part_ms: int, worker: str) -> StoredRow:
    """Return the gap of a part that the store lost: the gateway is the asset, the worker that confirmed it the device.

    Its time is the end of the part, so that it is overwritten when more is known.
    """
    stream = Stream(lost.sender.gateway, worker, CENTRE, "gap", _GAP, 0.0)
    end_ms = lost.begin_ms + part_ms
    values = [None, _loss_reason(lost.missing), lost.begin_ms / 1000, end_ms / 1000, None, None, None]
    return StoredRow(origin(lost.sender, stream), end_ms, values)


def _loss_reason(missing: Shortfall) -> str:
    if missing == NOTHING:
        return "the store had lost them, and the gateway sent them again: nothing is missing any more"
    parts = f"{missing.batches} batches, {missing.values} values"
    return f"the store lost them after it had confirmed them, and they did not come again ({parts})"


@lru_cache(maxsize=4096)
def _origin(sender: GatewayId) -> Origin:
    return origin(sender, Stream(sender.gateway, sender.gateway, "uplink", "uplink", _UPLINK, 0.0))
