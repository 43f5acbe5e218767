"""What a worker remembers of what it confirmed."""

import msgspec

from gateway.centre.self_audit.ledger import ConfirmedLedger, LedgerSettings
from gateway.centre.self_audit.parts import Part
from tests.centre.self_audit.ledgers import ME, OTHER, PART_MS, SCHEMA, T, confirmed

DAY_MS = 86_400_000


def test_a_batch_that_is_confirmed_twice_counts_once() -> None:
    ledger = ConfirmedLedger()
    for _ in range(2):
        ledger.add(confirmed(1000, 0, 0, 2), T + 5000)
    ledger.add(confirmed(11_000, 0), T + 15_000)
    part = ledger.gateways[ME][T]
    assert list(part.batches) == [1000, 11_000]
    assert list(part.counts[SCHEMA]) == [3, 0, 1, 0]


def test_values_belong_to_the_part_of_their_own_time() -> None:
    ledger = ConfirmedLedger()
    ledger.add(msgspec.structs.replace(confirmed(599_000), cells={T: [0], T + PART_MS: [0, 1]}), T + PART_MS)
    assert list(ledger.gateways[ME][T].counts[SCHEMA]) == [1, 0, 0, 0]
    later = ledger.gateways[ME][T + PART_MS]
    assert (list(later.batches), list(later.counts[SCHEMA])) == ([], [1, 1, 0, 0])


def test_a_part_is_due_when_it_has_ended_and_nothing_was_added_for_a_while() -> None:
    ledger = ConfirmedLedger(LedgerSettings(settle_ms=120_000))
    ledger.add(confirmed(1000), T + 2000)
    assert ledger.due(T + PART_MS + 119_999) == {}
    assert ledger.due(T + PART_MS + 120_000) == {ME: [T]}
    ledger.add(confirmed(2000), T + PART_MS + 100_000)
    assert ledger.due(T + PART_MS + 120_000) == {}


def test_parts_outside_of_what_is_remembered_are_not_audited() -> None:
    ledger = ConfirmedLedger()
    ledger.add(confirmed(), T + DAY_MS + 1)
    ledger.add(confirmed(10 * PART_MS), T)
    assert (ledger.gateways, ledger.skipped) == ({}, 2)
    ledger.add(confirmed(), T)
    assert ledger.due(T + DAY_MS + 1) == {}
    assert (ledger.gateways, ledger.heard_ms) == ({}, {})


def test_beyond_the_limit_of_memory_the_gateway_with_the_most_loses_its_oldest_part() -> None:
    ledger = ConfirmedLedger(LedgerSettings(weight=4000))
    ledger.add(confirmed(sender=OTHER), T)
    for number in range(100):
        ledger.add(confirmed(number * PART_MS, 0), T + number * PART_MS)
    assert sum(part.weight for _, _, part in ledger.all()) <= 4000
    assert list(ledger.gateways[OTHER]) == [T]
    assert max(ledger.gateways[ME]) == T + 99 * PART_MS
    assert min(ledger.gateways[ME]) > T + 50 * PART_MS
    assert ledger._weight == sum(part.weight for _, _, part in ledger.all())
    ledger.due(T + 60 * PART_MS + DAY_MS)
    assert ledger._weight == sum(part.weight for _, _, part in ledger.all())


def test_one_gateway_fills_no_part_without_bound() -> None:
    ledger = ConfirmedLedger()
    for number in range(3000):
        ledger.add(confirmed(number), T)
    assert (len(ledger.gateways[ME][T].batches), ledger.skipped) == (2000, 1000)
    ledger.add(confirmed(0, 0, sender=OTHER, width=100_000), T)
    assert ledger.gateways[OTHER][T].counts == {}


def test_a_gateway_with_a_new_document_in_each_batch_takes_no_more_memory_than_others() -> None:
    ledger = ConfirmedLedger()
    for number in range(1000):
        ledger.add(msgspec.structs.replace(confirmed(number, 0), schema=number.to_bytes(8)), T)
    part = ledger.gateways[ME][T]
    assert (len(part.batches), len(part.counts)) == (1000, 32)
    assert ledger._weight == part.weight
    ledger.add(msgspec.structs.replace(confirmed(1000, 0), schema=bytes(8)), T)
    assert list(part.counts[bytes(8)]) == [2, 0, 0, 0]


def test_parts_of_an_earlier_run_are_audited_again() -> None:
    ledger, part = ConfirmedLedger(), Part(T)
    ledger.restore({(ME, T): part})
    assert ledger.due(T + PART_MS) == {ME: [T]}
