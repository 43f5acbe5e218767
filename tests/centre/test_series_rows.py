"""Streams have one key each, and their series have all tags."""

import msgspec

from gateway.centre.series_rows import origin, tags_of
from gateway.model.stream import Stream
from tests.centre.readings import LAMP, ME, METER


def test_equal_streams_have_the_same_key() -> None:
    assert origin(ME, METER).key == origin(ME, msgspec.convert(msgspec.to_builtins(METER), Stream)).key
    assert origin(ME, METER).key != origin(ME, LAMP).key


def test_a_series_has_the_common_tags_and_those_of_its_stream() -> None:
    assert tags_of(origin(ME, LAMP)) == {
        "operator": "citelum", "asset": "pl-1", "gateway": "gw-0042", "device": "dali-1", "profile": "intesis_ibmbsdal", "circuit": "A 1,2=x",
    }  # fmt: skip


def test_a_stream_can_not_replace_a_common_tag() -> None:
    assert tags_of(origin(ME, msgspec.structs.replace(LAMP, tags={"operator": "another"})))["operator"] == "citelum"
