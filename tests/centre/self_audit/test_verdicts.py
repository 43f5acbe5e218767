"""What follows from an audit."""

from gateway.centre.self_audit.ledger import ConfirmedLedger
from gateway.centre.self_audit.parts import NOTHING, Part, Shortfall
from gateway.centre.self_audit.verdicts import AuditPace, LostPart, Verdicts
from gateway.centre.stores.port import Span
from tests.centre.self_audit.ledgers import ME, PART_MS, T, confirmed

LOST = Shortfall(2, 20)
PACE = AuditPace(again_ms=600_000, ask_again_ms=120_000, asks=3)


class Audited:
    """A gateway with two parts, audited at times that the test gives; it is heard until the test says otherwise."""

    def __init__(self) -> None:
        self.ledger = ConfirmedLedger()
        self.verdicts = Verdicts(self.ledger, PACE)
        for offset_ms in (0, PART_MS):
            self.ledger.add(confirmed(offset_ms), T + PART_MS)
        self.now_ms = T + 2 * PART_MS + 120_000
        self.heard = True

    def audit(self, *found: Shortfall) -> list[Span]:
        if self.heard:
            self.ledger.heard_ms[ME] = self.now_ms
        return self.verdicts.apply(ME, {T + number * PART_MS: one for number, one in enumerate(found)}, PART_MS, self.now_ms)

    def wait(self, part: Part) -> int:
        """Go on to the time when a part is due; return how long that took."""
        waited_ms, self.now_ms = part.due_ms - self.now_ms, part.due_ms
        return waited_ms

    @property
    def part(self) -> Part:
        return self.ledger.gateways[ME][T]


def test_a_complete_part_is_looked_at_again_ever_less_often() -> None:
    audited = Audited()
    waits = []
    for _ in range(3):
        assert audited.audit(NOTHING) == []
        waits.append(audited.wait(audited.part))
    assert waits == [600_000, 2_400_000, 9_600_000]
    assert (audited.verdicts.messages, list(audited.verdicts.missing())) == ([], [])


def test_a_gateway_is_asked_for_adjacent_parts_together_from_a_flush_earlier() -> None:
    audited = Audited()
    assert audited.audit(LOST, LOST) == [Span(T - 60_000, T + 2 * PART_MS)]
    assert audited.verdicts.counts.asked == 1
    assert "the store no longer has 2 batches and 20 values" in audited.verdicts.messages[0]


def test_a_repaired_part_is_reported_once() -> None:
    audited = Audited()
    audited.audit(LOST)
    audited.wait(audited.part)
    assert audited.audit(NOTHING) == []
    assert (audited.verdicts.counts.repaired, list(audited.verdicts.missing())) == (1, [])
    assert "in the store again" in audited.verdicts.messages[-1]


def test_requests_have_growing_pauses_and_an_end() -> None:
    audited = Audited()
    waits, asked = [], 0
    for _ in range(6):
        asked += len(audited.audit(LOST))
        waits.append(audited.wait(audited.part))
    assert (asked, waits) == (3, [120_000, 240_000, 480_000, 600_000, 600_000, 600_000])
    assert audited.verdicts.is_given_up(audited.part)
    assert sum("did not come again" in message for message in audited.verdicts.messages) == 1
    assert audited.verdicts.lost == {(ME, T): LostPart(ME, T, LOST)}
    audited.audit(NOTHING)
    assert not audited.verdicts.is_given_up(audited.part)
    assert audited.verdicts.lost == {(ME, T): LostPart(ME, T, NOTHING)}


def test_a_replay_that_makes_progress_is_waited_for() -> None:
    audited = Audited()
    assert audited.audit(Shortfall(5, 50))
    for left in (4, 3, 2, 1):
        audited.wait(audited.part)
        assert audited.audit(Shortfall(left, 10 * left)) == []
    assert audited.part.asks == 1


def test_a_gateway_that_is_not_heard_is_asked_when_it_is_back() -> None:
    audited = Audited()
    audited.heard, audited.now_ms = False, audited.now_ms + PACE.heard_ms
    for _ in range(10):
        assert audited.audit(LOST) == []
        audited.wait(audited.part)
    assert not audited.verdicts.is_given_up(audited.part)
    audited.heard = True
    assert audited.audit(LOST)


def test_parts_that_were_forgotten_meanwhile_are_ignored() -> None:
    audited = Audited()
    audited.ledger.gateways.clear()
    assert audited.audit(LOST) == []
    audited.verdicts.postpone(ME, [T], audited.now_ms)


def test_a_postponed_part_is_due_later() -> None:
    audited = Audited()
    audited.verdicts.postpone(ME, [T, T + 7 * PART_MS], audited.now_ms)
    assert audited.ledger.due(audited.now_ms) == {ME: [T + PART_MS]}
