"""Batches: their bytes, and hostile bytes."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.batch import UNPACKED_LIMIT_BYTES, Batch, BatchError, Clock, Flag, encode, encode_rows, rows_of, unpack
from tests.rows import Row

VALUE = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=20)
ROWS = st.lists(
    st.builds(
        Row,
        st.integers(0, 5000),
        st.integers(-(2**31), 2**31),
        st.lists(VALUE, max_size=12),
        st.none() | st.dictionaries(st.integers(0, 11), st.integers(0, 2**32 - 1), min_size=1, max_size=3),
    ),
    max_size=30,
)


def made(rows: list[Row], **changed: Any) -> bytes:
    fields: dict[str, Any] = {
        "epoch": b"epoch..8",
        "seq": 7,
        "schema": b"schema.8",
        "t0_ms": 1_795_400_120_000,
        "clock": Clock.SYNCED,
        "flags": Flag(0),
    }
    return encode(**(fields | {"floor_ms": 1_795_400_120_000, "rows": encode_rows(rows)} | changed))


def with_rows(rows: object) -> Batch:
    return msgspec.structs.replace(unpack(made([])), rows=msgspec.Raw(msgspec.msgpack.encode(rows)))


@given(ROWS)
def test_an_encoded_batch_is_decoded_unchanged(rows: list[Row]) -> None:
    found = unpack(made(rows))
    assert (found.epoch, found.seq, found.schema, found.t0_ms) == (b"epoch..8", 7, b"schema.8", 1_795_400_120_000)
    assert [(row.stream, row.dt_ms, list(row.values), row.quality) for row in rows_of(found)] == [
        (row.stream, row.dt_ms, list(row.values), row.quality) for row in rows
    ]


def test_a_batch_has_the_bytes_that_the_documentation_shows() -> None:
    body = made([Row(0, 0, [2312, None, True]), Row(3, 250, [1.5], {0: 0x800A0000})], flags=Flag.REPLAY)
    plain = zstandard.ZstdDecompressor().decompress(body)
    page = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text().partition("\n## Receipts\n")[0]
    shown = "".join(re.findall(r"^\| `((?:[0-9a-f]{2} ?)+)` \|", page, re.MULTILINE))
    assert plain == bytes.fromhex(shown)
    assert f"These {len(plain)} bytes" in page


def test_the_frame_states_its_size() -> None:
    assert zstandard.frame_content_size(made([Row(0, 0, [1])])) > 0


def test_the_replay_flag_is_decoded() -> None:
    assert unpack(made([], flags=Flag.REPLAY)).replay
    assert not unpack(made([])).replay


@given(st.binary(max_size=200))
def test_random_bytes_are_not_a_batch(body: bytes) -> None:
    with pytest.raises(BatchError):
        unpack(body)


@given(st.binary(max_size=200))
def test_random_msgpack_is_refused_as_a_batch_or_as_its_rows(plain: bytes) -> None:
    try:
        rows_of(unpack(zstandard.ZstdCompressor().compress(plain)))
    except BatchError:
        return
    assert msgspec.msgpack.decode(plain)[0] == 1


@given(st.data())
def test_a_changed_byte_raises_no_other_error(data: st.DataObject) -> None:
    body = bytearray(made([Row(n, n, [n, 0.5, "x", None]) for n in range(20)]))
    body[data.draw(st.integers(0, len(body) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        rows_of(unpack(bytes(body)))
    except BatchError:
        return


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = zstandard.ZstdCompressor().compress(bytes(UNPACKED_LIMIT_BYTES + 1))
    with pytest.raises(BatchError, match="at most 1048576"):
        unpack(bomb)


def test_a_frame_without_its_size_is_refused() -> None:
    body = zstandard.ZstdCompressor(write_content_size=False).compress(zstandard.ZstdDecompressor().decompress(made([])))
    with pytest.raises(BatchError, match="must state its size"):
        unpack(body)


@pytest.mark.parametrize(
    "changed",
    [
        {"version": 2},
        {"epoch": b"short"},
        {"schema": b"much too long"},
        {"seq": -1},
        {"t0_ms": -5},
        {"clock": 9},
        {"rows": msgspec.Raw(b"\x01")},
    ],
)
def test_a_batch_that_breaks_the_protocol_is_refused(changed: dict[str, object]) -> None:
    good = unpack(made([Row(0, 0, [1])]))
    bad = msgspec.structs.replace(good, **changed)
    with pytest.raises(BatchError):
        rows_of(unpack(zstandard.ZstdCompressor().compress(msgspec.msgpack.encode(bad))))


@pytest.mark.parametrize(
    "rows", [[[0, 0]], [["a", 0, []]], [[-1, 0, []]], [[0, 0, 3]], [[0, 0, [], []]], [[0, 0, [], {"a": 1}]], [[True, 0, []]], [7], {}]
)
def test_rows_of_another_shape_are_refused(rows: list[object]) -> None:
    with pytest.raises(BatchError):
        rows_of(with_rows(rows))


def test_a_batch_that_is_too_large_is_not_encoded() -> None:
    with pytest.raises(BatchError, match="is larger than"):
        made([Row(0, 0, ["x" * 1000]) for _ in range(1100)])


def test_a_batch_is_its_own_type() -> None:
    assert isinstance(unpack(made([])), Batch)


def test_text_that_is_not_utf_8_and_endless_nesting_are_refused_like_everything_else() -> None:
    for rows in (
        b"\x91\x93\x00\x00\x91\xa2\xff\xfe",
        b"\x91\x93\x00\x00" + b"\x91" * 100_000 + b"\xc0",
        b"\x91\x94\x00\x00\x90\x81\x00\xa1\xff",
    ):
        body = msgspec.structs.replace(unpack(made([])), rows=msgspec.Raw(rows))
        with pytest.raises(BatchError):
            rows_of(unpack(zstandard.ZstdCompressor().compress(msgspec.msgpack.encode(body))))


def test_a_value_that_no_field_can_have_leaves_all_rows_as_they_are() -> None:
    for odd in (b"bytes", {"a": 1}, [1]):
        rows = msgspec.Raw(msgspec.msgpack.encode([(0, 1, [1, odd]), (1, 2, [2.5, None, True, "x"], {0: 7})]))
        found = rows_of(Batch(1, b"epoch..8", 1, b"schema.8", 0, Clock.SYNCED, 0, 0, rows))
        assert [(one.stream, one.dt_ms, one.values, one.quality) for one in found] == [
            (0, 1, (1, odd), None),
            (1, 2, (2.5, None, True, "x"), {0: 7}),
        ]


def test_integers_of_more_than_64_bits_are_read_as_floats() -> None:
    rows = msgspec.Raw(encode_rows([(0, 0, [2**63 - 1, 2**63, 2**64 - 1, -(2**63)], None)]))
    (row,) = rows_of(Batch(1, b"epoch..8", 1, b"schema.8", 0, Clock.SYNCED, 0, 0, rows))
    assert [repr(one) for one in row.values] == [
        "9223372036854775807",
        "9.223372036854776e+18",
        "1.8446744073709552e+19",
        "-9223372036854775808",
    ]
