"""CBOR, against another library, and damaged data."""

import contextlib
from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_tools.drivers.frames.cbor import CborError, decode, encode

SENT = st.dictionaries(
    st.text(max_size=8), st.one_of(st.integers(0, 2**64 - 1), st.binary(max_size=600), st.text(max_size=40), st.booleans())
)
SAID: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**40), 2**64 - 1), st.binary(max_size=300), st.text(max_size=30)),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=4)),
    max_leaves=8,
)


@given(SENT)
def test_what_is_encoded_is_understood_by_another_library(value: dict[str, Any]) -> None:
    assert cbor2.loads(encode(value)) == value


@given(SAID)
def test_what_another_library_encodes_is_understood(value: Any) -> None:
    try:
        assert decode(cbor2.dumps(value)) == value
    except CborError:
        assert _depth(value) > 6


def _depth(value: Any) -> int:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return 1 + max(map(_depth, items), default=0)


@pytest.mark.parametrize(("data", "value"), [("bf6272630063 6f66 6618 40ff", {"rc": 0, "off": 64}), ("9f0102ff", [1, 2])])
def test_lists_and_maps_may_have_an_indefinite_length(data: str, value: object) -> None:
    assert decode(bytes.fromhex(data)) == value


@given(st.binary(max_size=200))
def test_damaged_data_are_an_error_and_nothing_else(data: bytes) -> None:
    with contextlib.suppress(CborError):
        decode(data)


@pytest.mark.parametrize("data", ["", "5b7fffffffffffffff", "9b00000000ffffffff", "a10102ff", "81" * 20 + "00", "a1f601", "c000", "1c"])
def test_data_that_say_too_much_or_nothing_are_refused(data: str) -> None:
    with pytest.raises(CborError):
        decode(bytes.fromhex(data))


@pytest.mark.parametrize("value", [-1, 1.5, None, 2**64])
def test_what_has_no_place_in_a_request_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        encode({"x": value})
