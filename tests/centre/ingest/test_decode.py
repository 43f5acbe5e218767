"""From messages to batches in the store's form, and replies about the rest."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from gateway.centre.ingest.decode import BatchDecoder, DecodedMessages
from gateway.centre.schemas import SchemaStreams
from gateway.centre.series_rows import StoredRow
from gateway.centre.stores.port import UnfitRow
from gateway.model.batch import Batch, BatchRow, Clock, Flag, encode, encode_rows
from gateway.model.messages import Ask, Refusal
from gateway.model.stream import Schema, hash_of
from tests.centre.readings import ME, ROWS, SCHEMA, T
from tests.rows import Row

HASH = hash_of(SCHEMA.document())
Rows = list[StoredRow]


class Sent(NamedTuple):
    """A message as it arrives."""

    topic: str
    payload: bytes


def prepare(batch: Batch, rows: Sequence[BatchRow], document: SchemaStreams, extra: StoredRow) -> tuple[Rows, list[UnfitRow]]:
    unfit: list[tuple[int, str]] = []
    return [*document.stored_rows(batch, rows, unfit), extra], [UnfitRow(*one) for one in unfit]


def message(*rows: Row, seq: int = 0, flags: Flag = Flag(0), schema: bytes = HASH, body: bytes | None = None) -> Sent:  # noqa: B008 — a constant
    made = encode(
        epoch=b"epoch..8", seq=seq, schema=schema, t0_ms=T, clock=Clock.SYNCED, flags=flags, floor_ms=T, rows=body or encode_rows(rows)
    )
    return Sent(ME.topic("data"), made)


def decoded(*messages: Sent, document: bytes = SCHEMA.document()) -> DecodedMessages[Rows]:
    decoder = BatchDecoder(prepare)
    decoder.schemas.update(ME, HASH, document)
    return decoder.decode(messages, T + 2500)


def replies(found: DecodedMessages[Rows]) -> dict[str, list[Refusal]]:
    """Return the batches that receipts name, by what they say."""
    return {what: getattr(receipt, what) for _, receipt in found.receipts.all() for what in ("retry", "rejected") if getattr(receipt, what)}


def test_a_batch_is_prepared_with_its_readings_and_the_row_of_its_own() -> None:
    found = decoded(message(*ROWS, seq=7))
    (one,) = found.batches
    assert (one.sender, one.batch.seq, one.readings, one.unfit) == (ME, 7, 3, [])
    assert [row.values for row in one.prepared[:3]] == [[231.2, 12345600.0], [70, True, "on"], [231.3, None]]
    assert one.prepared[3].origin.stream.measurement == "uplink"
    assert one.prepared[3].values[:2] == [7, 3]
    assert one.prepared[3].values[4:] == [2.5, "synced"]
    assert (list(found.receipts.all()), found.letters, found.asks, found.withdrawn) == ([], [], [], [])


def test_rows_that_do_not_fit_are_listed_with_their_batch() -> None:
    (one,) = decoded(message(ROWS[0], Row(0, 0, ["x", 1]))).batches
    assert [unfit.position for unfit in one.unfit] == [1]
    assert len(one.prepared) == 2


def test_a_withdrawn_batch_becomes_rows_to_delete_its_own_among_them() -> None:
    found = decoded(message(*ROWS, seq=7, flags=Flag.WITHDRAWN))
    assert found.batches == []
    (one,) = found.withdrawn
    assert [row.t_ms for row in one.rows] == [T, T + 5, T + 10_000, T + (7 + int.from_bytes(b"epoc") + int.from_bytes(b"h..8")) % 1000]
    assert one.rows[-1].origin.stream.measurement == "uplink"


def test_a_batch_with_an_unknown_schema_is_asked_for_again_after_the_document() -> None:
    found = decoded(message(*ROWS, seq=3, schema=b"unknown8"))
    assert found.asks == [(ME, Ask(schema=b"unknown8".hex()))]
    assert replies(found) == {"retry": [Refusal(3, "unknown-schema")]}
    assert (found.batches, found.letters) == ([], [])


def test_a_message_that_is_not_a_batch_is_a_dead_letter_without_a_reply() -> None:
    found = decoded(Sent(ME.topic("data"), b"junk"), message(*ROWS))
    (letter,) = found.letters
    assert (letter.kind, letter.topic, letter.body) == ("message", ME.topic("data"), b"junk")
    assert letter.reason
    assert (found.unreadable, list(found.receipts.all()), len(found.batches)) == (1, [], 1)


def test_a_batch_with_unreadable_rows_is_rejected_and_set_aside() -> None:
    sent = message(seq=4, body=msgspec.msgpack.encode([["x"]]))
    found = decoded(sent, message(*ROWS))
    ((what, (refusal,)),) = replies(found).items()
    assert (what, refusal.seq) == ("rejected", 4)
    assert [(one.body, one.reason) for one in found.letters] == [(sent.payload, refusal.reason)]
    assert len(found.batches) == 1


def test_a_batch_with_an_invalid_schema_document_is_rejected_with_the_documents_error() -> None:
    found = decoded(message(*ROWS, seq=4), document=b"{}")
    assert "does not match the hash" in replies(found)["rejected"][0].reason
    assert len(found.letters) == 1


def test_a_message_on_another_topic_is_ignored() -> None:
    found = decoded(Sent("prato/v1/nonsense", message(*ROWS).payload))
    assert (found.batches, found.letters, list(found.receipts.all())) == ([], [], [])


def test_whatever_is_raised_for_a_message_rejects_it_alone() -> None:
    """A last resort: nobody knows what may raise what here."""

    def broken(batch: Batch, rows: Sequence[BatchRow], document: SchemaStreams, extra: StoredRow) -> tuple[Rows, list[UnfitRow]]:
        if batch.seq == 4:
            raise OverflowError("int too large to convert to float")
        return prepare(batch, rows, document, extra)

    decoder = BatchDecoder(broken)
    decoder.schemas.update(ME, HASH, SCHEMA.document())
    sent = [message(*ROWS, seq=seq) for seq in (3, 4, 5)]
    found = decoder.decode(sent, T)
    assert [one.batch.seq for one in found.batches] == [3, 5]
    assert [(one.kind, one.body) for one in found.letters] == [("message", sent[1].payload)]
    assert replies(found)["rejected"] == [Refusal(4, "can't be processed: OverflowError('int too large to convert to float')")]


def test_a_value_beyond_what_a_float_holds_is_the_matter_of_its_row() -> None:
    level = msgspec.structs.replace(SCHEMA.streams[1].fields[0], scale="9" * 40)
    lamp = msgspec.structs.replace(SCHEMA.streams[1], fields=(level, *SCHEMA.streams[1].fields[1:]))
    document = Schema((SCHEMA.streams[0], lamp)).document()
    decoder = BatchDecoder(prepare)
    decoder.schemas.update(ME, hash_of(document), document)
    (one,) = decoder.decode([message(ROWS[0], Row(1, 0, [1e308, True, "on"]), schema=hash_of(document))], T).batches
    assert [unfit.position for unfit in one.unfit] == [1]


def test_a_batch_of_too_many_rows_and_one_too_large_in_the_stores_form_are_rejected_before_they_are_built() -> None:
    body = msgspec.msgpack.encode([[0, 0, [1, 1]]] * 10_001)
    found = decoded(message(seq=1, body=body), message(*ROWS, seq=2))
    assert replies(found)["rejected"] == [Refusal(1, "a batch of 10001 rows; the limit is 10000")]
    assert len(found.batches) == 1
    long = msgspec.structs.replace(SCHEMA.streams[0], tags={f"t{n}": "x" * 128 for n in range(32)})
    document = Schema((long,)).document()
    decoder = BatchDecoder(prepare)
    decoder.schemas.update(ME, hash_of(document), document)
    found = decoder.decode([message(seq=1, schema=hash_of(document), body=msgspec.msgpack.encode([[0, 0, [1, 1]]] * 10_000))], T)
    assert "bytes in the store's form; the limit is" in replies(found)["rejected"][0].reason


def test_of_a_message_larger_than_any_batch_only_the_beginning_is_set_aside() -> None:
    (letter,) = decoded(Sent(ME.topic("data"), bytes(5 << 20))).letters
    assert len(letter.body) < 2 << 20
