"""Unpacking: word orders, floats, overlapping items, bits."""

import struct
from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.modbus.planning.compiled_reads import decoder_of
from gateway.model.profile import Point
from gateway.model.site.lines import DeviceSettings
from tests.fieldbus.made_devices import decode, device, measured, plan_at_9600, point


def test_a_long_with_swapped_words_is_decoded() -> None:
    assert decode(device(point(0, "int32"), word_order="little"), [0x5678, 0x1234]) == ([0x12345678], {})
    assert decode(device(point(0, "int32"), point(2, "uint16"), word_order="little"), [0xFFFF, 0xFFFF, 7]) == ([-1, 7], {})


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_64_bit_value_with_swapped_words_is_decoded(value: int) -> None:
    words = struct.unpack(">4H", struct.pack(">q", value))
    assert decode(device(point(0, "int64", word_order="little")), list(reversed(words))) == ([value], {})


def test_a_float_has_the_digits_that_were_meant() -> None:
    bound = bind(DeviceSettings(id="d", profile="made", asset="a"), measured(point(0, "float32", unit="Cel", scale=Decimal("0.1"))), {})
    words = struct.unpack(">2H", struct.pack(">f", 231.1))
    (raw,), quality = decode(bound, list(words))
    assert isinstance(raw, float)
    assert (bound.streams[0].stream.fields[0].converter()(raw), quality) == (23.11, {})


@given(st.lists(st.integers(0, 0xFFFF), min_size=9, max_size=9))
def test_values_that_share_their_limits_are_judged_each_like_one_alone(raws: list[int]) -> None:
    limited = {"invalid": [0xFFFF], "min": Decimal(3), "max": Decimal(60_000)}
    points = [point(n, "uint16", name=f"p{n}", **(limited if n < 6 else {"max": Decimal(40_000)} if n < 8 else {})) for n in range(9)]
    values, quality = decode(device(*points), raws)
    alone = [decode(device(msgspec.structs.replace(one, holding=0)), [raw]) for one, raw in zip(points, raws, strict=True)]
    assert values == [value for (value,), _ in alone]
    assert quality == {n: code[0] for n, (_, code) in enumerate(alone) if code}


def test_a_float_that_is_no_number_is_never_hidden_among_others_with_its_limits() -> None:
    points = [point(2 * n, "float32", name=f"p{n}", min=Decimal(0), max=Decimal(9)) for n in range(6)]
    nan, one = (0x7FC0, 0), (0x3F80, 0)
    for bad in range(6):
        values, quality = decode(device(*points), [word for n in range(6) for word in (nan if n == bad else one)])
        assert (values[bad], set(quality)) == (None, {bad})


def test_overlapping_values_are_all_decoded() -> None:
    assert decode(device(point(0, "uint32"), point(1, "uint16"), point(0, "uint16", name="x")), [1, 2]) == ([0x10002, 2, 1], {})


def test_coils_are_bits_from_the_lowest_up() -> None:
    # Modbus Application Protocol V1.1b3, section 6.1: coils 20-38 are CD 6B 05, 27-20 being CD, 20 its lowest bit.
    points = [Point(name=f"c{n}", coil=n, type="bool") for n in range(19, 38)]
    (read,) = plan_at_9600(device(*points))
    values = decoder_of(device(*points), read)(bytes.fromhex("cd6b05"))[0]
    assert values == [bool(int("056bcd", 16) >> n & 1) for n in range(19)]
