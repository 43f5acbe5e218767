"""Binary frames, found in streams of bytes."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.dialects.binary_frames import FrameScanner
from gateway.model.profile import Frame, LengthPlace


def test_a_false_start_loses_no_frame() -> None:
    scanner = FrameScanner(Frame(start=b"\xaa", length=LengthPlace(at=1, plus=2), longest=20))
    assert scanner.feed(b"\xaa\xff\xaa\x01\x07\xaa\x02\x08\x09") == [b"\xaa\x01\x07", b"\xaa\x02\x08\x09"]


def test_a_good_frame_behind_a_false_start_of_the_same_bytes_is_found() -> None:
    frame = ProfileLibrary().get("nova_sds011").frame
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
