"""Parts of ten minutes, and their form on disk."""

import pytest

from gateway.centre.self_audit.parts import Part, Shortfall, decode_part, encode_part, layout_of, numbers
from tests.centre.readings import known


def test_a_part_is_the_same_after_it_was_saved() -> None:
    part = Part(5)
    part.batches.append(1000)
    part.counts[b"schema.8"] = numbers(3)
    part.counts[b"schema.8"][1] = 7
    part.good, part.asks, part.asked_ms, part.missing = 1, 2, 3, Shortfall(4, 5)
    again = decode_part(encode_part(part))
    for name in ("batches", "counts", "due_ms", "good", "asks", "asked_ms", "missing"):
        assert getattr(again, name) == getattr(part, name)
    assert (again.changed, again.weight) == (False, part.weight)


def test_bytes_that_are_no_part_are_refused() -> None:
    for body in (b"", b"\x91", encode_part(Part(5))[:-1]):
        with pytest.raises(ValueError, match=r".+"):
            decode_part(body)


def test_each_stream_has_a_count_for_its_complete_rows_and_one_for_each_field() -> None:
    assert layout_of(known()) == (0, 3, 7)
