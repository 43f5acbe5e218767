"""The files of an enrolment, and their proofs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.trust.enrolment import (
    LARGEST_FILE,
    EnrolmentAnswer,
    EnrolmentFile,
    EnrolmentRequest,
    Invitation,
    UnreadableFile,
    code_as_typed,
    file_of,
    is_proof,
    new_code,
    parse,
    proof,
    to_sign,
)


@pytest.mark.parametrize(
    "part",
    [
        Invitation("prato-citelum-gw-1", "4F7QA-0KX9P-ZZ2TM-81WEC", 1_800_000_000_000),
        EnrolmentRequest("prato-citelum-gw-1", "-----BEGIN", code_proof=bytes(32)),
        EnrolmentRequest("prato-citelum-gw-1", "-----BEGIN", signature=bytes(70)),
        EnrolmentAnswer("prato-citelum-gw-1", "-----BEGIN", "-----BEGIN", bytes(32)),
    ],
)
def test_a_file_is_read_as_what_it_was_written_as(part: EnrolmentFile) -> None:
    assert parse(file_of(part)) == part


@given(st.binary(max_size=200))
def test_any_other_file_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(UnreadableFile, match="is no file of an enrolment"):
        parse(content)


def test_a_file_that_is_too_large_is_not_decoded() -> None:
    with pytest.raises(UnreadableFile, match="more than 65536 bytes"):
        parse(b"[" * (LARGEST_FILE + 1))


def test_a_code_is_read_as_people_type_it() -> None:
    assert code_as_typed("4f7qa okx9p-zz2tm 8iwec") == "4F7QA-0KX9P-ZZ2TM-81WEC"
    for wrong in ("", "4F7QA-0KX9P-ZZ2TM", "4F7QA-0KX9P-ZZ2TM-81WEU", "4F7QA-0KX9P-ZZ2TM-81WEC1", "é" * 20):
        assert code_as_typed(wrong) is None


def test_codes_are_read_as_themselves_and_never_come_twice() -> None:
    codes = {new_code() for _ in range(1000)}
    assert len(codes) == 1000
    assert all(code_as_typed(code) == code for code in codes)


def test_a_proof_holds_for_its_code_and_its_parts_alone() -> None:
    code, other = new_code(), new_code()
    made = proof(code, "request", "user", "text")
    assert is_proof(made, code, "request", "user", "text")
    for parts in (("answer", "user", "text"), ("request", "usert", "ext"), ("request", "user"), ("request", "user", "text", "")):
        assert not is_proof(made, code, *parts)
    assert not is_proof(made, other, "request", "user", "text")
    assert not is_proof(b"", code, "request", "user", "text")


def test_what_a_renewal_signs_depends_on_user_and_request() -> None:
    assert len({to_sign("a", "bc"), to_sign("ab", "c"), to_sign("a", "b")}) == 3
