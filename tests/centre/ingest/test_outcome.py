"""What gateways are told once the store has answered, and what is set aside."""

from gateway.centre.dead_letters import NewLetter
from gateway.centre.ingest.decode import PreparedBatch
from gateway.centre.ingest.outcome import StoreOutcome
from gateway.centre.ingest.receipts import Receipts
from gateway.centre.stores.port import RefusedRow, UnfitRow
from gateway.model.messages import Receipt
from tests.centre.ingest.test_decode import Sent
from tests.centre.readings import ME, batch

TOPIC = ME.topic("data")


def prepared(seq: int, readings: int = 3, *unfit: UnfitRow) -> PreparedBatch[None]:
    return PreparedBatch(Sent(TOPIC, b"batch %d" % seq), ME, batch(seq=seq), readings, None, list(unfit))


def reported(outcome: StoreOutcome, *, set_aside: bool = True) -> tuple[tuple[int, int], Receipt]:
    receipts = Receipts()
    counted = outcome.report(receipts, set_aside=set_aside)
    ((_, receipt),) = receipts.all()
    return counted, receipt


def test_a_batch_without_refused_rows_is_stored() -> None:
    outcome = StoreOutcome([prepared(1), prepared(2)], [])
    counted, receipt = reported(outcome)
    assert (counted, receipt.stored, receipt.partly, list(outcome.letters())) == ((2, 6), [(1, 2)], [], [])


def test_rows_that_do_not_fit_set_the_message_aside_and_the_rest_is_stored() -> None:
    outcome = StoreOutcome([prepared(1, 3, UnfitRow(2, "too long"))], [])
    counted, receipt = reported(outcome)
    assert (counted, receipt.stored) == ((1, 2), [(1, 1)])
    assert [one.reason for one in receipt.partly] == ["1 of 3 readings: too long"]
    assert list(outcome.letters()) == [NewLetter("message", TOPIC, "reading 2: too long", b"batch 1")]


def test_a_refused_line_is_set_aside_alone_and_belongs_to_its_batch() -> None:
    outcome = StoreOutcome([prepared(1), prepared(2)], [RefusedRow(1, "a line", "field type conflict")])
    counted, receipt = reported(outcome)
    assert (counted, receipt.stored) == ((2, 5), [(1, 2)])
    assert [(one.seq, one.reason) for one in receipt.partly] == [(2, "1 of 3 readings: field type conflict")]
    assert list(outcome.letters()) == [NewLetter("line", TOPIC, "field type conflict", b"a line")]


def test_a_batch_of_which_nothing_is_stored_is_rejected() -> None:
    unfit = [UnfitRow(0, "bad"), UnfitRow(1, "worse")]
    counted, receipt = reported(StoreOutcome([prepared(1, 2, *unfit)], []))
    assert (counted, receipt.stored, [one.reason for one in receipt.rejected]) == ((0, 0), [], ["bad"])
    refused = StoreOutcome([prepared(1, 9)], [RefusedRow(0, None, "too large")])
    counted, receipt = reported(refused)
    assert (counted, receipt.stored, [one.reason for one in receipt.rejected]) == ((0, 0), [], ["too large"])
    assert list(refused.letters()) == [NewLetter("message", TOPIC, "too large", b"batch 1")]


def test_a_batch_whose_letters_are_on_no_disk_is_rejected_so_that_its_gateway_keeps_it() -> None:
    outcome = StoreOutcome([prepared(1), prepared(2, 3, UnfitRow(0, "bad"))], [])
    counted, receipt = reported(outcome, set_aside=False)
    assert (counted, receipt.stored, [one.seq for one in receipt.rejected], receipt.partly) == ((1, 3), [(1, 1)], [2], [])
