"""Schema documents: which are accepted, and which rows fit them."""

import gc

import msgspec
import pytest

from gateway.centre.schemas import DocumentLimits, Schemas, SchemaStreams, _kinds, combinations_cached
from gateway.model.batch import BatchError, BatchRow
from gateway.model.canonical import FieldType
from gateway.model.stream import Schema, Stream, StreamField, hash_of, pack_document, unpack_document
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
    schemas.update(ME, b"12345678", SCHEMA.document())
    assert "does not match the hash" in str(schemas.get(ME, b"12345678", 0.0))
    schemas.update(ME, hash_of(b"{}"), b"{}")
    assert "invalid schema document" in str(schemas.get(ME, hash_of(b"{}"), 0.0))
    assert schemas.get(GatewayId("prato", "other", "gw-0042"), hash_of(SCHEMA.document()), 0.0) is None


def test_a_cleared_document_is_removed() -> None:
    schemas = Schemas()
    document = SCHEMA.document()
    schemas.update(ME, hash_of(document), document)
    schemas.update(ME, hash_of(document), b"")
    assert schemas.get(ME, hash_of(document), 0.0) is None


def documents(count: int, streams: int = 1) -> list[bytes]:
    """Return documents of as many series, each another."""
    return [Schema(tuple(msgspec.structs.replace(METER, asset=f"a{n}-{m}") for m in range(streams))).document() for n in range(count)]


def gateway(number: int, operator: str = "citelum") -> GatewayId:
    return GatewayId("prato", operator, f"gw-{number}")


def kept(schemas: Schemas, sender: GatewayId, found: list[bytes]) -> list[bool]:
    return [isinstance(schemas.get(sender, hash_of(one), 0.0), SchemaStreams) for one in found]


def test_a_gateways_least_recently_used_document_is_dropped_and_no_other_gateways() -> None:
    schemas, found = Schemas(DocumentLimits(documents=2)), documents(3)
    schemas.update(gateway(1), hash_of(found[0]), found[0])
    for one in found[:2]:
        schemas.update(ME, hash_of(one), one)
    assert kept(schemas, ME, found[:1]) == [True]
    schemas.update(ME, hash_of(found[2]), found[2])
    assert kept(schemas, ME, found) == [True, False, True]
    assert kept(schemas, gateway(1), found[:1]) == [True]


def test_it_is_told_which_documents_were_dropped_because_of_a_limit() -> None:
    told, found = list[tuple[GatewayId, bytes]](), documents(5)
    schemas = Schemas(DocumentLimits(documents=3), lambda sender, name: told.append((sender, name)))
    for one in found:
        schemas.update(ME, hash_of(one), one)
    schemas.update(ME, hash_of(found[4]), b"")
    assert told == [(ME, hash_of(one)) for one in found[:2]]
    told.clear()
    schemas = Schemas(DocumentLimits(gateway_bytes=1 << 20, total_bytes=3000), lambda sender, name: told.append((sender, name)))
    for number, one in enumerate(found):
        schemas.update(gateway(number % 2), hash_of(one), one)
    assert told == [(gateway(0), hash_of(one)) for one in (found[0], found[2])]


def test_a_document_that_is_heard_again_is_as_old_as_before() -> None:
    told, found = list[bytes](), documents(4)
    schemas = Schemas(DocumentLimits(documents=3), lambda _, name: told.append(name))
    for one in (*found[:3], found[0], found[3]):
        schemas.update(ME, hash_of(one), one)
    assert told == [hash_of(found[0])]


def test_the_memory_of_documents_is_limited_by_gateway_by_operator_and_in_all() -> None:
    found = documents(40, streams=10)
    schemas = Schemas(DocumentLimits(documents=1000, gateway_bytes=200_000, operator_bytes=500_000, total_bytes=900_000))
    for sender in (gateway(100, "other"), gateway(0)):
        schemas.update(sender, hash_of(found[0]), found[0])
        assert kept(schemas, sender, found[:1]) == [True]
    for one in found:
        for number in range(1, 9):
            schemas.update(gateway(number), hash_of(one), one)
            assert kept(schemas, gateway(number), [one]) == [True], "the newest stays"
            assert schemas._senders[gateway(number)].size <= 200_000
            assert schemas._sizes["citelum"] <= 500_000
    assert kept(schemas, gateway(0), found[:1]) == [True], "those that have most lose first"
    for operator in ("second", "third"):
        for number, one in enumerate(found):
            schemas.update(gateway(number % 5, operator), hash_of(one), one)
            schemas.get(gateway(number % 5, operator), hash_of(one), 0.0)
            assert schemas._sizes.total() <= 900_000
    assert kept(schemas, gateway(100, "other"), found[:1]) == [True]
    assert schemas._sizes.total() == sum(one.size for one in schemas._senders.values())


def test_a_document_too_large_for_memory_and_one_too_many_series_are_refused_with_the_reason() -> None:
    (large,) = documents(1, streams=100)
    schemas = Schemas(DocumentLimits(gateway_bytes=100_000))
    schemas.update(ME, hash_of(large), large)
    assert "bytes of memory; the limit is 100000" in str(schemas.get(ME, hash_of(large), 0.0))
    schemas, found = Schemas(DocumentLimits(series=25)), documents(3, streams=10)
    for one in found:
        schemas.update(ME, hash_of(one), one)
        schemas.update(gateway(1), hash_of(one), one)
    assert kept(schemas, ME, [*found, *found[:2]]) == [True, True, False, True, True]
    assert "has described 30 series since the ingest started; the limit is 25" in str(schemas.get(ME, hash_of(found[2]), 0.0))
    assert kept(schemas, gateway(1), found[2:]) == [True]


def test_a_document_of_many_tags_is_refused_before_it_is_kept() -> None:
    tags = ",".join(f'"t{n}":"x"' for n in range(100_000))
    document = pack_document(SCHEMA.document().replace(b'{"circuit":"A 1,2=x"}', f"{{{tags}}}".encode()))
    assert len(document) < 300_000
    schemas = Schemas()
    schemas.update(ME, hash_of(unpack_document(document, 4 << 20)), document)
    assert "length <= 32" in str(schemas.get(ME, hash_of(unpack_document(document, 4 << 20)), 0.0))
    assert schemas._sizes.total() < 2000


def test_few_combinations_are_remembered_for_many_fields() -> None:
    assert [combinations_cached(fields) for fields in (0, 1, 64, 1000, 10_000)] == [64, 64, 64, 4, 2]


def test_rows_that_do_not_fit_are_left_out_with_their_position_and_reason() -> None:
    unfit: list[tuple[int, str]] = []
    rows = [BatchRow(0, 0, (2312, 1)), BatchRow(0, 1, ("x", 1)), BatchRow(1, 2, (70, True, "on"))]
    assert [one.values for one in known().stored_rows(batch(), rows, unfit)] == [[231.2, 100.0], [70, True, "on"]]
    assert unfit == [(1, "'x' is not a valid float for voltage_l1")]


def test_documents_share_equal_fields() -> None:
    again = msgspec.convert(msgspec.to_builtins(METER), Stream)
    assert again.fields is not METER.fields
    first = SchemaStreams(ME, SCHEMA.streams)
    assert SchemaStreams(ME, [again]).origins[0].stream.fields is first.origins[0].stream.fields


def test_what_belongs_to_fields_is_dropped_with_the_last_document_that_has_them() -> None:
    document = SchemaStreams(ME, [msgspec.structs.replace(METER, fields=(StreamField("only_here", FieldType.FLOAT),))])
    assert document.kinds[0].fields in _kinds
    fields = document.kinds[0].fields
    del document
    gc.collect()
    assert fields not in _kinds


def test_the_cache_of_fitting_types_is_bounded() -> None:
    fields = tuple(StreamField(f"g{n}", FieldType.FLOAT) for n in range(8))
    document = SchemaStreams(ME, (msgspec.structs.replace(METER, measurement="other", fields=fields),))
    rows = [BatchRow(0, n, tuple(1.5 if n >> bit & 1 else None for bit in range(8))) for n in range(256)]
    (kind,) = document.kinds
    assert all(kind.fits(row.values) for row in rows)
    assert not kind.fits(("x",) * 8)
    assert not kind.fits((1.5,) * 7)
    assert len(kind.fitting) <= 64


def test_a_text_of_a_type_that_fits_does_not_if_it_is_too_long() -> None:
    kind = SchemaStreams(ME, SCHEMA.streams).kinds[1]
    assert kind.fits((70, True, "on"))
    assert not kind.fits((70, True, "x" * 1025))
    assert not kind.fits((True, True, "on"))


def test_the_roles_of_a_process_decode_a_document_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first, other = Schemas(), Schemas()
    bad = b'{"v":1,"streams":[{}]}'
    for schemas in (first, other):
        for document in (SCHEMA.document(), bad):
            schemas.update(ME, hash_of(document), document)
    good, reason = first.get(ME, hash_of(SCHEMA.document()), 0.0), first.get(ME, hash_of(bad), 0.0)
    assert isinstance(good, SchemaStreams)
    assert isinstance(reason, str)

    def decode(_: bytes) -> None:
        raise AssertionError("decoded again")

    monkeypatch.setattr("gateway.centre.schemas.decode_schema", decode)
    assert other.get(ME, hash_of(SCHEMA.document()), 0.0) is good
    assert other.get(ME, hash_of(bad), 0.0) == reason


def test_junk_under_the_name_of_a_document_does_not_make_the_document_invalid() -> None:
    schemas, document = Schemas(), msgspec.json.encode({"v": 1, "streams": [METER, METER]})
    for junk in (b"junk", b"\x28\xb5\x2f\xfd junk"):
        schemas.update(ME, hash_of(document), junk)
        assert isinstance(schemas.get(ME, hash_of(document), 0.0), str)
    schemas.update(ME, hash_of(document), document)
    assert isinstance(schemas.get(ME, hash_of(document), 0.0), SchemaStreams)


def test_the_documents_of_a_gateway_are_decoded_up_to_a_rate_and_those_of_others_whatever_it_does() -> None:
    schemas, found = Schemas(DocumentLimits(decoded_bytes=1000, decoded_bytes_s=100)), documents(6)
    other = gateway(2)
    for document in found:
        for sender in (ME, other):
            schemas.update(sender, hash_of(document), document)
    size = len(found[0])
    known = [schemas.get(ME, hash_of(one), 0.0) is not None for one in found]
    at_once = -(-1000 // size)
    assert known == [number < at_once for number in range(6)]
    assert schemas.get(ME, hash_of(found[0]), 0.0) is not None, "it is decoded already"
    assert schemas.get(other, hash_of(found[5]), 0.0) is not None
    assert schemas.get(ME, hash_of(found[5]), size / 100 + 1) is not None
