"""Schema documents: which are accepted, and which rows fit them."""

import msgspec
import pytest

from gateway.centre.schemas import Schemas, SchemaStreams
from gateway.model.batch import BatchError, BatchRow
from gateway.model.canonical import FieldType
from gateway.model.stream import Stream, StreamField, hash_of
from gateway.model.topics import GatewayId
from tests.centre.readings import ME, METER, SCHEMA, batch, known, stored
from tests.rows import Row


@pytest.mark.parametrize(
    "row",
    [Row(7, 0, []), Row(-1, 0, [1, 2]), Row(0, 0, [1]), Row(0, 0, ["x", 1]), Row(0, 0, [True, 1]), Row(0, 0, [float("nan"), 1]), Row(0, 0, [float("inf"), 1]),
     Row(1, 0, [2**64, False, "on"]), Row(1, 0, [1, 1, "on"]), Row(1, 0, [1, False, 5]), Row(1, 0, [1, False, "x" * 5000]), Row(0, -(10**15), [1, 1]), Row(0, 10**15, [1, 1])],
)  # fmt: skip
def test_a_row_that_does_not_fit_its_document_is_an_error(row: Row) -> None:
    with pytest.raises(BatchError):
        stored(row)


def test_a_document_must_match_the_hash_in_its_topic() -> None:
    schemas = Schemas()
    assert "does not match the hash" in (schemas.update(ME, b"12345678", SCHEMA.document()) or "")
    assert isinstance(schemas.get(ME, b"12345678"), str)
    assert "invalid schema document" in (schemas.update(ME, hash_of(b"{}"), b"{}") or "")
    assert schemas.get(GatewayId("prato", "other", "gw-0042"), hash_of(SCHEMA.document())) is None


def test_a_cleared_document_is_removed() -> None:
    schemas = Schemas()
    document = SCHEMA.document()
    schemas.update(ME, hash_of(document), document)
    schemas.update(ME, hash_of(document), b"")
    assert schemas.get(ME, hash_of(document)) is None


def test_the_least_recently_used_document_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.centre.schemas.DOCUMENTS_CACHED", 2)
    schemas, document = Schemas(), SCHEMA.document()
    senders = [GatewayId("prato", "citelum", f"gw-{n}") for n in range(3)]
    for sender in senders[:2]:
        schemas.update(sender, hash_of(document), document)
    assert schemas.get(senders[0], hash_of(document)) is not None
    schemas.update(senders[2], hash_of(document), document)
    assert [schemas.get(sender, hash_of(document)) is not None for sender in senders] == [True, False, True]


def test_rows_that_do_not_fit_are_left_out_with_their_position_and_reason() -> None:
    unfit: list[tuple[int, str]] = []
    rows = [BatchRow(0, 0, (2312, 1)), BatchRow(0, 1, ("x", 1)), BatchRow(1, 2, (70, True, "on"))]
    assert [one.values for one in known().stored_rows(batch(), rows, unfit)] == [[231.2, 100.0], [70, True, "on"]]
    assert unfit == [(1, "'x' is not a valid float for voltage_l1")]


def test_documents_share_equal_fields() -> None:
    again = msgspec.convert(msgspec.to_builtins(METER), Stream)
    assert again.fields is not METER.fields
    assert SchemaStreams(ME, [again]).origins[0].stream.fields is SchemaStreams(ME, SCHEMA.streams).origins[0].stream.fields


def test_the_cache_of_fitting_types_is_bounded() -> None:
    fields = tuple(StreamField(f"g{n}", FieldType.FLOAT) for n in range(8))
    document = SchemaStreams(ME, (msgspec.structs.replace(METER, measurement="other", fields=fields),))
    rows = [BatchRow(0, n, tuple(1.5 if n >> bit & 1 else None for bit in range(8))) for n in range(256)]
    assert all(document.fits(row) for row in rows)
    assert not document.fits(BatchRow(0, 0, ("x",) * 8))
    assert not document.fits(BatchRow(0, 0, (1.5,) * 7))
    assert len(document._fitting[0]) <= 64
