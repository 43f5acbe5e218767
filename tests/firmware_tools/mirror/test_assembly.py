"""One file from its pieces, whatever comes in."""

from hypothesis import given
from hypothesis import strategies as st

from firmware_tools.mirror.assembly import Assembly, PieceFit
from firmware_tools.mirror.piece import Piece

FILE = bytes(range(256)) * 40


def answer(offset: int, size: int, request: int, file: bytes = FILE) -> Piece:
    return Piece(request, offset, len(file), file[offset : offset + size])


def test_a_file_is_complete_after_its_last_piece() -> None:
    assembly, content, request = Assembly(1 << 20), b"", 0
    while not assembly.is_complete:
        request += 1
        offset, size = assembly.ask(request)
        piece = answer(offset, min(size, 3000), request)
        assert assembly.judge(piece) is PieceFit.NEXT
        content += piece.content
    assert content == FILE
    assert request == 4


def test_an_empty_file_is_complete_with_its_first_piece() -> None:
    assembly = Assembly(100)
    assembly.ask(1)
    assert assembly.judge(Piece(1, 0, 0, b"")) is PieceFit.NEXT
    assert assembly.is_complete


def test_what_an_earlier_run_has_received_is_not_asked_for_again() -> None:
    assembly = Assembly(1 << 20, received=5000)
    assert assembly.ask(1)[0] == 5000
    assert assembly.judge(answer(5000, 16_384, 1)) is PieceFit.NEXT
    assert assembly.is_complete


def test_a_whole_file_of_an_earlier_run_is_confirmed_by_an_empty_piece() -> None:
    assembly = Assembly(1 << 20, received=len(FILE))
    assert not assembly.is_complete
    assembly.ask(1)
    assert assembly.judge(Piece(1, len(FILE), len(FILE), b"")) is PieceFit.NEXT
    assert assembly.is_complete


def test_a_piece_that_comes_twice_counts_once() -> None:
    assembly = Assembly(1 << 20)
    assembly.ask(1)
    piece = answer(0, 3000, 1)
    assert [assembly.judge(piece), assembly.judge(piece)] == [PieceFit.NEXT, PieceFit.FOREIGN]
    assert assembly.received == 3000


def test_a_late_answer_to_an_earlier_request_does_not_count() -> None:
    assembly = Assembly(1 << 20)
    assembly.ask(1)
    assembly.ask(2)
    assert assembly.judge(answer(0, 3000, 1)) is PieceFit.FOREIGN


def test_a_file_that_is_larger_than_it_can_be_is_said_to_be_before_its_content_counts() -> None:
    assembly = Assembly(10_000)
    assembly.ask(1)
    assert assembly.judge(answer(0, 3000, 1)) is PieceFit.TOO_LARGE
    assert assembly.received == 0


def test_a_file_that_was_published_anew_meanwhile_begins_anew() -> None:
    assembly = Assembly(1 << 20)
    assembly.ask(1)
    assembly.judge(answer(0, 3000, 1))
    assembly.ask(2)
    assert assembly.judge(answer(3000, 3000, 2, FILE + b"!")) is PieceFit.CHANGED
    assert assembly.ask(3)[0] == 0


def test_a_file_that_is_now_smaller_than_what_is_there_begins_anew() -> None:
    assembly = Assembly(1 << 20, received=9000)
    assembly.ask(1)
    assert assembly.judge(Piece(1, 9000, 100, b"")) is PieceFit.CHANGED


def test_a_missing_file_is_absent() -> None:
    assembly = Assembly(1 << 20)
    assembly.ask(1)
    assert assembly.judge(Piece(1, 0, None, b"")) is PieceFit.ABSENT


def test_an_empty_piece_of_a_file_that_has_more_is_no_answer() -> None:
    assembly = Assembly(1 << 20)
    assembly.ask(1)
    assert assembly.judge(Piece(1, 0, 500, b"")) is PieceFit.FOREIGN


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 600), st.none() | st.integers(0, 600), st.binary(max_size=300)), max_size=30))
def test_whatever_is_sent_no_more_is_received_than_a_file_can_have(pieces: list[tuple[int, int, int | None, bytes]]) -> None:
    assembly, stored = Assembly(500), 0
    for number, (request, offset, total, content) in enumerate(pieces):
        if assembly.is_complete:
            break
        assembly.ask(number % 4)
        fit = assembly.judge(Piece(request, offset, total, content))
        stored = stored + len(content) if fit is PieceFit.NEXT else 0 if fit is PieceFit.CHANGED else stored
        assert stored == assembly.received <= 500
