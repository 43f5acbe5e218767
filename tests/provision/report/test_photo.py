"""What is a photo, and what is left of it."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.model.messages import ReportedPhoto
from gateway.provision.report.photo import PHOTO_MOST_BYTES, PhotoError, photo_of
from tests.provision.report.pictures import ADOBE, EXIF, JFIF, SCAN, TABLES, frame, jpeg, segment

BARE = jpeg(before=b"")


def test_only_the_picture_is_left() -> None:
    comment, second = segment(0xFE, b"taken by"), jpeg(160, 120, before=EXIF)
    photo = photo_of(jpeg(before=JFIF + EXIF + segment(0xE2, b"MPF\x00") + comment) + second)
    assert photo == (BARE, 1280, 960)
    assert photo_of(photo.content) == photo


def test_how_colours_are_coded_is_part_of_the_picture_and_an_unknown_segment_of_that_marker_is_not() -> None:
    assert photo_of(jpeg(before=ADOBE)).content == jpeg(before=ADOBE)
    assert photo_of(jpeg(before=segment(0xEE, b"Position: 43.88"))).content == BARE


def test_a_progressive_picture_has_tables_between_its_scans() -> None:
    content = b"\xff\xd8" + TABLES + frame(640, 480, 0xC2) + SCAN + TABLES + SCAN + b"\xff\xd9"
    assert photo_of(content) == (content, 640, 480)


def test_a_report_names_its_hash_and_size() -> None:
    assert photo_of(BARE).reported() == ReportedPhoto(hashlib.sha256(BARE).hexdigest(), len(BARE), 1280, 960)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"GIF89a",
        b"<svg onload='alert(1)'>",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8" + frame(640, 480) + b"\xff\xd9",
        b"\xff\xd8" + SCAN + b"\xff\xd9",
        b"\xff\xd8" + frame(640, 480) + SCAN,
        jpeg()[:-20],
        jpeg(before=b"\xff\xe1\x00\x01"),
        jpeg(before=b"\xff\xe1\xff\xff"),
        jpeg(before=b"no segment"),
        b"\xff\xd8" + frame(640, 480, 0xC3) + SCAN + b"\xff\xd9",
    ],
)
def test_what_is_no_jpeg_is_refused(content: bytes) -> None:
    with pytest.raises(PhotoError, match=r"^it is no JPEG\Z") as refused:
        photo_of(content)
    assert refused.value.italian == "non è un JPEG"


@pytest.mark.parametrize(("width", "height"), [(0, 960), (1280, 0), (4097, 10), (10, 65_535)])
def test_a_picture_of_a_size_that_nobody_can_show_is_refused(width: int, height: int) -> None:
    with pytest.raises(PhotoError, match=f"it has {width} by {height} pixels"):
        photo_of(jpeg(width, height))


def test_the_metadata_does_not_count_for_the_size_but_the_picture_does() -> None:
    room = PHOTO_MOST_BYTES - len(BARE)
    large = jpeg(before=segment(0xE1, bytes(60_000)) * 5, scan=SCAN + bytes(room))
    assert len(photo_of(large).content) == PHOTO_MOST_BYTES
    with pytest.raises(PhotoError, match="make it 1280 pixels wide, at most 250000 bytes"):
        photo_of(jpeg(scan=SCAN + bytes(room + 1)))


@given(st.binary(max_size=200), st.integers(0, 400))
def test_a_damaged_file_is_a_photo_or_refused(damage: bytes, at: int) -> None:
    whole = jpeg(before=JFIF + EXIF + ADOBE)
    try:
        photo = photo_of(whole[:at] + damage + whole[at + len(damage) :])
    except PhotoError:
        return
    assert b"Exif" not in photo.content.partition(b"\xff\xda")[0]
    assert photo_of(photo.content) == photo
