"""No pattern ends in `$`, which accepts a line break behind the text: `\\Z` or fullmatch says the end."""

import ast
from collections.abc import Iterator

from tests.house.source import Source, Violation, parse, sources

_FUNCTIONS = {"compile", "match", "search", "fullmatch", "sub", "split", "findall", "finditer"}


def patterns_of(source: Source) -> Iterator[tuple[int, str]]:
    """Yield the line and text of each literal that is a pattern of `re` or of msgspec, also the parts of f-strings."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call):
            continue
        arguments = [one.value for one in node.keywords if one.arg == "pattern"]
        if (
            isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in _FUNCTIONS
        ):
            arguments += node.args[:1]
        for argument in arguments:
            for part in ast.walk(argument):
                if isinstance(part, ast.Constant) and isinstance(part.value, str | bytes):
                    yield part.lineno, part.value if isinstance(part.value, str) else part.value.decode("latin-1")


def dollars(found: list[Source]) -> list[Violation]:
    return [Violation(one.path, line, text) for one in found for line, text in patterns_of(one) if "$" in text.replace(r"\$", "")]


def test_a_dollar_is_found_wherever_a_pattern_is_written() -> None:
    text = 'import re\nA = re.compile("^a$")\nB = Meta(pattern=f"^{A}$")\nC = re.compile(r"a\\$b")\nD = re.match(rb"x$", y)\nE = "no $ pattern"\n'
    assert [one.line for one in dollars([parse("a.py", text)])] == [2, 3, 5]


def test_no_pattern_of_the_program_accepts_a_line_break_behind_its_text() -> None:
    assert dollars(sources()) == []
