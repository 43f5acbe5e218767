"""What counts as a difference, and where it is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.publish.comparison import ResourceChange, changes, digest

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("wanted", "found", "different"),
    [
        ({"a": 1}, {"a": 1, "added by Grafana": 2}, []),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, [ResourceChange("a.b", 2, 1)]),
        ({"a": 1}, {}, [ResourceChange("a", None, 1)]),
        ({"a": []}, {}, []),
        ({"a": False}, {}, []),
        ({"a": 0}, {}, [ResourceChange("a", None, 0)]),
        ({"a": [1, 2]}, {"a": [1]}, [ResourceChange("a[1]", None, 2)]),
        ({"a": [1]}, {"a": [1, 2]}, [ResourceChange("a[1]", 2, None)]),
        ({"panels": [{"id": 1, "t": "x"}, {"id": 2, "t": "y"}]}, {"panels": [{"id": 2, "t": "y"}, {"id": 1, "t": "z"}]},
         [ResourceChange("panels[id=1].t", "z", "x")]),
        ({"panels": [{"id": 1}]}, {"panels": [{"id": 1}, {"id": 9}]}, [ResourceChange("panels[id=9]", {"id": 9}, None)]),
        ({"a": [{"id": 1, "x": 1}, {"id": 1, "x": 2}]}, {"a": [{"id": 1, "x": 1}, {"id": 1, "x": 3}]}, [ResourceChange("a[1].x", 3, 2)]),
    ],
)  # fmt: skip
def test_keys_of_grafanas_own_are_no_difference_but_entries_are(wanted: Any, found: Any, different: list[ResourceChange]) -> None:
    assert list(changes(wanted, found)) == different


@given(JSON)
def test_nothing_differs_from_itself(value: Any) -> None:
    assert list(changes(value, value)) == []


@given(JSON, JSON)
def test_without_a_difference_there_is_none_the_other_way_either_or_a_side_has_more(one: Any, other: Any) -> None:
    if not list(changes(one, other)) and not list(changes(other, one)):
        assert list(changes({"x": [one]}, {"x": [other]})) == []


@given(JSON, JSON)
def test_equal_values_have_equal_digests_and_others_not(one: Any, other: Any) -> None:
    same = repr(_sorted(one)) == repr(_sorted(other))
    assert (digest(one) == digest(other)) is same


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return sorted((key, _sorted(one)) for key, one in value.items()), "mapping"
    return [_sorted(one) for one in value] if isinstance(value, list) else value
