"""Every batch accounted for: by the journal, its receipts, and the numbers that the store has. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import msgspec

from gateway.centre.ingest.receipts import ranges
from gateway.centre.stores.port import StoreReader
from gateway.journal.entries import Gap
from gateway.journal.inspect import EpochBatches
from gateway.model.topics import GatewayId

Ranges = list[tuple[int, int]]
Numbers = dict[tuple[GatewayId, bytes], set[int]]
"""The numbers of batches that a store has, by gateway and epoch."""


class Audited(msgspec.Struct):
    """One run of one gateway: what became of its batches. `missing` were confirmed and are not in the store, `unknown` are nowhere."""

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
    """Give the numbers of the batches in a store that begin since a time.

    Raises:
        StoreUnavailable: it does not answer.
    """
    found: Numbers = defaultdict(set)
    for tags, number in reader.batches(since_ms):
        found[GatewayId(site, tags["operator"], tags["gateway"]), bytes.fromhex(tags["epoch"])].add(number)
    return found


def audit(me: GatewayId | None, runs: Iterable[EpochBatches], gaps: Sequence[Gap], numbers: Numbers | None) -> list[Audited]:
    """Account for every batch, run by run.

    Without a store the receipts count; without a journal, the numbers in between those that are stored.
    """
    mine = {run.epoch: run for run in runs}
    found = []
    for key in [(me, epoch) for epoch in mine] + sorted(key for key in numbers or {} if key[0] != me or key[1] not in mine):
        sender, epoch = key
        if sender is not None:
            run = mine.get(epoch, EpochBatches(epoch, set(), set(), {})) if sender == me else EpochBatches(epoch, set(), set(), {})
            found.append(_audited(sender, run, gaps, None if numbers is None else numbers.get((sender, epoch), set())))
    return found


def _audited(sender: GatewayId, run: EpochBatches, gaps: Sequence[Gap], in_store: set[int] | None) -> Audited:
    stored = run.stored if in_store is None else in_store
    everything = run.known | stored
    lost = [(gap.from_seq, gap.to_seq, gap.reason) for gap in gaps if gap.epoch == run.epoch and gap.from_seq is not None]
    told = [(first, last if last is not None else first, reason) for first, last, reason in lost]
    between = set(range(min(everything, default=0), max(everything, default=-1) + 1))
    left = between - stored - run.waiting - run.rejected.keys()
    left -= {number for number in left if any(first <= number <= last for first, last, _ in told)}
    missing = left & run.stored
    return Audited(
        sender.operator,
        sender.gateway,
        run.epoch.hex(),
        len(between),
        len(stored),
        len(run.waiting - stored),
        sorted(run.rejected.items()),
        told,
        ranges(missing),
        ranges(left - missing),
    )
