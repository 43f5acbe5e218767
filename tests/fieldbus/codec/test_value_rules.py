"""The rules from raw values to values: sentinels, ranges, bits, enums, offsets."""

import math
import struct
from decimal import Decimal

import msgspec
import pytest

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.codec.value_rules import value_rule
from gateway.model.profile import Measurement
from gateway.model.quality import Quality
from gateway.model.site.lines import DeviceSettings
from tests.fieldbus.made_devices import decode, device, point


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("type_", ["float32", "float64"])
def test_a_float_that_is_not_a_number_is_absent(value: float, type_: str) -> None:
    words = struct.unpack(">2H" if type_ == "float32" else ">4H", struct.pack(">f" if type_ == "float32" else ">d", value))
    assert decode(device(point(0, type_)), list(words)) == ([None], {0: Quality.BadOutOfRange})


def test_a_sentinel_is_absent_and_its_neighbours_are_not() -> None:
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


def test_limits_are_the_last_integers_within_them_and_infinite_where_the_type_is_narrower() -> None:
    made = device(
        point(0, "int16", name="a", scale=Decimal("0.3"), min=Decimal(-1), max=Decimal(1)),
        point(1, "uint16", name="b", min=Decimal(-1000), max=Decimal(65535)),
        point(2, "int16", name="c", min=Decimal(-32768), max=Decimal(32766)),
        point(3, "float32", name="d", min=Decimal("-0.5"), max=Decimal("0.5")),
    )
    limits = [(rule.low, rule.high) for rule in map(value_rule, made.slots)]
    assert limits == [(-3, 3), (-math.inf, math.inf), (-math.inf, 32766), (-0.5, 0.5)]
    floats = struct.unpack(">2H", struct.pack(">f", 0.25))
    assert decode(made, [3, 0, 0x8000, *floats]) == ([3, 0, -32768, 0.25], {})
    assert decode(made, [0x10000 - 4, 65535, 0x7FFF, *floats]) == ([None, 65535, None, 0.25], dict.fromkeys((0, 2), Quality.BadOutOfRange))
    assert decode(made, [4, 0, 0, *floats])[1] == {0: Quality.BadOutOfRange}


def test_bits_and_enums_are_extracted_from_their_register() -> None:
    made = device(
        point(0, "bool", bit=0, name="a"),
        point(0, "bool", bit=15, name="b"),
        point(0, bit=2, enum={0: "off", 1: "on"}, name="c"),
        point(1, "int16", enum={-1: "left"}),
    )
    assert decode(made, [0x8004, 0xFFFF]) == ([False, True, "on", "left"], {})
    assert decode(made, [0, 5]) == ([False, False, "off", None], {3: Quality.BadOutOfRange})


def test_an_offset_is_added_at_the_edge() -> None:
    assert decode(device(point(0, "uint16", scale=Decimal("0.1"), offset=Decimal(-40))), [635]) == ([23.5], {})


def test_a_value_that_a_database_can_not_store_is_absent_and_its_neighbours_are_not() -> None:
    profile = device(point(0, "uint64", unit="{count}"), point(4, "uint64", unit="{count}")).profile
    profile = msgspec.structs.replace(
        profile, measurements=[Measurement(measurement="traffic", fields={"vehicle_count_total": "p0", "vehicle_count": "p4"})]
    )
    bound = bind(DeviceSettings(id="d", profile="made", asset="a"), profile, {})
    assert decode(bound, [0xFFFF] * 4 + [0, 0, 0, 7]) == ([None, 7], {0: Quality.BadOutOfRange})


def test_values_below_the_threshold_are_zero() -> None:
    made = device(point(0, zero_below=5), point(1, zero_below=5, scale=Decimal("0.5"), offset=Decimal(1)))
    assert decode(made, [4, 4]) == ([0, 1.0], {})
    assert decode(made, [5, 5]) == ([5, 3.5], {})


def test_a_sentinel_in_the_middle_of_the_range_is_absent() -> None:
    made = device(point(0, invalid=[255]))
    assert decode(made, [255]) == ([None], {0: Quality.BadSensorFailure})
    assert decode(made, [254]) == ([254], {})
    assert decode(made, [256]) == ([256], {})
