"""Every batch of every run is accounted for."""

from pathlib import Path

import msgspec

from gateway.audit.batches import AuditedRun, audit_runs, numbers_in
from gateway.centre.ingest.own_rows import uplink_row
from gateway.centre.series_rows import StoredRow, origin
from gateway.centre.stores.sqlite import HistoryReader, HistoryStore
from gateway.journal.entries import Gap
from gateway.journal.inspect import EpochBatches
from gateway.model.topics import GatewayId
from tests.centre import readings

ME, OTHER, RUN = GatewayId("prato", "citelum", "gw-1"), GatewayId("prato", "citelum", "gw-2"), b"epoch..8"


def good(found: list[AuditedRun]) -> bool:
    return not any(one.missing or one.unknown for one in found)


def gap(first: int, last: int) -> Gap:
    return Gap(1, RUN, first, last, None, None, 5, "the journal was full")


def test_confirmed_batches_that_are_not_in_the_store_are_missing() -> None:
    found = audit_runs(ME, [EpochBatches(RUN, {0, 1, 2, 3}, {5}, {4: "no such field"})], [], {(ME, RUN): {0, 3}})
    (one,) = found
    assert (one.batches, one.stored, one.waiting, one.rejected, one.missing, one.unknown) == (6, 2, 1, [(4, "no such field")], [(1, 2)], [])


def test_batches_in_a_recorded_gap_are_accounted_for_and_those_nowhere_are_unknown() -> None:
    found = audit_runs(ME, [EpochBatches(RUN, {0, 5, 8}, set(), {})], [gap(1, 4)], {(ME, RUN): {0, 5, 8}})
    assert (found[0].unknown, found[0].missing) == ([(6, 7)], [])
    assert good(audit_runs(ME, [EpochBatches(RUN, {0, 5}, set(), {})], [gap(1, 4)], {(ME, RUN): {0, 5}}))


def test_a_batch_in_the_store_is_stored_even_if_its_receipt_was_lost() -> None:
    found = audit_runs(ME, [EpochBatches(RUN, set(), {0, 1}, {})], [], {(ME, RUN): {0}})
    assert good(found)
    assert (found[0].stored, found[0].waiting) == (1, 1)


def test_a_gateway_without_a_store_is_audited_by_its_receipts_and_a_centre_by_its_numbers() -> None:
    receipts = audit_runs(ME, [EpochBatches(RUN, {0, 1}, {2}, {})], [], None)
    assert (good(receipts), receipts[0].stored) == (True, 2)
    centre = audit_runs(None, [], [], {(ME, RUN): {3, 4, 6}, (OTHER, RUN): {1}})
    assert [(one.gateway, one.unknown) for one in centre] == [("gw-1", [(5, 5)]), ("gw-2", [])]
    assert not good(centre)


def test_the_numbers_in_a_store_are_found_by_gateway_and_epoch(tmp_path: Path) -> None:
    store = HistoryStore(tmp_path / "h.sqlite")
    store.write([[uplink_row(of, readings.batch(seq=seq), 3, readings.T) for of, seq in ((ME, 1), (ME, 2), (OTHER, 7))]])
    reader = HistoryReader(tmp_path / "h.sqlite")
    assert numbers_in(reader, "prato", readings.T) == {(ME, RUN): {1, 2}, (OTHER, RUN): {7}}
    assert numbers_in(reader, "prato", readings.T + 1 + (int.from_bytes(RUN[:4]) + int.from_bytes(RUN[4:])) % 1000 + 5) == {
        (OTHER, RUN): {7}
    }
    reader.close()
    store.close()


def test_the_numbers_of_epochs_that_were_tags_and_of_those_that_are_fields_are_found_together(tmp_path: Path) -> None:
    """A release before this one wrote the epoch as a tag."""
    now = uplink_row(ME, readings.batch(seq=3), 3, readings.T)
    stream = now.origin.stream
    before = origin(ME, msgspec.structs.replace(stream, fields=stream.fields[:4], tags={"epoch": RUN.hex()}))
    store = HistoryStore(tmp_path / "h.sqlite")
    store.write(
        [
            [
                now,
                StoredRow(before, readings.T + 2, [2, 5, 0.5, "synced"]),
                uplink_row(ME, msgspec.structs.replace(readings.batch(seq=9), epoch=b"\xff" * 8), 3, readings.T),
            ]
        ]
    )
    reader = HistoryReader(tmp_path / "h.sqlite")
    assert numbers_in(reader, "prato", readings.T) == {(ME, RUN): {2, 3}, (ME, b"\xff" * 8): {9}}
    reader.close()
    store.close()
