"""What follows from an audit of a gateway's parts: whom to ask again, when to look again, what to tell. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from gateway.centre.self_audit.ledger import ConfirmedLedger
from gateway.centre.self_audit.parts import NOTHING, Part, Shortfall
from gateway.centre.stores.port import Span
from gateway.model.instants import iso_utc
from gateway.model.topics import GatewayId

_LONGEST_FLUSH_MS = 60_000
"""A batch begins before its readings, by at most the time between two flushes."""


class AuditPace(NamedTuple):
    """How often a complete part is looked at again, and a gateway asked for a missing one."""

    tick_s: float = 10.0
    again_ms: int = 600_000
    """After the first audit; four times as long after each further one: a database may be dropped later."""
    ask_again_ms: int = 120_000
    """After the first request; twice as long after each further one."""
    asks: int = 6
    """Requests for a part; if the last was in vain, the part can't be restored."""
    heard_ms: int = 300_000
    """A gateway that was not heard for so long is not asked: it could not answer."""


class LostPart(NamedTuple):
    """A part that did not come again, and what the store lacks of it; nothing if it came in the end."""

    sender: GatewayId
    begin_ms: int
    missing: Shortfall


class AuditCounts:
    """What the audit did since the worker started, in parts, and in requests to gateways."""

    def __init__(self) -> None:
        self.audited = 0
        self.asked = 0
        self.repaired = 0


class Verdicts:
    """Applies what audits find to the ledger."""

    def __init__(self, ledger: ConfirmedLedger, pace: AuditPace) -> None:
        self._ledger, self._pace = ledger, pace
        self.counts = AuditCounts()
        self.messages: list[str] = []
        """What the operator should know, to be logged and cleared by the caller."""
        self.lost: dict[tuple[GatewayId, int], LostPart] = {}
        """The parts that are to be recorded as lost, or as restored after all; the caller removes them once that is stored."""

    def apply(self, sender: GatewayId, found: Mapping[int, Shortfall], part_ms: int, now_ms: int) -> list[Span]:
        """Apply the audit of some parts of a gateway, and return the spans to ask the gateway for."""
        heard = now_ms - self._ledger.heard_ms.get(sender, 0) <= self._pace.heard_ms
        spans: list[Span] = []
        for begin_ms, missing in sorted(found.items()):
            part = self._ledger.gateways.get(sender, {}).get(begin_ms)
            if part is None:
                continue
            self.counts.audited += 1
            part.changed = True
            if missing == NOTHING:
                self._complete(sender, begin_ms, part, now_ms)
            elif self._asks_for(sender, begin_ms, part, missing, now_ms, heard=heard):
                first_ms, end_ms = max(0, begin_ms - _LONGEST_FLUSH_MS), begin_ms + part_ms
                if spans and spans[-1].to_ms >= first_ms:
                    first_ms = spans.pop().from_ms
                spans.append(Span(first_ms, end_ms))
        self.counts.asked += len(spans)
        return spans

    def postpone(self, sender: GatewayId, begins: Iterable[int], now_ms: int) -> None:
        """Audit some parts later: the store did not answer."""
        parts = self._ledger.gateways.get(sender, {})
        for begin_ms in begins:
            if begin_ms in parts:
                parts[begin_ms].due_ms = now_ms + self._pace.ask_again_ms

    def _complete(self, sender: GatewayId, begin_ms: int, part: Part, now_ms: int) -> None:
        if part.missing != NOTHING:
            self.counts.repaired += 1
            if self.is_given_up(part):
                self.lost[sender, begin_ms] = LostPart(sender, begin_ms, NOTHING)
            self.messages.append(f"{_name(sender)}: the readings confirmed from {iso_utc(begin_ms, 'seconds')} are in the store again")
        part.missing, part.asks = NOTHING, 0
        part.due_ms = now_ms + self._pace.again_ms * 4**part.good
        part.good = min(part.good + 1, 10)

    def _asks_for(self, sender: GatewayId, begin_ms: int, part: Part, missing: Shortfall, now_ms: int, *, heard: bool) -> bool:
        """Record that a part is not complete; return whether the gateway is to be asked now."""
        progress = part.asks > 0 and sum(missing) < sum(part.missing)
        first = part.missing == NOTHING
        part.missing, part.good = missing, 0
        if first:
            lost = f"{missing.batches} batches and {missing.values} values" if missing.values else f"{missing.batches} batches"
            since = iso_utc(begin_ms, "seconds")
            self.messages.append(f"{_name(sender)}: the store no longer has {lost}, confirmed from {since}; asking the gateway again")
        if part.asks >= self._pace.asks and not progress:
            if not self.is_given_up(part):
                since = iso_utc(begin_ms, "seconds")
                self.messages.append(f"{_name(sender)}: the readings lost from {since} did not come again; the journal may not have them")
            part.asks, part.due_ms = self._pace.asks + 1, now_ms + self._pace.again_ms
            self.lost[sender, begin_ms] = LostPart(sender, begin_ms, missing)
            return False
        part.due_ms = now_ms + self._pace.ask_again_ms * 2**part.asks
        if progress or not heard:
            return False
        part.asks, part.asked_ms = part.asks + 1, now_ms
        return True

    def missing(self) -> Iterator[tuple[GatewayId, int, Part]]:
        """Yield the parts that the store does not have completely."""
        return (one for one in self._ledger.all() if one[2].missing != NOTHING)

    def is_given_up(self, part: Part) -> bool:
        """Return whether a part can't be restored, as far as is known."""
        return part.missing != NOTHING and part.asks > self._pace.asks


def _name(sender: GatewayId) -> str:
    return f"{sender.operator}/{sender.gateway}"
