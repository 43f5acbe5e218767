"""The outcome of batches after the store has answered: dead letters and receipts. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gateway.centre.dead_letters import NewLetter
from gateway.centre.ingest.decode import PreparedBatch
from gateway.centre.ingest.receipts import Receipts
from gateway.centre.stores.port import RefusedRow

_POSITIONS_SHOWN = 20


class StoreOutcome:
    """The store's answer to one write of batches."""

    def __init__(self, batches: Sequence[PreparedBatch[Any]], refused: Iterable[RefusedRow]) -> None:
        self._batches = batches
        self._refused: dict[int, list[RefusedRow]] = {}
        for row in refused:
            self._refused.setdefault(row.part, []).append(row)

    def letters(self) -> Iterator[NewLetter]:
        """Yield a batch's message if some of its rows don't fit or the store refused all of it, and each line that the store refused."""
        for number, one in enumerate(self._batches):
            refused = self._refused.get(number, ())
            if not (one.unfit or refused):
                continue
            topic = one.message.topic
            whole = [row.reason for row in refused if row.line is None]
            if one.unfit or whole:
                positions = ", ".join(str(unfit.position) for unfit in one.unfit[:_POSITIONS_SHOWN])
                why = whole[0] if whole else f"reading {positions}: {one.unfit[0].reason}"
                yield NewLetter("message", topic, why, one.message.payload)
            yield from (NewLetter("line", topic, row.reason, row.line.encode()) for row in refused if row.line is not None)

    def report(self, receipts: Receipts, *, set_aside: bool) -> tuple[int, int]:
        """Add the outcome of each batch to the receipts; return how many batches and readings are stored.

        If the dead letters could not be stored (`set_aside` is false), their batches are rejected, so that the gateways keep them.
        """
        batches = readings = 0
        for number, one in enumerate(self._batches):
            refused = self._refused.get(number, ())
            if not (one.unfit or refused):  # nearly all batches
                receipts.add_stored(one.sender, one.batch)
                batches += 1
                readings += one.readings
                continue
            reasons = [unfit.reason for unfit in one.unfit] + [row.reason for row in refused]
            nothing_stored = any(row.line is None for row in refused) or (one.readings > 0 and len(reasons) >= one.readings)
            if nothing_stored or not set_aside:
                receipts.add_rejected(one.sender, one.batch, reasons[0])
                continue
            receipts.add_partly(one.sender, one.batch, f"{len(reasons)} of {one.readings} readings: {reasons[0]}")
            batches += 1
            readings += one.readings - len(reasons)
        return batches, readings
