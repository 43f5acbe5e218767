"""Trees whose shape or types differ from the document's: all problems at once, each with its place."""

from pathlib import Path

import msgspec
import pytest

from gateway.config.problems import Problems
from gateway.config.tree_to_struct import convert, entry, has_key, key_node, readable_part
from gateway.config.yaml_tree import compose
from gateway.model.scalar_types import Identifier
from tests.config import profiles
from tests.config.sites import Broken, check_broken

BROKEN: dict[str, Broken] = {
    "a misspelt key": ("    baud: 9600", "    baudd: 9600", [(11, 5, "unknown key 'baudd'; did you mean 'baud'?")]),
    "a misspelt top key": ("operator:", "oprator:", [(1, 1, "'operator' is missing"), (2, 1, "did you mean 'operator'?")]),
    "a duplicate key": ("    parity: N", "    parity: N\n    parity: E", [(13, 5, "duplicate key 'parity', first on line 12")]),
    "an unknown parity": ("parity: N", "parity: X", [(12, 13, "'X' is not a valid value; write one of: E, N, O")]),
    "a parity in small letters": ("parity: N", "parity: n", [(12, 13, "'n' is not a valid value; write N")]),
    "an unknown value of confirm": ("confirm: stored", "confirm: storred", [(4, 58, "did you mean 'stored'?")]),
    "no devices": (
        "    devices:\n      - {id: qe-041-meter, profile: carlo_gavazzi_em340, unit: 1, asset: qe-041, every: 10s}\n",
        "    devices: []\n",
        [(13, 14, "the list is empty")],
    ),
    "devices that are a mapping": (
        "    devices:\n      - {id",
        "    devices:\n      {id",
        [(14, 7, "expected a list, found a mapping; start each item with '- '")],
    ),
    "a latitude off the globe": ("lat: 43.88", "lat: 143.88", [(6, 34, "write a number from -90 to 90")]),
    "two errors at once": ("    baud: 9600\n    parity: N", "    baud: fast\n    parity: X", [(11, 11, "'fast'"), (12, 13, "'X'")]),
    "errors of types and of rules at once": (
        "    parity: N\n    devices:\n      - {id: qe-041-meter, profile: carlo_gavazzi_em340, unit: 1, asset: qe-041, every: 10s}",
        "    parity: X\n    devices:\n      - {id: qe-041-meter, profile: carlo_gavazzi_em340, unit: 1, asset: qe-041, every: soon}\n      - {id: qe-041-meter, profile: xy_md02, unit: 1, asset: qe-049}\n      - {id: third, profile: xy_md02, unit: no, asset: qe-041}",
        [
            (12, 13, "'X'"),
            (14, 89, "'soon'"),
            (15, 14, "duplicate device 'qe-041-meter', first on line 14"),
            (15, 52, "already has unit 1"),
            (15, 62, "did you mean 'qe-041'?"),
            (16, 45, "'no' is not a whole number"),
        ],
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_site_file_of_another_shape_says_where_and_what_to_write(name: str, tmp_path: Path) -> None:
    check_broken(BROKEN[name], tmp_path)


BROKEN_PROFILES: dict[str, profiles.Broken] = {
    "an unknown key": ("modbus: {unit: 1,", "modbus: {unitt: 1,", (11, 10), "did you mean 'unit'?"),
    "a unit that is not UCUM": ("unit: Cel, min", "unit: degC, min", (14, 66), "write 'Cel'"),
    "a misspelt key of a source": ('  - {ref: "wiren', '  - {reff: "wiren', (8, 6), "did you mean 'ref'?"),
    "an address beyond the end": ("input: 2,", "input: 70000,", (15, 29), "write a number from 0 to 65535"),
    "an empty list of sources": (
        'sources:\n  - {ref: "wirenboard/wb-mqtt-serial@7f7a2d4 templates/config-xy-md0x-deprecated.json"}\n  - {ref: "gist lukasMega/ec7d0d8187dde7c1ebe49f72b0549eab", what: "function 4, address 1, two registers, tenths"}',
        "sources: []",
        (7, 10),
        "add at least one item, or remove the key",
    ),
    "an unknown kind": ("kind: weather", "kind: wether", (5, 7), "did you mean 'weather' or 'water'?"),
    "an alarm without a text": (
        "quirks:",
        "alarms:\n  - {alarm: hot, point: temperature, above: 60, en: hot}\nquirks:",
        (24, 5),
        "add a line 'it: …' here",
    ),
    "a scale that is not a number": (
        "input: 1, type: int16, scale: 0.1",
        "input: 1, type: int16, scale: a tenth",
        (14, 55),
        "write for example 0.1",
    ),
    "an interval without a unit": ("every: 10s", "every: ten", (12, 8), "write a number with a unit: 500ms, 10s, 15min, 1h or 1d"),
}


@pytest.mark.parametrize("name", BROKEN_PROFILES)
def test_a_profile_of_another_shape_says_where_and_what_to_write(name: str, tmp_path: Path) -> None:
    profiles.check_broken(BROKEN_PROFILES[name], tmp_path)


BROKEN_FRAMES: dict[str, profiles.BrokenFrame] = {
    "an unknown checksum": ("kind: sum8,", "kind: sum9,", "'sum9' is not a valid value"),
    "bytes that are not hexadecimal": ("start: AA C0", "start: AA CX", "write two hexadecimal digits per byte"),
}


@pytest.mark.parametrize("name", BROKEN_FRAMES)
def test_a_frame_of_another_shape_says_what_to_write(name: str, tmp_path: Path) -> None:
    profiles.check_broken_frame(BROKEN_FRAMES[name], tmp_path)


class Part(msgspec.Struct, forbid_unknown_fields=True):
    """A part of a document."""

    word: str
    name: Identifier = "x"
    number: int = 0
    real: float = 0.0
    yes: bool = False
    some: list[int] = []
    by_number: dict[int, str] = {}
    any: int | str | bool = 0
    maybe: str | None = None


def converted(text: str) -> tuple[Part | None, list[str]]:
    problems = Problems("f")
    root = compose(text, problems)
    assert root is not None
    return convert(root, Part, problems), [f"{problem.what}; {problem.instead}" for problem in problems.found]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("word: [a]", "expected one value, found a list; write one value here"),
        ("word: {a: b}", "expected one value, found a mapping; write one value here"),
        ("word:", "value missing; write a text"),
        ("some: 3", "expected a list, found a single value; start each item with '- '"),
        ("by_number: [a]", "expected a mapping, found a list; write 'key: value' lines"),
        ("number: x", "'x' is not a number; write a number, decimal or hexadecimal (0x34)"),
        ("number: 1.5", "'1.5' is not a whole number; write a whole number"),
        ("real: on", "'on' is not a number; write a number, decimal or hexadecimal (0x34)"),
        ("yes: yes", "'yes' is neither true nor false; write true or false"),
        ("any: [1]", "expected a number or text, found a list; write one value here"),
        ("name: [a]", "expected one value, found a list; write one value here"),
    ],
)
def test_a_value_of_another_type_says_what_was_expected_and_what_was_found(line: str, message: str) -> None:
    text = line if line.startswith("word") else f"word: w\n{line}"
    found, problems = converted(text)
    assert (found, problems) == (None, [message])


def test_an_unknown_key_is_reported_and_the_rest_is_read() -> None:
    assert converted("{word: w, nam: x}") == (Part("w"), ["unknown key 'nam'; did you mean 'name'?"])


def test_a_missing_key_is_named() -> None:
    assert converted("number: 1") == (None, ["'word' is missing; add a line 'word: …' here"])


def test_a_valid_tree_becomes_a_struct() -> None:
    found, problems = converted("{word: no, number: 0x10, real: 2, yes: true, some: [1, 2], by_number: {'7': x}, any: text, maybe: ~}")
    assert (found, problems) == (Part("no", "x", 16, 2.0, yes=True, some=[1, 2], by_number={7: "x"}, any="text", maybe=None), [])


def test_the_readable_part_leaves_out_what_is_invalid_and_reports_nothing() -> None:
    problems = Problems("f")
    root = compose("{word: w, number: x, some: [1, a, 3], by_number: {1: a, b: c}, name: Not a name}", problems)
    assert root is not None
    found = readable_part(root, Part, problems)
    assert found == Part("w", "Not a name", some=[1, 3], by_number={1: "a"})
    assert problems.found == []
    assert problems.places[id(found)] is root


def test_without_a_required_key_nothing_is_readable() -> None:
    problems = Problems("f")
    root = compose("{number: 1}", problems)
    assert root is not None
    assert readable_part(root, Part, problems) is None


def test_places_are_those_of_the_deepest_existing_node() -> None:
    root = compose("a:\n  - b: 1\n", Problems("f"))
    assert root is not None
    assert entry(root, "a", 0, "b").value == "1"
    assert entry(root, "a", 0, "c") is entry(root, "a", 0)
    assert entry(root, "a", 5) is entry(root, "a")
    assert key_node(root, "a", 0, "b").value == "b"
    assert (has_key(root, "a"), has_key(root, "b")) == (True, False)
