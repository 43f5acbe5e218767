"""Requests that write a value, and the errors for values that can't be written."""

from decimal import Decimal
from typing import Any

import pytest

from gateway.fieldbus.modbus.write_request import write_request
from gateway.model.profile import Measurement, Modbus, Point, Profile, Source, WriteAccess
from tests.profiles.library import LIBRARY

POINT: dict[str, Any] = {"name": "p", "holding": 16, "type": "uint16", "write": WriteAccess(min=Decimal(0), max=Decimal(100))}


def pdu(value: object, channel: int = 0, **point: Any) -> str:
    one = Point(**(POINT | point))
    profile = Profile(profile="made", vendor="v", model="m", kind="lamp", confidence="low", sources=[Source(ref="here")], modbus=Modbus(unit=1),
                      points=[one], measurements=[Measurement(measurement="lamp", fields={})])  # fmt: skip
    return write_request(profile, one, value, 1, channel).pdu.hex(" ").upper()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "point", "expected"),
    [
        (60, {}, "06 00 10 00 3C"),
        (60, {"stride": 100}, "06 00 D8 00 3C"),
        (6.5, {"scale": Decimal("0.1")}, "06 00 10 00 41"),
        (-5, {"type": "int16", "write": WriteAccess(min=Decimal(-10), max=Decimal(10))}, "06 00 10 FF FB"),
        (60, {"write": WriteAccess(min=Decimal(0), max=Decimal(100), function=16)}, "10 00 10 00 01 02 00 3C"),
        (70000, {"type": "uint32", "write": WriteAccess(min=Decimal(0), max=Decimal(10**6))}, "10 00 10 00 02 04 00 01 11 70"),
        (70000, {"type": "uint32", "word_order": "little", "write": WriteAccess(min=Decimal(0), max=Decimal(10**6))}, "10 00 10 00 02 04 11 70 00 01"),
        (1.5, {"type": "float32"}, "10 00 10 00 02 04 3F C0 00 00"),
        ("fast", {"enum": {1: "slow", 2: "fast"}, "write": WriteAccess()}, "06 00 10 00 02"),
        (2, {"enum": {1: "slow", 2: "fast"}, "write": WriteAccess()}, "06 00 10 00 02"),
        (True, {"holding": None, "coil": 3, "type": "bool", "write": WriteAccess()}, "05 00 03 FF 00"),
        ("off", {"holding": None, "coil": 3, "type": "bool", "write": WriteAccess()}, "05 00 03 00 00"),
        (True, {"type": "bool", "bit": 3, "write": WriteAccess()}, "16 00 10 FF F7 00 08"),
        (True, {"holding": None, "coil": 3, "type": "bool", "write": WriteAccess(function=15)}, "0F 00 03 00 01 01 01"),
    ],
)  # fmt: skip
def test_a_value_is_written_byte_for_byte(value: object, point: dict[str, Any], expected: str) -> None:
    assert pdu(value, channel=2 if "stride" in point else 0, **point) == expected


@pytest.mark.parametrize(
    ("value", "point", "sentence"),
    [
        (101, {}, "outside the safe range of 'p': 0 to 100"),
        (-1, {}, "outside the safe range"),
        ("much", {}, "takes a number, not 'much'"),
        (1, {"write": None}, "is not writable"),
        (1, {"holding": None, "input": 3}, "is in a read-only table; only holding registers and coils can be written"),
        ("quick", {"enum": {1: "slow", 2: "fast"}, "write": WriteAccess()}, "write one of: slow, fast"),
        (3, {"holding": None, "coil": 3, "type": "bool", "write": WriteAccess()}, "can't be set to 3; write on or off"),
        ("x", {"type": "string", "length": 2}, "not 'x'"),
    ],
)  # fmt: skip
def test_a_value_that_may_not_be_written_is_refused_with_those_that_may(value: object, point: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        pdu(value, **point)


def test_every_safe_range_of_the_library_can_be_written_at_both_ends() -> None:
    for name in LIBRARY.names:
        profile = LIBRARY.get(name)
        for point in profile.points:
            if point.write is not None and profile.modbus is not None:
                ends = list(point.enum) if point.enum and point.type != "bool" else [point.write.min, point.write.max]
                for end in ends:
                    value = float(end) if isinstance(end, Decimal) else end
                    request = write_request(profile, point, True if value is None else value, 1)
                    assert request.pdu[0] in (5, 6, 15, 16, 22)
