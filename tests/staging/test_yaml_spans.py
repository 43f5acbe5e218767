"""Single values are changed where they are."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.staging.yaml_spans import EditError, append, parsed, plain, remove, set_value

KEYS = st.sampled_from(["a", "b", "c"])
LEAVES: st.SearchStrategy[Any] = st.none() | st.integers(0, 9) | st.sampled_from(["x", "y z", "1"])
TREES: st.SearchStrategy[Any] = st.dictionaries(
    KEYS, st.recursive(LEAVES, lambda inner: st.dictionaries(KEYS, inner, max_size=3), max_leaves=6), min_size=1, max_size=3
)


def as_block(value: Any, indent: int = 0) -> str:
    """Return a tree of mappings in block style, with a comment behind and above each key."""
    if not isinstance(value, dict) or not value:
        return f" {value if value not in ({}, '1') else '{}' if value == {} else repr(value)}" if value is not None else ""
    margin = " " * indent
    entries = (f"\n{margin}# above {key}\n{margin}{key}:{as_block(one, indent + 3) or ''}" for key, one in value.items())
    return "".join(entries)


@settings(max_examples=150)
@given(TREES, st.lists(KEYS, min_size=1, max_size=3), LEAVES | TREES)
def test_a_value_is_set_at_any_place_of_a_tree_and_all_comments_stay(tree: dict[str, Any], path: list[str], value: Any) -> None:
    text = as_block(tree) + "\n"
    assert plain(parsed(text)) == tree
    expected: Any = tree
    for step in path[:-1]:
        expected = expected.get(step, {}) if isinstance(expected, dict) else expected
        expected = {} if expected is None else expected
        if not isinstance(expected, dict):
            with pytest.raises(EditError):
                set_value(text, tuple(path), value)
            return
    after = set_value(text, tuple(path), value)
    found: Any = plain(parsed(after))
    for step in path:
        found = found[step]
    assert found == value
    untouched = [one for one in tree if one != path[0]]
    assert {key: plain(parsed(after))[key] for key in untouched} == {key: tree[key] for key in untouched}  # type: ignore[index,call-overload]
    assert [key for key in untouched if f"# above {key}\n" not in after] == []


def test_items_are_appended_in_the_style_of_their_list() -> None:
    assert append("a: [1, 2]\n", ("a",), 3) == "a: [1, 2, 3]\n"
    assert append("a:\n- 1 # one\n\nb: 2\n", ("a",), 3) == "a:\n- 1 # one\n- 3\n\nb: 2\n"
    assert append("a:\n  - {x: 1}\n", ("a",), {"x": 2}) == "a:\n  - {x: 1}\n  - {x: 2}\n"
    assert (
        append("a:\n  - x: 1\n    # its own\n  # of the list\n", ("a",), {"x": 2})
        == "a:\n  - x: 1\n    # its own\n  - x: 2\n  # of the list\n"
    )
    assert append("b: 1", ("a",), {"x": 2}) == "b: 1\na:\n  - {x: 2}"


def test_the_last_entry_leaves_an_empty_mapping_or_list() -> None:
    assert remove("a:\n  # first\n  - 1 # one\nb: 2\n", ("a", 0)) == "a: []\n  # first\nb: 2\n"
    assert remove("a: {x: 1} # c\n", ("a", "x")) == "a: {} # c\n"


def test_the_key_behind_a_dash_is_removed_and_its_dash_stays() -> None:
    assert remove("- x: 1 # c\n  y: 2\n", (0, "x")) == "-  # c\n  y: 2\n"


def test_the_text_of_a_block_is_replaced_and_what_follows_stays() -> None:
    assert set_value("a: |\n  one\n  two\n\n# c\nb: 2\n", ("a",), "three") == "a: three\n\n# c\nb: 2\n"


def test_what_has_no_parts_is_not_given_any() -> None:
    with pytest.raises(EditError, match="'a' has no 'b'"):
        set_value("a: 1\n", ("a", "b"), 2)
    with pytest.raises(EditError, match="'a' is not a list"):
        append("a: 1\n", ("a",), 2)
    with pytest.raises(EditError, match="there is no 'b' to remove"):
        remove("a: 1\n", ("b",))
