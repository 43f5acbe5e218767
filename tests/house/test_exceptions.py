"""Exceptions need a reason, and are removed when nothing needs them."""

from tests.house.exceptions import read

TEXT = """[without_tests]
"a.py" = "a Protocol without code"
"b.py" = " "
"c.py" = "covered elsewhere"
"""


def test_an_entry_without_a_reason_and_one_that_excused_nothing_are_reported_with_their_lines() -> None:
    listed = read(TEXT)["without_tests"]
    assert [listed.excuses(key) for key in ("a.py", "b.py", "d.py")] == [True, True, False]
    assert [(one.line, one.text) for one in listed.unneeded()] == [
        (3, "'b.py': no reason is given"),
        (4, "'c.py': no longer needed: remove it"),
    ]
