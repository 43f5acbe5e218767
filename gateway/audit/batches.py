"""Accounts for every batch: by the journal, its receipts, and the batch numbers in the store. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from gateway.centre.stores.port import Span, StoreReader
from gateway.journal.entries import Gap
from gateway.journal.inspect import EpochBatches
from gateway.model.batch import LATEST_MS
from gateway.model.messages import ranges_of
from gateway.model.topics import GatewayId

Ranges = list[tuple[int, int]]
Numbers = dict[tuple[GatewayId, bytes], set[int]]
"""The numbers of the batches in a store, by gateway and epoch."""


class AuditedRun(msgspec.Struct):
    """What became of the batches of one run of a gateway: `missing` ones are confirmed but not in the store, `unknown` ones nowhere."""

    operator: str
    gateway: str
    epoch: str
    batches: int
    stored: int
    waiting: int
    rejected: list[tuple[int, str]]
    gaps: list[tuple[int, int, str]]
    missing: Ranges
    unknown: Ranges


def numbers_in(reader: StoreReader, site: str, since_ms: int) -> Numbers:
    """Return the numbers of the batches in a store that begin at a time or later.

    Raises:
        StoreUnavailable: The store does not answer.
    """
    found: Numbers = defaultdict(set)
    for one in reader.select("uplink", ["seq", "epoch_high", "epoch_low"], {}, Span(since_ms, LATEST_MS)):
        tags = dict(one.tags)
        sender = GatewayId(site, tags["operator"], tags["gateway"])
        before = bytes.fromhex(tags["epoch"]) if "epoch" in tags else None  # rows of releases in which the epoch was a tag
        for _, (seq, high, low) in one.points:
            epoch = before or (bytes(8) if high is None or low is None else int(high).to_bytes(4) + int(low).to_bytes(4))
            if seq is not None:
                found[sender, epoch].add(int(seq))
    return found


def audit_runs(me: GatewayId | None, runs: Iterable[EpochBatches], gaps: Sequence[Gap], numbers: Numbers | None) -> list[AuditedRun]:
    """Account for every batch, run by run.

    Without the numbers of a store, batches are stored if their receipts say so. Of a gateway without a journal here, the batches between
    its first and its last in the store are expected.
    """
    mine = {run.epoch: run for run in runs}
    found = []
    for key in [(me, epoch) for epoch in mine] + sorted(key for key in numbers or {} if key[0] != me or key[1] not in mine):
        sender, epoch = key
        if sender is not None:
            run = mine.get(epoch, EpochBatches(epoch, set(), set(), {})) if sender == me else EpochBatches(epoch, set(), set(), {})
            found.append(_audited(sender, run, gaps, None if numbers is None else numbers.get((sender, epoch), set())))
    return found


def _audited(sender: GatewayId, run: EpochBatches, gaps: Sequence[Gap], in_store: set[int] | None) -> AuditedRun:
    stored = run.stored if in_store is None else in_store
    everything = run.known | stored
    lost = [(gap.from_seq, gap.to_seq, gap.reason) for gap in gaps if gap.epoch == run.epoch and gap.from_seq is not None]
    recorded = [(first, last if last is not None else first, reason) for first, last, reason in lost]
    between = set(range(min(everything, default=0), max(everything, default=-1) + 1))
    left = between - stored - run.waiting - run.rejected.keys()
    left -= {number for number in left if any(first <= number <= last for first, last, _ in recorded)}
    missing = left & run.stored
    return AuditedRun(
        sender.operator,
        sender.gateway,
        run.epoch.hex(),
        len(between),
        len(stored),
        len(run.waiting - stored),
        sorted(run.rejected.items()),
        recorded,
        ranges_of(missing),
        ranges_of(left - missing),
    )
