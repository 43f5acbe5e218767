"""Problems: their text, their order, their suggestions."""

import pytest
from yaml import Mark

from gateway.config.problems import ConfigError, Problem, Problems, suggest


def mark(line: int, column: int) -> Mark:
    return Mark("f", 0, line, column, "", 0)


def test_a_problem_is_shown_with_its_place_counted_from_one() -> None:
    problems = Problems("site.yaml")
    problems.add(mark(0, 4), "unknown key 'x'", "remove it")
    assert str(problems.found[0]) == "site.yaml:1:5: unknown key 'x'; remove it"
    assert problems.found[0].as_dict() == {"file": "site.yaml", "line": 1, "column": 5, "what": "unknown key 'x'", "instead": "remove it"}


def test_without_problems_nothing_is_raised() -> None:
    Problems("f").raise_if_any()


def test_problems_are_raised_in_the_order_of_the_file_and_the_first_of_a_place_counts() -> None:
    problems = Problems("f")
    for line, what in ((5, "late"), (2, "first here"), (2, "a consequence")):
        problems.add(mark(line, 0), what, "mend it")
    with pytest.raises(ConfigError) as error:
        problems.raise_if_any()
    assert [(problem.line, problem.what) for problem in error.value.problems] == [(3, "first here"), (6, "late")]
    assert str(error.value) == "f:3:1: first here; mend it\nf:6:1: late; mend it"


@pytest.mark.parametrize(
    ("wrong", "known", "otherwise", "suggestion"),
    [
        ("baudd", ["baud", "parity"], None, "did you mean 'baud'?"),
        ("baudd", ["baudot", "baud", "parity"], None, "did you mean 'baud' or 'baudot'?"),
        ("BAUD", ["baud"], None, "did you mean 'baud'?"),
        ("zzz", ["b", "a"], None, "write one of: a, b"),
        ("zzz", ["a"], "see the list", "see the list"),
        ("zzz", [], None, "remove it"),
    ],
)
def test_a_suggestion_names_the_most_similar_names(wrong: str, known: list[str], otherwise: str | None, suggestion: str) -> None:
    assert suggest(wrong, known, otherwise=otherwise) == suggestion


def test_problems_of_several_files_are_sorted_by_file() -> None:
    error = ConfigError([Problem("b", 1, 1, "x", "y"), Problem("a", 9, 1, "x", "y")])
    assert [problem.file for problem in error.problems] == ["a", "b"]


def test_a_sentence_has_a_bounded_length_and_no_control_characters() -> None:
    problems = Problems("f")
    problems.add(mark(0, 0), "unknown key '\x1b[2J" + "x" * 5000 + "'", "a\nb")
    assert len(problems.found[0].what) < 1000
    assert problems.found[0].what.startswith("unknown key '\\x1b[2Jxxx")
    assert problems.found[0].instead == "a\\nb"


def test_a_long_name_is_not_compared_with_others() -> None:
    assert suggest("x" * 1_000_000, ["x" * 1_000_001], otherwise="shorten it") == "shorten it"


def test_of_very_many_names_those_with_the_same_initial_are_compared() -> None:
    known = {f"{initial}-{number}" for initial in "abc" for number in range(1000)}
    assert suggest("c-1234", known, otherwise="add it") == "did you mean 'c-234' or 'c-134'?"
    assert suggest("z-1", known, otherwise="add it") == "add it"
