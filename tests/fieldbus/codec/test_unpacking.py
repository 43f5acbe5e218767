"""Plans and decoders: contiguous merging, all word orders, sentinels, ranges, bits, enums."""

import struct
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice, Slot, StreamGroup
from gateway.fieldbus.modbus.planning.compiled_reads import decoder_of
from gateway.fieldbus.modbus.planning.read_cost import character_s, rtu_cost, silence_s
from gateway.fieldbus.modbus.planning.read_plan import Read, span
from gateway.fieldbus.modbus.planning.read_plan import plan as plan_at
from gateway.model.canonical import FieldType
from gateway.model.profile import SIZE_BYTES, Measurement, Modbus, Point, Profile, Source
from gateway.model.quality import Quality
from gateway.model.site import DeviceSettings, OverrideSettings
from gateway.model.stream import StreamField

ByteOrder = Literal["big", "little"]


def device(*points: Point, longest_read: int = 125, word_order: ByteOrder = "big", byte_order: ByteOrder = "big") -> BoundDevice:
    profile = Profile(
        profile="made", vendor="v", model="m", kind="weather", confidence="low", sources=[Source(ref="here")],
        modbus=Modbus(longest_read=longest_read, word_order=word_order, byte_order=byte_order), points=list(points), measurements=[Measurement(measurement="weather", fields={})],
    )  # fmt: skip
    kinds = {"bool": FieldType.BOOL}
    slots = tuple(
        Slot(one, 0, StreamField(one.name, FieldType.STRING if one.enum else kinds.get(one.type, FieldType.FLOAT)), Fraction(1))
        for one in points
    )
    return BoundDevice("d", 1, profile, slots, (), (StreamGroup(1.0, ()),))


COST = rtu_cost(character_s(9600), silence_s(9600, character_s(9600)), 0.01)
"""A line of 9600 baud whose devices begin to answer after 10 ms."""


def plan(made: BoundDevice) -> list[Read]:
    return plan_at(made, COST)


def measured(one: Point) -> Profile:
    return msgspec.structs.replace(
        device(one).profile, measurements=[Measurement(measurement="weather", fields={"air_temperature": one.name})]
    )


def point(address: int, type_: str = "uint16", **more: Any) -> Point:
    fields: dict[str, Any] = {"name": f"p{address}", "holding": address, "type": type_}
    return Point(**(fields | more))


def test_points_side_by_side_become_one_read() -> None:
    reads = plan(device(point(12, "int32"), point(10), point(11), point(40)))
    assert reads == [Read(3, 10, 4, (1, 2, 0)), Read(3, 40, 1, (3,))]


def test_a_read_is_no_longer_than_the_profile_allows_and_never_splits_a_value() -> None:
    reads = plan(device(*(point(2 * n, "float32") for n in range(5)), longest_read=5))
    assert [(read.address, read.quantity) for read in reads] == [(0, 4), (4, 4), (8, 2)]


def test_bits_of_one_register_are_read_once() -> None:
    assert plan(device(*(point(7, "bool", bit=bit, name=f"b{bit}") for bit in range(3)))) == [Read(3, 7, 1, (0, 1, 2))]


def test_a_point_that_must_be_read_alone_is() -> None:
    assert plan(device(point(10), point(11, alone=True), point(12))) == [Read(3, 10, 3, (0, 2)), Read(3, 11, 1, (1,))]


def test_a_point_that_must_not_be_bridged_is_not_read_unless_it_is_wanted() -> None:
    made = device(point(10), point(11, bridge=False), point(12))
    assert [(read.address, read.quantity) for read in plan_at(made, COST, wanted=[0, 2])] == [(10, 1), (12, 1)]
    assert [(read.address, read.quantity) for read in plan(made)] == [(10, 3)]


def test_functions_are_not_mixed() -> None:
    points = [
        Point(name="a", coil=1, type="bool"),
        Point(name="b", discrete=2, type="bool"),
        Point(name="c", input=3, type="int16"),
        point(4),
    ]
    assert [read.function for read in plan(device(*points))] == [1, 2, 3, 4]


@given(
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from(sorted(SIZE_BYTES.keys() - {"int24", "uint24"}))), min_size=1, max_size=40),
    st.integers(4, 125),
)
def test_every_point_is_covered_once_within_the_limit(wanted: list[tuple[int, str]], longest: int) -> None:
    made = device(
        *(point(address, type_, name=f"p{n}", bit=0 if type_ == "bool" else None) for n, (address, type_) in enumerate(wanted)),
        longest_read=longest,
    )
    reads = plan(made)
    assert sorted(slot for read in reads for slot in read.slots) == list(range(len(wanted)))
    assert all(read.quantity <= longest for read in reads)
    for read in reads:
        for slot in read.slots:
            one = span(slot, made.slots[slot])
            assert read.address <= one.address
            assert one.address + one.width <= read.address + read.quantity


def decode(made: BoundDevice, words: list[int]) -> tuple[list[object], dict[int, int]]:
    (read,) = plan(made)
    found, quality = decoder_of(made, read)(struct.pack(f">{len(words)}H", *words))
    values = dict(zip(read.slots, found, strict=True))
    return [values[slot] for slot in range(len(values))], {read.slots[position]: code for position, code in quality.items()}


def test_a_swapped_long_is_put_right() -> None:
    assert decode(device(point(0, "int32"), word_order="little"), [0x5678, 0x1234]) == ([0x12345678], {})
    assert decode(device(point(0, "int32"), point(2, "uint16"), word_order="little"), [0xFFFF, 0xFFFF, 7]) == ([-1, 7], {})


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_swapped_64_bit_value_is_put_right(value: int) -> None:
    words = struct.unpack(">4H", struct.pack(">q", value))
    assert decode(device(point(0, "int64", word_order="little")), list(reversed(words))) == ([value], {})


def test_a_float_prints_as_it_was_meant() -> None:
    bound = bind(DeviceSettings(id="d", profile="made", asset="a"), measured(point(0, "float32", unit="Cel", scale=Decimal("0.1"))), {})
    words = struct.unpack(">2H", struct.pack(">f", 231.1))
    (raw,), quality = decode(bound, list(words))
    assert isinstance(raw, float)
    assert (bound.streams[0].stream.fields[0].converter()(raw), quality) == (23.11, {})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("type_", ["float32", "float64"])
def test_a_float_that_is_no_number_is_absent(value: float, type_: str) -> None:
    words = struct.unpack(">2H" if type_ == "float32" else ">4H", struct.pack(">f" if type_ == "float32" else ">d", value))
    assert decode(device(point(0, type_)), list(words)) == ([None], {0: Quality.BadOutOfRange})


def test_a_sentinel_is_absent_and_costs_its_neighbours_nothing() -> None:
    made = device(
        point(0, "int16", invalid=[0x7FFF]),
        point(1, "int16", invalid=[0x8000]),
        point(2, "uint16", invalid=[0xFFFF]),
        point(3, "uint16", invalid=[0]),
    )
    assert decode(made, [0x7FFF, 0x8000, 0xFFFF, 0]) == ([None] * 4, dict.fromkeys(range(4), Quality.BadSensorFailure))
    assert decode(made, [0x7FFE, 0x8001, 0xFFFE, 1]) == ([0x7FFE, -0x7FFF, 0xFFFE, 1], {})
    assert decode(made, [5, 6, 0xFFFF, 8]) == ([5, 6, None, 8], {2: Quality.BadSensorFailure})


def test_a_value_out_of_range_is_absent() -> None:
    made = device(point(0, "int16", scale=Decimal("0.1"), min=Decimal(-40), max=Decimal(80)))
    assert decode(made, [800]) == ([800], {})
    assert decode(made, [801]) == ([None], {0: Quality.BadOutOfRange})
    assert decode(made, [0x10000 - 401]) == ([None], {0: Quality.BadOutOfRange})


def test_bits_and_enums_are_taken_out_of_their_register() -> None:
    made = device(
        point(0, "bool", bit=0, name="a"),
        point(0, "bool", bit=15, name="b"),
        point(0, bit=2, enum={0: "off", 1: "on"}, name="c"),
        point(1, "int16", enum={-1: "left"}),
    )
    assert decode(made, [0x8004, 0xFFFF]) == ([False, True, "on", "left"], {})
    assert decode(made, [0, 5]) == ([False, False, "off", None], {3: Quality.BadOutOfRange})


def test_values_that_overlap_are_all_read() -> None:
    assert decode(device(point(0, "uint32"), point(1, "uint16"), point(0, "uint16", name="x")), [1, 2]) == ([0x10002, 2, 1], {})


def test_coils_are_bits_from_the_lowest_on() -> None:
    # Modbus Application Protocol V1.1b3, section 6.1: coils 20-38 are CD 6B 05, 27-20 being CD, 20 its lowest bit.
    points = [Point(name=f"c{n}", coil=n, type="bool") for n in range(19, 38)]
    (read,) = plan(device(*points))
    values = decoder_of(device(*points), read)(bytes.fromhex("cd6b05"))[0]
    assert values == [bool(int("056bcd", 16) >> n & 1) for n in range(19)]


def test_an_offset_is_added_at_the_edge() -> None:
    assert decode(device(point(0, "uint16", scale=Decimal("0.1"), offset=Decimal(-40))), [635]) == ([23.5], {})


def test_a_device_is_bound_to_its_streams() -> None:
    profile = ProfileLibrary().get("carlo_gavazzi_em340")
    bound = bind(DeviceSettings(id="m", profile=profile.profile, asset="qe-1", unit=7), profile, {})
    stream, identity = bound.streams
    assert (identity.stream.measurement, identity.stream.every_s) == ("device", 900.0)
    fields = {field.name: field for field in stream.stream.fields}
    assert (bound.unit, stream.stream.asset, stream.stream.every_s) == (7, "qe-1", 10.0)
    assert (fields["voltage_l1"].scale, fields["active_energy"].scale, fields["active_energy"].unit) == ("1/10", "100", "W.h")


def test_channels_become_streams_of_their_assets() -> None:
    profile = ProfileLibrary().get("intesis_ibmbsdal")
    bound = bind(DeviceSettings(id="d", profile=profile.profile, channels={5: "pl-6", 0: "pl-1"}), profile, {})
    told = [(one.stream.asset, one.stream.measurement, one.first, one.last) for one in bound.streams]
    assert told == [("pl-1", "lamp", 0, 3), ("pl-6", "lamp", 3, 6), ("pl-1", "event", 6, 8), ("pl-6", "event", 8, 10)]
    assert [(read.address, read.quantity) for read in plan(bound)] == [(5, 2), (505, 2)]


def test_the_site_knows_better() -> None:
    profile = ProfileLibrary().get("carlo_gavazzi_em340")
    device_ = DeviceSettings(id="m", profile=profile.profile, asset="a", overrides={"voltage_l1": OverrideSettings(scale=Decimal("0.2"))})
    assert bind(device_, profile, {}).slots[0].field.scale == "1/5"


def test_what_a_store_can_not_keep_is_absent_at_the_edge_and_costs_its_neighbours_nothing() -> None:
    profile = device(point(0, "uint64", unit="{count}"), point(4, "uint64", unit="{count}")).profile
    profile = msgspec.structs.replace(
        profile, measurements=[Measurement(measurement="traffic", fields={"vehicle_count_total": "p0", "vehicle_count": "p4"})]
    )
    bound = bind(DeviceSettings(id="d", profile="made", asset="a"), profile, {})
    assert decode(bound, [0xFFFF] * 4 + [0, 0, 0, 7]) == ([None, 7], {0: Quality.BadOutOfRange})
