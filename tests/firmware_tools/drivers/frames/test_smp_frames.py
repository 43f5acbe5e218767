"""Messages of SMP and their lines, against the library `smp` and the packets that its documentation shows."""

from hypothesis import given
from hypothesis import strategies as st
from smp import packet as library
from smp.image_management import ImageStatesReadRequest, ImageUploadWriteRequest
from smp.os_management import ResetWriteRequest

from firmware_tools.drivers.frames.smp_frames import (
    IMAGE_GROUP,
    IMAGE_STATE,
    IMAGE_UPLOAD,
    OS_GROUP,
    READ,
    RESET,
    WRITE,
    SmpLines,
    SmpMessage,
    lines,
    message_of,
    packet,
)

MESSAGES = st.builds(
    SmpMessage,
    st.sampled_from([READ, WRITE]),
    st.integers(0, 65535),
    st.integers(0, 255),
    st.integers(0, 255),
    st.dictionaries(st.text(max_size=5), st.one_of(st.binary(max_size=600), st.integers(0, 2**32)), max_size=3),
)


@given(st.binary(min_size=1, max_size=400), st.integers(0, 2**31), st.integers(0, 255))
def test_an_upload_is_what_the_library_sends(data: bytes, offset: int, sequence: int) -> None:
    sent = packet(SmpMessage(WRITE, IMAGE_GROUP, IMAGE_UPLOAD, sequence, {"off": offset, "data": data}))
    understood = ImageUploadWriteRequest.loads(sent)
    assert (understood.off, understood.data, understood.header.sequence) == (offset, data, sequence)


def test_a_read_and_a_reset_are_what_the_library_sends() -> None:
    assert ImageStatesReadRequest.loads(packet(SmpMessage(READ, IMAGE_GROUP, IMAGE_STATE, 7, {}))).header.sequence == 7
    assert ResetWriteRequest.loads(packet(SmpMessage(WRITE, OS_GROUP, RESET, 9, {}))).header.sequence == 9


@given(MESSAGES)
def test_lines_are_understood_by_the_library(message: SmpMessage) -> None:
    decoder = library.decode()
    next(decoder)
    got = b""
    for line in lines(message).splitlines(keepends=True)[1:]:
        assert len(line) <= 127
        try:
            decoder.send(line)
        except StopIteration as end:
            got = end.value
    assert got == packet(message)


@given(MESSAGES, st.binary(max_size=40).filter(lambda noise: b"\n" not in noise), st.integers(1, 50))
def test_lines_of_the_library_are_understood_in_pieces_and_after_noise(message: SmpMessage, noise: bytes, step: int) -> None:
    sent = noise + b"\n" + b"".join(library.encode(packet(message)))
    finder = SmpLines()
    found = [one for at in range(0, len(sent), step) for one in finder.feed(sent[at : at + step])]
    assert found == [message]


@given(MESSAGES, st.data())
def test_a_damaged_message_is_dropped_and_the_next_one_found(message: SmpMessage, data: st.DataObject) -> None:
    sent = bytearray(lines(message))
    at = data.draw(st.integers(3, len(sent) - 2))
    sent[at] ^= 1 << data.draw(st.integers(0, 6))
    finder = SmpLines()
    found = finder.feed(bytes(sent)) + finder.feed(lines(message))
    assert found[-1:] == [message]


@given(st.binary(max_size=60))
def test_any_bytes_are_a_message_or_none(data: bytes) -> None:
    found = message_of(data)
    assert found is None or isinstance(found.content, dict)


def test_a_line_without_end_is_not_collected_for_ever() -> None:
    finder = SmpLines()
    for _ in range(100):
        assert finder.feed(b"\x06\x09" + b"A" * 1000) == []
    assert len(finder._line) <= 8192
