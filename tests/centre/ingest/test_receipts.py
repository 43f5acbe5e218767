"""Receipts name the batches of one gateway and epoch."""

import msgspec

from gateway.centre.ingest.receipts import Receipts
from tests.centre.readings import ME, batch


def test_a_receipt_names_stored_batches_as_ranges_and_others_with_their_reason() -> None:
    receipts = Receipts()
    for seq in (4, 5, 7):
        receipts.add_stored(ME, batch(seq=seq))
    receipts.add_retry(ME, batch(seq=6), "unknown-schema")
    ((sender, receipt),) = receipts.all()
    assert sender == ME
    assert msgspec.json.encode(receipt) == (
        b'{"epoch":"65706f63682e2e38","stored":[[4,5],[7,7]],"retry":[{"seq":6,"reason":"unknown-schema"}]}'
    )


def test_a_batch_stored_in_part_is_stored_and_named_again() -> None:
    receipts = Receipts()
    receipts.add_partly(ME, batch(seq=3), "1 of 2 readings: why")
    receipts.add_rejected(ME, batch(seq=4), "nothing fits")
    ((_, receipt),) = receipts.all()
    assert receipt.stored == [(3, 3)]
    assert [(one.seq, one.reason) for one in receipt.partly] == [(3, "1 of 2 readings: why")]
    assert [(one.seq, one.reason) for one in receipt.rejected] == [(4, "nothing fits")]


def test_gateways_and_epochs_have_receipts_of_their_own() -> None:
    receipts, other = Receipts(), ME._replace(gateway="gw-2")
    later = msgspec.structs.replace(batch(), epoch=b"later..8")
    for sender, one in ((ME, batch()), (ME, later), (other, batch())):
        receipts.add_stored(sender, one)
    assert {(sender, receipt.epoch) for sender, receipt in receipts.all()} == {
        (ME, b"epoch..8".hex()), (ME, b"later..8".hex()), (other, b"epoch..8".hex()),
    }  # fmt: skip
