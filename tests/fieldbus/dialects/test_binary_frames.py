"""Binary frames, found in streams of bytes."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from gateway.fieldbus.binding.bound_device import Slot
from gateway.fieldbus.dialects.binary_frames import FrameDialect, FrameScanner
from gateway.fieldbus.dialects.port import DialectMessage
from gateway.model.canonical import FieldType
from gateway.model.profile import ChecksumPlace, EachChannel, Frame, FrameMessage, LengthPlace, Point
from gateway.model.quality import Quality
from gateway.model.stream import StreamField
from tests.fieldbus.made_devices import device, point
from tests.profiles.library import LIBRARY


def test_a_false_start_loses_no_frame() -> None:
    scanner = FrameScanner(Frame(start=b"\xaa", length=LengthPlace(at=1, plus=2), longest=20))
    assert scanner.feed(b"\xaa\xff\xaa\x01\x07\xaa\x02\x08\x09") == [b"\xaa\x01\x07", b"\xaa\x02\x08\x09"]


def test_a_good_frame_behind_a_false_start_of_the_same_bytes_is_found() -> None:
    frame = LIBRARY.get("nova_sds011").frame
    assert frame is not None
    good = bytes.fromhex("AA C0 06 00 06 00 58 D9 3D AB")
    assert FrameScanner(frame).feed(b"\xaa\xc0\x06" + good) == [good]


@given(st.lists(st.binary(min_size=1, max_size=30), max_size=8), st.integers(1, 9))
def test_stuffed_frames_are_found_however_they_are_split(bodies: list[bytes], piece: int) -> None:
    import gateway.model.profile as profiles

    scanner = FrameScanner(
        Frame(stuffing=profiles.Stuffing(flag=0x7E, escape=0x7D), checks=[profiles.ChecksumPlace(kind="sum8/inverted", end=-1, at=-1)])
    )
    wire, frames = b"", []
    for body in bodies:
        frame = body + bytes([~sum(body) & 0xFF])
        frames.append(frame)
        wire += b"\x7e" + frame.replace(b"\x7d", b"\x7d\x5d").replace(b"\x7e", b"\x7d\x5e") + b"\x7e"
    assert [one for start in range(0, len(wire), piece) for one in scanner.feed(wire[start : start + piece])] == frames


def test_a_frame_with_a_wrong_checksum_or_mark_is_rejected_and_counted() -> None:
    scanner = FrameScanner(Frame(start=b"\xaa", fixed=4, checks=[ChecksumPlace(kind="sum8", end=-1, at=-1)], marks={1: 0x80}))
    assert scanner.feed(bytes.fromhex("aa 80 01 2b")) == [bytes.fromhex("aa 80 01 2b")]
    assert scanner.feed(bytes.fromhex("aa 80 01 2c") + bytes.fromhex("aa 00 01 ab")) == []
    assert scanner.rejected == 2


def test_clearing_a_scanner_discards_the_beginning_of_a_frame() -> None:
    scanner = FrameScanner(Frame(fixed=2))
    assert scanner.feed(b"\x01") == []
    scanner.clear()
    assert scanner.feed(b"\x02\x03") == [b"\x02\x03"]


def two_channels() -> FrameDialect:
    """Return a dialect with a message for a value and one for a channel that is silent."""
    frame = Frame(
        start=b"\xaa",
        fixed=3,
        messages={"value": FrameMessage(match={1: b"\x01"}), "silent": FrameMessage(match={1: b"\x02"})},
        each=EachChannel(ask="AB ??"),
    )
    one = Point(name="level", message="value", at=2, type="uint8")
    slots = tuple(Slot(one, channel, StreamField("level", FieldType.FLOAT), Fraction(1)) for channel in (0, 1))
    return FrameDialect(device(point(0))._replace(slots=slots), frame)


def test_a_response_belongs_to_the_channel_that_was_queried() -> None:
    dialect = two_channels()
    assert [query.data for query in dialect.queries] == [b"\xab\x00", b"\xab\x01"]
    for query in dialect.queries:
        dialect.expect(query)
        assert dialect.feed(b"\xaa\x01\x07") == [DialectMessage({query.channel: 7}, {})]


def test_a_message_without_values_reports_that_the_queried_channel_does_not_respond() -> None:
    dialect = two_channels()
    dialect.expect(dialect.queries[1])
    assert dialect.feed(b"\xaa\x02\x00") == [DialectMessage({}, {1: Quality.BadNoCommunication})]
    assert dialect.feed(b"\xaa\x09\x00") == [DialectMessage({}, {})]


def test_without_a_start_marker_bytes_before_the_query_are_discarded() -> None:
    dialect = FrameDialect(device(point(0)), Frame(fixed=2, ask=[b"?"]))
    assert dialect.feed(b"\x01") == []
    dialect.expect(dialect.queries[0])
    assert len(dialect.feed(b"\x02\x03")) == 1
    assert dialect.rejected == 0
