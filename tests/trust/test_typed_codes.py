"""Codes that people type."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.trust.typed_codes import ALPHABET, code_as_typed, new_code


def test_a_new_code_has_its_length_in_groups_and_is_another_each_time() -> None:
    codes = {new_code(8, 4) for _ in range(100)}
    assert len(codes) == 100
    assert all(len(code) == 9 and code[4] == "-" and set(code) <= {*ALPHABET, "-"} for code in codes)


@settings(max_examples=50)
@given(st.text(ALPHABET, min_size=8, max_size=8))
def test_case_spaces_and_characters_that_look_alike_do_not_matter(code: str) -> None:
    wanted = f"{code[:4]}-{code[4:]}"
    typed = " ".join(code.lower()).replace("1", "l").replace("0", "o")
    assert code_as_typed(typed, 8, 4) == code_as_typed(wanted, 8, 4) == wanted


@settings(max_examples=50)
@given(st.text())
def test_what_can_not_be_a_code_is_none(text: str) -> None:
    found = code_as_typed(text, 8, 4)
    assert found is None or (len(found) == 9 and set(found) <= {*ALPHABET, "-"})
