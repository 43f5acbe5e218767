"""Streams and their schema documents."""

from fractions import Fraction

import pytest

from gateway.model.canonical import MEASUREMENTS, FieldType
from gateway.model.stream import (
    Place,
    Schema,
    Stream,
    StreamField,
    canonical_fields,
    decode_schema,
    hash_of,
    pack_document,
    unpack_document,
    value_in_unit,
)

METER = Stream(
    "qe-041", "qe-041-meter", "carlo_gavazzi_em340", "lighting_meter",
    (StreamField("voltage_l1", FieldType.FLOAT, "V", "1/10"), StreamField("active_energy", FieldType.FLOAT, "W.h", "100")), 10.0,
    place=Place("Quadro 41", 43.88, 11.1),
)  # fmt: skip


def test_a_schema_document_is_decoded_unchanged_and_its_name_is_its_hash() -> None:
    document = Schema((METER,)).document()
    assert decode_schema(document).streams == (METER,)
    assert len(hash_of(document)) == 8
    assert hash_of(document) != hash_of(document + b" ")


def test_equal_streams_have_equal_documents() -> None:
    again = Stream(**{name: getattr(METER, name) for name in METER.__struct_fields__})
    assert Schema((METER,)).document() == Schema((again,)).document()


def test_values_have_the_type_of_their_field() -> None:
    assert METER.fields[0].converter()(2312) == 231.2
    energy = METER.fields[1].converter()(123456)
    assert energy == 12345600.0
    assert isinstance(energy, float)
    level = StreamField("dim_level", FieldType.INT, "%", "100/255").converter()(128)
    assert level == 50
    assert isinstance(level, int)


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"v":1', b'"v":2'), (b'"1/10"', b'"ten"'), (b'"1/10"', b'"1/0"'), (b'"1/10"', b'"1e999999999"'), (b'"1/10"', b'"1/1e99999999"'), (b'"1/10"', b'"' + b"9" * 41 + b'"'),
     (b'"V"', b'"V\\n"'), (b'"V"', b'"V V"'), (b'"voltage_l1"', b'"voltage_l1\\n"'), (b'"asset":"qe-041"', b'"asset":"qe-041\\n"'),
     (b'"carlo_gavazzi_em340"', b'"carlo_gavazzi_em340\\n"'), (b'"every_s":10.0', b'"every_s":-1'), (b'"every_s":10.0', b'"every_s":1e300'),
     (b'"every_s":10.0', b'"every_s":1,"tags":{"a":"b\\n"}'), (b'"every_s":10.0', b'"every_s":1,"tags":{"a":"b\\u2028c"}'),
     (b'"every_s":10.0', b'"every_s":1,"tags":{' + b",".join(b'"a%d":"b"' % n for n in range(33)) + b"}"),
     (b'"asset":"qe-041"', b'"asset":"QE 041"'), (b'"voltage_l1"', b'"volt age"'),
     (b'"float"', b'"int"'), (b'"lighting_meter"', b'"a,b=c"')],
)  # fmt: skip
def test_an_invalid_schema_document_is_refused(old: bytes, new: bytes) -> None:
    document = Schema((METER,)).document()
    assert old in document
    with pytest.raises(ValueError, match=r"version 2|Expected|Invalid|is a float"):
        decode_schema(document.replace(old, new))


def test_a_long_schema_document_is_sent_compressed_and_unpacked_unchanged() -> None:
    short, long = b'{"v":1,"streams":[]}', b'{"v":1,"streams":[' + b'{"a":1},' * 10_000 + b"]}"
    assert pack_document(short) == short
    assert len(pack_document(long)) < 1000
    for document in (short, long):
        assert unpack_document(pack_document(document), 1 << 20) == document


@pytest.mark.parametrize(
    "payload", [b"x" * 101, pack_document(bytes(5000)), pack_document(bytes(5000))[:9], b"\x28\xb5\x2f\xfd" + bytes(40)]
)
def test_a_schema_document_that_is_too_large_or_not_a_zstd_frame_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match="schema document"):
        unpack_document(payload, 100)


def test_canonical_fields_have_the_type_and_unit_of_the_table() -> None:
    field, other = canonical_fields("lamp", "active_power", "dim_level")
    assert (field.name, field.type, field.unit) == ("active_power", FieldType.FLOAT, "W")
    assert other.type is FieldType.INT
    assert [one.name for one in canonical_fields("relay")] == list(MEASUREMENTS["relay"])


def test_only_numbers_are_converted_to_their_unit() -> None:
    convert = StreamField("x", FieldType.FLOAT, "V", "1/10").converter()
    assert value_in_unit(2312, convert) == 231.2
    assert [value_in_unit(raw, convert) for raw in (True, "x", None)] == [True, "x", None]


@pytest.mark.parametrize(("raw", "value"), [(0.1 + 2**-30, 0.1), (16777217.0, 16777217.0), (231.3000030517578, 231.3), (0.0, 0.0)])
def test_a_32_bit_float_is_shown_without_the_noise_of_its_binary_form(raw: float, value: float) -> None:
    assert StreamField("x", FieldType.FLOAT, "V", digits=6).converter()(raw) == value


def test_a_scale_is_exact() -> None:
    assert Fraction(StreamField("x", FieldType.FLOAT, "V", "1/3").converter()(3)) == 1
