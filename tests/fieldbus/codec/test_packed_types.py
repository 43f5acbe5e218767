"""Packed types: all word and byte orders, single bytes, BCD, texts, date-times, bit fields, counters that wrap."""

import struct
from datetime import datetime
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.codec.packed_types import bcd, date_time, string
from gateway.model.canonical import FieldType
from gateway.model.profile import LAYOUT_PARTS, Measurement, Point
from gateway.model.quality import Quality
from gateway.model.site.lines import DeviceSettings
from tests.fieldbus.made_devices import ByteOrder, decode, device, measured, point

ORDERS = [(words, octets) for words in ("big", "little") for octets in ("big", "little")]


def words_of(data: bytes, words: str, octets: str) -> list[int]:
    """Return the registers of a value (its bytes most significant first) on a device with the given orders."""
    pairs = [data[n : n + 2] for n in range(0, len(data), 2)]
    if words == "little":
        pairs.reverse()
    return [int.from_bytes(pair, octets) for pair in pairs]  # type: ignore[arg-type]


def one(type_: str, words: list[int], **more: object) -> object:
    values, _ = decode(device(point(0, type_, **more)), words)
    return values[0]


@pytest.mark.parametrize(("words", "octets"), ORDERS)
@given(data=st.data())
def test_values_of_every_word_and_byte_order_are_decoded(words: str, octets: str, data: st.DataObject) -> None:
    for type_, letter in (("int16", "h"), ("uint32", "I"), ("int64", "q"), ("float32", "f"), ("float64", "d")):
        size = struct.calcsize(letter)
        raw = data.draw(st.binary(min_size=size, max_size=size))
        (value,) = struct.unpack(">" + letter, raw)
        if value != value or value in (float("inf"), float("-inf")):
            continue
        assert one(type_, words_of(raw, words, octets), word_order=words, byte_order=octets) == value


@pytest.mark.parametrize(("words", "octets"), ORDERS)
def test_points_without_an_order_have_the_profiles(words: ByteOrder, octets: ByteOrder) -> None:
    made = device(point(0, "uint32"), point(2, "uint32", word_order="big", byte_order="big"), word_order=words, byte_order=octets)
    assert decode(made, [*words_of(bytes.fromhex("11223344"), words, octets), 0x5566, 0x7788]) == ([0x11223344, 0x55667788], {})


def test_the_bytes_of_a_register_are_separate_values() -> None:
    made = device(point(0, "uint8", byte="high", name="a"), point(0, "int8", name="b"), point(1, "uint8", byte_order="little"))
    assert decode(made, [0x12FE, 0x3400]) == ([0x12, -2, 0x34], {})


@given(st.integers(0, 9999_9999))
def test_bcd_is_its_digits(number: int) -> None:
    digits = f"{number:08}"
    assert one("bcd32", [int(digits[:4], 16), int(digits[4:], 16)]) == number
    assert one("bcd32", [int(digits[4:], 16), int(digits[:4], 16)], word_order="little") == number


def test_bcd_has_sentinels_ranges_and_scales_and_rejects_wrong_digits() -> None:
    made = device(point(0, "bcd16", scale=Decimal("0.1"), max=Decimal(500)), point(1, "bcd16", invalid=[9999]), point(2, "bcd8", name="c"))
    assert decode(made, [0x4999, 0x1234, 0x0042]) == ([4999, 1234, 42], {})
    assert decode(made, [0x5001, 0x9999, 0x004A]) == (
        [None] * 3, {0: Quality.BadOutOfRange, 1: Quality.BadSensorFailure, 2: Quality.BadOutOfRange},
    )  # fmt: skip


def text_point(type_: str, length: int, **more: object) -> object:
    return point(0, type_, length=length, **more)


def test_texts_are_read_in_both_byte_orders_and_one_character_a_register() -> None:
    name = [0x5742, 0x2D4D, 0x5200]
    assert decode(device(text_point("string", 3)), name) == (["WB-MR"], {})  # type: ignore[arg-type]
    swapped = [0x4257, 0x4D2D, 0x0052]
    assert decode(device(text_point("string", 3, byte_order="little")), swapped) == (["WB-MR"], {})  # type: ignore[arg-type]
    assert decode(device(text_point("string", 3), word_order="little"), name) == (["WB-MR"], {}), "texts keep the order of their words"  # type: ignore[arg-type]
    assert decode(device(text_point("wide_string", 5)), [0x57, 0x42, 0x2D, 0x4D, 0x52]) == (["WB-MR"], {})  # type: ignore[arg-type]


@given(st.binary(max_size=40))
def test_any_bytes_are_decoded_as_text_or_number_without_an_error(data: bytes) -> None:
    text = string(data)
    assert text is None or text.isprintable()
    number = bcd(data)
    assert number is None or number >= 0


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2099, 12, 31)))  # noqa: DTZ001 — a device's clock has no zone
def test_a_packed_date_time_decodes_to_iso_8601(when: datetime) -> None:
    when = when.replace(microsecond=0)
    packed = bytes((when.year - 2000, when.month, when.day, when.hour, when.minute, when.second))
    assert date_time(packed, ["yy", "mo", "dd", "hh", "mi", "ss"], decimal=False) == when.isoformat()
    decimal = bytes.fromhex(f"{when.second:02}{when.minute:02}{when.hour:02}00{when.day:02}{when.month:02}{when.year:04}")
    assert date_time(decimal, ["ss", "mi", "hh", "__", "dd", "mo", "yyyy"], decimal=True) == when.isoformat()


@given(st.binary(min_size=12, max_size=12), st.permutations(list(LAYOUT_PARTS)), st.booleans())
def test_any_bytes_are_decoded_as_date_time_without_an_error(data: bytes, layout: list[str], decimal: bool) -> None:
    date_time(data, layout, decimal=decimal)


def test_a_date_time_in_registers_is_text_and_a_13th_month_is_absent() -> None:
    made = device(point(0, "datetime", length=3, layout="yy mo dd hh mi ss"))
    assert decode(made, [0x1A0B, 0x1A14, 0x1E05]) == (["2026-11-26T20:30:05"], {})
    assert decode(made, [0x1A0D, 0x1A14, 0x1E05]) == ([None], {0: Quality.BadOutOfRange})


def test_a_bit_field_is_extracted_signed_or_not_and_only_if_valid() -> None:
    made = device(
        point(0, bit=4, bits=3, name="mode", enum={5: "night"}), point(0, bit=0, bits=4, name="step"), point(0, bit=8, bits=4, signed=True, name="offset"),
        point(1, "uint32", bits=23, signed=True, valid_bit=23, scale=Decimal("0.00390625"), name="speed"),
    )  # fmt: skip
    # 80 37 5E is 55.3671875 in the Wavetronix documents that IRIS quotes.
    assert decode(made, [0x0F59, 0x0080, 0x375E]) == (["night", 9, -1, 0x375E], {})
    assert decode(made, [0x0759, 0x0000, 0x375E]) == (["night", 9, 7, None], {3: Quality.BadSensorFailure})


def test_a_counter_never_exceeds_where_it_wraps() -> None:
    made = measured(point(0, "uint32", unit="W.h", wraps_at=1_000_000))
    made = msgspec.structs.replace(made, measurements=[Measurement(measurement="lighting_meter", fields={"active_energy": "p0"})])
    bound = bind(DeviceSettings(id="d", profile="made", asset="a"), made, {})
    assert bound.streams[0].stream.fields[0].wraps_at == 1_000_000
    assert bound.streams[0].stream.fields[0].type is FieldType.FLOAT
    assert decode(bound, [0x000F, 0x423F]) == ([999_999], {})
    assert decode(bound, [0x000F, 0x4240]) == ([None], {0: Quality.BadOutOfRange})


def test_points_of_all_kinds_share_one_read() -> None:
    made = device(
        point(0, "uint8"), point(1, "bcd16"), point(2, "float32", byte_order="little"), point(4, "string", length=2), point(6, "bool", bit=15),
        point(7, "uint64", word_order="little"), point(11, "wide_string", length=2),
    )  # fmt: skip
    words = [7, 0x1234, *struct.unpack("<2H", struct.pack(">f", 1.5)), 0x4142, 0x4300, 0x8000, 4, 0, 0, 0, 0x58, 0x59]
    assert decode(made, words) == ([7, 1234, 1.5, "ABC", True, 4, "XY"], {})
    assert isinstance(made.slots[0].point, Point)
