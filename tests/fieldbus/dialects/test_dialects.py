"""Serial dialects: checksums against the catalogue, UMB against its specification, and random bytes into every framing."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.codec.checksums import CHECKSUMS, wxt_crc
from gateway.fieldbus.dialects import umb
from gateway.fieldbus.dialects.binary_frames import FrameScanner
from gateway.fieldbus.dialects.factory import dialect_of
from gateway.model.profile import CheckKind, Frame, LengthPlace
from gateway.model.quality import Quality
from gateway.model.site import DeviceSettings
from tests.fieldbus.modbus.fuzz import Subject, endure, subjects

CATALOGUE = {
    "crc8/smbus": 0xF4, "crc8/maxim": 0xA1, "crc8/nrsc5": 0xF7, "crc8/wavetronix": 0xBC, "crc16/modbus": 0x4B37, "crc16/arc": 0xBB3D,
    "crc16/mcrf4xx": 0x6F91, "crc16/ccitt-false": 0x29B1, "crc16/xmodem": 0x31C3, "crc16/kermit": 0x2189,
    "sum8": 0xDD, "sum8/inverted": 0x22, "sum8/negated": 0x23, "sum16": 0x01DD, "xor8": 0x31,
}  # fmt: skip


@pytest.mark.parametrize("kind", CATALOGUE)
def test_a_checksum_has_the_catalogues_check_value(kind: CheckKind) -> None:
    assert CHECKSUMS[kind].of(b"123456789") == CATALOGUE[kind]


def test_every_checksum_that_a_profile_may_name_is_there() -> None:
    assert set(CHECKSUMS) == set(get_args(CheckKind)) == set(CATALOGUE)


def test_the_check_of_a_wxt_is_that_of_its_guide() -> None:
    # Vaisala WXT510 and WXT520 guides: the answers with CRC.
    assert wxt_crc(b"0r1,Sn=0.1M,Sm=0.1M,Sx=0.1M") == b"GOG"
    assert wxt_crc(b"0r5,Th=25.0C,Vh=10.6#,Vs=10.8V,Vr=3.369V") == b"O]T"


def test_umb_requests_have_the_bytes_of_the_specification() -> None:
    # UMB protocol, chapter 3.11 (CRC corrected), MARWIS manual, 19.2.4 and 19.2.5.
    assert umb.request(7, 1, [100]).hex(" ") == "01 10 01 70 01 f0 04 02 23 10 64 00 03 61 d9 04"
    assert umb.request(10, 1, [100]).hex(" ") == "01 10 01 a0 01 f0 04 02 23 10 64 00 03 be f8 04"
    assert umb.request(10, 1, [100, 900]).hex(" ") == "01 10 01 a0 01 f0 07 02 2f 10 02 64 00 84 03 03 c1 26 04"


@pytest.mark.parametrize(
    ("payload", "channels"),
    [
        ("23 10 00 64 00 16 C3 D8 C2 41", [(100, pytest.approx(24.36, abs=0.005), Quality.Good)]),
        ("2F 10 00 02 08 00 64 00 16 CB 3D A5 41 05 00 84 03 10 01", [(100, pytest.approx(20.655, abs=0.0005), Quality.Good), (900, 1, Quality.Good)]),
        ("2F 10 00 01 03 28 64 00", [(100, None, Quality.BadWaitingForInitialData)]),
        ("2F 10 00 01 03 24 64 00", [(100, None, Quality.BadConfigurationError)]),
        ("2F 10 00 01 05 00 64 00 99 01", [(100, None, Quality.BadDecodingError)]),
        ("2F 10 00 01 01 00", []),
        ("23 10", []),
    ],
)  # fmt: skip
def test_umb_answers_say_value_type_and_state(payload: str, channels: list[tuple[int, object, Quality]]) -> None:
    assert umb.channels_in(bytes.fromhex(payload)) == channels


@given(st.binary(max_size=60))
def test_no_umb_payload_is_too_strange(payload: bytes) -> None:
    umb.channels_in(payload)


def umb_dialect() -> umb.UmbDialect:
    profile = ProfileLibrary().get("lufft_ws600_umb")
    dialect = dialect_of(bind(DeviceSettings(id="d", profile=profile.profile, asset="a"), profile, {}))
    assert isinstance(dialect, umb.UmbDialect)
    return dialect


def test_an_umb_answer_of_another_station_or_our_own_echo_tells_nothing() -> None:
    dialect = umb_dialect()
    assert dialect.feed(umb.request(7, 1, [100, 200])) == []
    assert dialect.feed(bytes.fromhex("01 10 01 F0 01 A0 0A 02 23 10 00 64 00 16 C3 D8 C2 41 03 BA 2C 04")) == []
    (told,) = dialect.feed(bytes.fromhex("01 10 01 F0 01 70 0A 02 23 10 00 64 00 16 F5 54 E1 41 03 90 86 04"))
    assert list(told.values) == [0]


def test_a_station_is_asked_for_no_more_channels_than_fit_one_answer() -> None:
    profile = ProfileLibrary().get("lufft_ws600_umb")
    device = bind(DeviceSettings(id="d", profile=profile.profile, asset="a"), profile, {})
    slots = tuple(device.slots[0]._replace(point=point) for point in profile.points)
    asks = dialect_of(device._replace(slots=slots)).asks
    assert [ask.data[10] for ask in asks] == [20, 10]


def test_a_false_start_costs_no_frame() -> None:
    scanner = FrameScanner(Frame(start=b"\xaa", length=LengthPlace(at=1, plus=2), longest=20))
    assert scanner.feed(b"\xaa\xff\xaa\x01\x07\xaa\x02\x08\x09") == [b"\xaa\x01\x07", b"\xaa\x02\x08\x09"]


def test_a_good_frame_behind_a_false_start_of_the_same_bytes_is_found() -> None:
    frame = ProfileLibrary().get("nova_sds011").frame
    assert frame is not None
    good = bytes.fromhex("AA C0 06 00 06 00 58 D9 3D AB")
    assert FrameScanner(frame).feed(b"\xaa\xc0\x06" + good) == [good]


@given(st.lists(st.binary(min_size=1, max_size=30), max_size=8), st.integers(1, 9))
def test_frames_with_stuffing_come_back_however_they_are_cut(bodies: list[bytes], piece: int) -> None:
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


@pytest.mark.parametrize("subject", subjects(), ids=lambda subject: subject.name)
def test_random_bytes_neither_break_nor_fill_a_framing_and_the_next_frame_is_found(subject: Subject) -> None:
    assert endure(subject, 200_000, seed=5)
