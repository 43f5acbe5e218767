"""Profiles that break a rule: each problem has the exact place and says what to write."""

from pathlib import Path

import pytest

from tests.config.profiles import Broken, BrokenFrame, check_broken, check_broken_frame

BROKEN: dict[str, Broken] = {
    "a point twice": ("name: humidity,", "name: temperature,", (15, 12), "duplicate point 'temperature'"),
    "the name of another file": ("profile: xy_md02", "profile: xy_md03", (2, 10), "write 'xy_md02'"),
    "an example with an unknown point": (
        "decoded: {temperature: 30.5",
        "decoded: {temprature: 30.5",
        (32, 15),
        "did you mean 'temperature'",
    ),
    "a range that ends before it starts": (
        "modbus: {unit: 1, readdress",
        "modbus: {unreadable: [{table: input, first: 9, last: 3}], readdress",
        (11, 23),
        "write its lower address as 'first'",
    ),
    "an undivided range longer than a read": (
        "modbus: {unit: 1, readdress",
        "modbus: {longest_read: 4, undivided: [{table: input, first: 1, last: 5}], readdress",
        (11, 39),
        "the range is longer than the longest read (4)",
    ),
    "two ways to communicate": (
        "every: 10s",
        "text: {lines: [json]}\nevery: 10s",
        (2, 1),
        "a profile must have exactly one way to communicate",
    ),
    "a vendor's response without a length": (
        "modbus: {unit: 1, readdress",
        "modbus: {vendor: {reset: {code: 0x42}}, readdress",
        (11, 26),
        "write either 'answer_bytes' or 'length_at'",
    ),
    "an address in a point that can't be written": (
        "readdress: {point: cfg_unit_id",
        "readdress: {point: humidity",
        (11, 38),
        "is not a point that can be written; write one of: cfg_unit_id",
    ),
    "points that overlap": (
        "input: 1, type: int16",
        "input: 1, type: int32",
        (15, 5),
        "correct an address or a type, or write 'alone: true' if it i",
    ),
    "two types at one address": (
        "{name: humidity, input: 2,",
        "{name: humidity, input: 1,",
        (15, 5),
        "correct an address or a type, or write 'alone: true' if it i",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_profile_that_breaks_a_rule_says_where_and_what_to_write(name: str, tmp_path: Path) -> None:
    check_broken(BROKEN[name], tmp_path)


BROKEN_FRAMES: dict[str, BrokenFrame] = {
    "two lengths": ("  fixed: 10\n", "  fixed: 10\n  length: {at: 2}\n", "write one of: fixed, length, stuffing"),
    "no start": ("  start: AA C0\n", "", "write 'start: …', its first bytes"),
    "a query for every channel without the channel": (
        "  setup:",
        "  each: {ask: AA B4}\n  setup:",
        "write '??' in place of the channel's number",
    ),
    "a query for every channel that is not bytes": ("  setup:", "  each: {ask: h??90}\n  setup:", "write for example 'A3 ?? 90 00'"),
}


@pytest.mark.parametrize("name", BROKEN_FRAMES)
def test_a_frame_with_a_profile_that_breaks_a_rule_says_where_and_what_to_write(name: str, tmp_path: Path) -> None:
    check_broken_frame(BROKEN_FRAMES[name], tmp_path)
