"""Plain values written as YAML are read as the same values."""

from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.staging.yaml_spans import parsed, plain
from gateway.staging.yaml_text import LONGEST_LINE, in_block, in_flow, item_lines

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    ["yes", "null", "~", "0x34", "1e3", "a: b", "a #b", "- a", "", " a", "é à", "."]
)
SCALARS = st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=8
)


@settings(max_examples=200)
@given(VALUES)
def test_what_is_written_is_read_again(value: Any) -> None:
    assert plain(parsed(in_flow(value))) == value
    assert plain(parsed("\n".join(item_lines(value, 2)))) == [value]
    assert plain(parsed("\n".join(item_lines(value, 0, as_block=True)))) == [value]


@settings(max_examples=100)
@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=4))
def test_a_block_is_read_as_the_mapping_that_it_was_made_of(value: dict[str | int, Any]) -> None:
    assert plain(parsed("\n".join(in_block(value, 4)))) == value


def test_texts_are_quoted_only_if_they_would_be_read_as_something_else() -> None:
    assert (
        in_flow({"name": "Quadro 41", "asset": "qe-041", "meter": "0042", "at": "h:1"})
        == '{name: Quadro 41, asset: qe-041, meter: "0042", at: "h:1"}'
    )
    assert in_flow([True, None, Decimal("0.10"), 2]) == "[true, null, 0.10, 2]"


def test_an_item_that_is_too_long_for_one_line_becomes_a_block() -> None:
    long: dict[str | int, Any] = {"id": "a", "name": "x" * LONGEST_LINE}
    assert item_lines({"id": "a"}, 2) == ["  - {id: a}"]
    assert item_lines(long, 2) == ["  - id: a", f"    name: {'x' * LONGEST_LINE}"]
