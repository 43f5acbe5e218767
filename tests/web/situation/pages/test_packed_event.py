"""Events that are compressed once for all."""

import random
import zlib

from gateway.web.event_stream import event
from gateway.web.situation.pages.packed_event import GZIP_HEADER, packed_event


def test_any_events_after_a_header_are_a_stream_in_gzip() -> None:
    rng = random.Random(1)
    made = [packed_event("change", {"text": "".join(rng.choices("abc è€", k=size))}) for size in (0, 1, 100, 70_000)]
    for _ in range(20):
        sent = rng.choices(made, k=6)
        unpacker = zlib.decompressobj(31)
        assert unpacker.decompress(GZIP_HEADER) == b""
        assert [unpacker.decompress(one.packed) for one in sent] == [one.plain for one in sent], "each comes whole, at once"


def test_an_event_is_the_same_and_smaller() -> None:
    made = packed_event("board", {"items": [{"kind": "roadworks"}] * 100})
    assert made.plain == event("board", {"items": [{"kind": "roadworks"}] * 100})
    assert len(made.packed) < len(made.plain) / 10
    assert made.size == len(made.plain) + len(made.packed)
