"""Topics, units, scales, qualities, canonical fields, schema documents."""

import math
from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import topics
from gateway.model.canonical import MEASUREMENTS, FieldKind, FieldType
from gateway.model.quality import Quality, is_bad, name_of
from gateway.model.stream import Place, Schema, Stream, StreamField, decode_schema, hash_of, pack_document, unpack_document
from gateway.model.topics import GatewayId
from gateway.model.units import KNOWN, factor, scaler

NAME = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)


@given(NAME, NAME, NAME, st.sampled_from(get_args(topics.GatewayChannel)))
def test_a_gateways_topic_is_parsed_back(site: str, operator: str, gateway: str, channel: topics.GatewayChannel) -> None:
    me = GatewayId(site, operator, gateway)
    assert topics.parse_gateway(me.topic(channel)) == (me, channel, None)


@given(NAME, NAME, NAME, st.binary(min_size=8, max_size=8))
def test_a_schema_topic_carries_its_hash(site: str, operator: str, gateway: str, document_hash: bytes) -> None:
    me = GatewayId(site, operator, gateway)
    assert topics.parse_gateway(me.schema_topic(document_hash)) == (me, "schema", document_hash)


def test_the_topics_are_those_of_the_protocol() -> None:
    me = GatewayId("prato", "citelum", "gw-0042")
    assert me.topic("data") == "prato/v1/citelum/gw/gw-0042/data"
    assert me.schema_topic(bytes(8)) == "prato/v1/citelum/gw/gw-0042/schema/0000000000000000"
    assert topics.worker_state("prato", "worker-1") == "prato/v1/centre/worker-1/state"
    assert topics.city("prato", "citelum", "lighting_meter", "qe-041") == "prato/v1/citelum/city/lighting_meter/qe-041"


@pytest.mark.parametrize(
    "topic",
    ["", "prato/v1/citelum/gw/gw-0042", "prato/v2/citelum/gw/gw-1/data", "prato/v1/Citelum/gw/gw-1/data", "prato/v1/a/gw/b/schema/12", "a/v1/b/gw/c/data/d",
     "a/v1/-b/gw/c/data", "a/v1/+/gw/c/data", "a/v1/b/gw/c/data\n"],
)  # fmt: skip
def test_a_topic_of_another_form_is_nobodys(topic: str) -> None:
    assert topics.parse_gateway(topic) is None


def test_units_convert_exactly() -> None:
    assert factor("kW.h", "W.h") == 1000
    assert factor("km/h", "m/s") == Fraction(10, 36)
    assert factor("[mi_i]/h", "km/h") == Fraction(1609344, 1_000_000)
    assert factor("mA", "A") == Fraction(1, 1000)
    assert factor("V", "A") is None


def test_every_canonical_field_has_a_known_unit() -> None:
    units = {field.unit for fields in MEASUREMENTS.values() for field in fields.values() if field.unit}
    assert units <= KNOWN


def test_the_canonical_table_says_what_the_standards_say() -> None:
    assert MEASUREMENTS["lamp"]["dim_level"].type is FieldType.INT
    assert MEASUREMENTS["lighting_meter"]["active_energy"].unit == "W.h"
    assert MEASUREMENTS["lighting_meter"]["active_energy"].kind is FieldKind.COUNTER
    assert MEASUREMENTS["traffic"]["average_speed"].unit == "km/h"
    assert sum(map(len, MEASUREMENTS.values())) > 118


def test_scaling_gives_the_number_that_people_expect() -> None:
    assert scaler(Fraction("0.1"))(2312) == 231.2
    assert scaler(Fraction("0.001"))(-870) == -0.87
    assert scaler(Fraction(100))(123456) == 12345600
    assert scaler(Fraction("2.5"))(3) == 7.5
    assert scaler(Fraction(1))(7) == 7


@given(st.integers(-(2**31), 2**31 - 1), st.integers(0, 6))
def test_a_decimal_scale_prints_as_the_decimal_number(raw: int, digits: int) -> None:
    value = scaler(Fraction(1, 10**digits))(raw)
    assert math.isclose(float(f"{value:.{digits}f}"), value, rel_tol=0, abs_tol=0)


def test_qualities_have_the_codes_of_opc_ua() -> None:
    assert int(Quality.BadTimeout) == 0x800A0000
    assert int(Quality.UncertainLastUsableValue) == 0x40900000
    assert [is_bad(code) for code in (0, 0x40900000, 0x800A0000, 0x80FF0000)] == [False, False, True, True]
    assert name_of(0x800A0000) == "BadTimeout"
    assert name_of(0x80FF0000) == "0x80FF0000"


METER = Stream(
    "qe-041", "qe-041-meter", "carlo_gavazzi_em340", "lighting_meter",
    (StreamField("voltage_l1", FieldType.FLOAT, "V", "1/10"), StreamField("active_energy", FieldType.FLOAT, "W.h", "100")), 10.0,
    place=Place("Quadro 41", 43.88, 11.1),
)  # fmt: skip


def test_a_schema_document_comes_back_and_its_name_is_its_hash() -> None:
    document = Schema((METER,)).document()
    assert decode_schema(document).streams == (METER,)
    assert len(hash_of(document)) == 8
    assert hash_of(document) != hash_of(document + b" ")


def test_equal_streams_have_equal_documents() -> None:
    again = Stream(**{name: getattr(METER, name) for name in METER.__struct_fields__})
    assert Schema((METER,)).document() == Schema((again,)).document()


def test_values_come_in_the_type_of_their_field() -> None:
    assert METER.fields[0].converter()(2312) == 231.2
    energy = METER.fields[1].converter()(123456)
    assert energy == 12345600.0
    assert isinstance(energy, float)
    level = StreamField("dim_level", FieldType.INT, "%", "100/255").converter()(128)
    assert level == 50
    assert isinstance(level, int)


@pytest.mark.parametrize(
    ("old", "new"),
    [(b'"v":1', b'"v":2'), (b'"1/10"', b'"ten"'), (b'"1/10"', b'"1/0"'), (b'"asset":"qe-041"', b'"asset":"QE 041"'), (b'"voltage_l1"', b'"volt age"'),
     (b'"float"', b'"int"'), (b'"lighting_meter"', b'"a,b=c"')],
)  # fmt: skip
def test_a_schema_document_that_is_wrong_is_refused(old: bytes, new: bytes) -> None:
    document = Schema((METER,)).document()
    assert old in document
    with pytest.raises((ValueError, ZeroDivisionError)):
        decode_schema(document.replace(old, new))


def test_a_long_schema_document_travels_packed_and_is_what_it_was() -> None:
    short, long = b'{"v":1,"streams":[]}', b'{"v":1,"streams":[' + b'{"a":1},' * 10_000 + b"]}"
    assert pack_document(short) == short
    assert len(pack_document(long)) < 1000
    for document in (short, long):
        assert unpack_document(pack_document(document), 1 << 20) == document


@pytest.mark.parametrize(
    "payload", [b"x" * 101, pack_document(bytes(5000)), pack_document(bytes(5000))[:9], b"\x28\xb5\x2f\xfd" + bytes(40)]
)
def test_a_schema_document_that_is_too_large_or_no_frame_is_refused(payload: bytes) -> None:
    with pytest.raises(ValueError, match="schema document"):
        unpack_document(payload, 100)
