"""The bytes of a piece."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_tools.mirror.piece import PIECE_BYTES_MOST, Piece, packed, unpacked


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**63), st.none() | st.integers(0, 2**63), st.binary(max_size=200))
def test_a_piece_is_the_same_after_it_was_sent(request: int, offset: int, total: int | None, content: bytes) -> None:
    piece = Piece(request, offset, total, content)
    assert unpacked(packed(piece)) == piece


@given(st.binary(max_size=100))
def test_any_bytes_are_a_piece_or_a_value_error(payload: bytes) -> None:
    try:
        piece = unpacked(payload)
    except ValueError:
        return
    assert packed(piece) == payload


def test_a_piece_that_is_too_large_is_refused() -> None:
    assert unpacked(packed(Piece(1, 0, 1 << 20, bytes(PIECE_BYTES_MOST))))
    with pytest.raises(ValueError, match="a piece has 22 to"):
        unpacked(packed(Piece(1, 0, 1 << 20, bytes(PIECE_BYTES_MOST + 1))))


def test_a_piece_has_the_bytes_that_the_documentation_shows() -> None:
    page = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text().partition("\n## Pieces of files\n")[2].partition("\n## ")[0]
    shown = "".join(re.findall(r"^\| `((?:[0-9a-f]{2} ?)+)` \|", page, re.MULTILINE))
    assert packed(Piece(42, 16_384, 16_387, b"abc")) == bytes.fromhex(shown)
