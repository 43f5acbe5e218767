"""Points that break a rule of their profile."""

from pathlib import Path

import pytest

from tests.config.profiles import Broken, BrokenFrame, check_broken, check_broken_frame

BROKEN: dict[str, Broken] = {
    "two addresses": ("{name: humidity, input: 2", "{name: humidity, input: 2, holding: 2", (15, 5), "needs exactly one address"),
    "a bool without a bit": ("input: 1, type: int16", "input: 1, type: bool", (14, 5), "is one bit of a register"),
    "a stride without channels": (
        "input: 1, type: int16",
        "input: 1, stride: 2, type: int16",
        (14, 43),
        "a stride repeats a point for every channel",
    ),
    "a point in an unreadable range": (
        "modbus: {unit: 1, readdress",
        "modbus: {unreadable: [{table: input, first: 1, last: 1}], readdress",
        (14, 5),
        "is in an unreadable range",
    ),
    "a string without a length": ("input: 1, type: int16", "input: 1, type: string", (14, 5), "needs a length; write 'length: …'"),
    "a date-time without a layout": ("input: 1, type: int16", "input: 1, type: datetime, length: 3", (14, 5), "list its bytes in order"),
    "a layout of another length": (
        "input: 1, type: int16",
        "input: 1, type: datetime, length: 3, layout: yyyy mo dd",
        (14, 70),
        "count the bytes",
    ),
    "a layout of unknown parts": (
        "input: 1, type: int16",
        "input: 1, type: datetime, length: 2, layout: yyyy mm dd",
        (14, 70),
        "with: yyyy yy mo",
    ),
    "bits beyond the register": (
        "input: 1, type: int16",
        "input: 1, bit: 14, bits: 4, type: uint16",
        (14, 40),
        "a register does not have these bits",
    ),
    "a sign without a bit field": ("input: 1, type: int16", "input: 1, bit: 3, signed: true, type: uint16", (14, 5), "write 'bits: …'"),
    "24 bits in registers": ("input: 1, type: int16", "input: 1, type: uint24", (14, 41), "type 'uint24' is only for frames"),
    "a coil that is a number": ("input: 1, type: int16", "coil: 1, type: int16", (14, 40), "write 'type: bool'"),
    "a signed counter that wraps": ("input: 1, type: int16", "input: 1, wraps_at: 100, type: int16", (14, 45), "use an unsigned type"),
    "a writable point without a range": ("write: {min: 1, max: 247}", "write: {}", (16, 60), "write 'write: {min: …, max: …}'"),
    "a range beyond the type": (
        "write: {min: 1, max: 247}",
        "write: {min: 1, max: 70000}",
        (16, 60),
        "correct min and max, in the unit of the point",
    ),
    "a writable point in a read-only table": (
        "{name: humidity, input: 2, type: uint16",
        "{name: humidity, input: 2, write: {min: 0, max: 9}, type: uint16",
        (15, 39),
        "write holding or coil, or remove 'write'",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_point_that_breaks_a_rule_says_where_and_what_to_write(name: str, tmp_path: Path) -> None:
    check_broken(BROKEN[name], tmp_path)


BROKEN_FRAMES: dict[str, BrokenFrame] = {
    "an unknown message": ("message: data, at: 2", "message: date, at: 2", "did you mean 'data'?"),
    "a point without a position": ("message: data, at: 2,", "message: data,", "write 'at: …'"),
}


@pytest.mark.parametrize("name", BROKEN_FRAMES)
def test_a_frame_with_a_point_that_breaks_a_rule_says_where_and_what_to_write(name: str, tmp_path: Path) -> None:
    check_broken_frame(BROKEN_FRAMES[name], tmp_path)
