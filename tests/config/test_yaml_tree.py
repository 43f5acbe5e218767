"""YAML 1.2 scalars, positions, and syntax errors with advice."""

from pathlib import Path

import pytest
from yaml import MappingNode, ScalarNode

from gateway.config.problems import Problems
from gateway.config.tree_to_struct import entry
from gateway.config.yaml_tree import SIZE_LIMIT_CHARACTERS, VALUES_LIMIT, Scalar, compose, is_quoted, scalar
from tests.config.sites import Broken, check_broken


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"), ("yes", "yes"), ("on", "on"), ("12:30", "12:30"), ("1_000", "1_000"), ("2026-11-29", "2026-11-29"), ("0x34", 52), ("0o17", 15), ("017", 17),
        ("-3", -3), ("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0), ("true", True), ("FALSE", False), ("~", None), ("null", None), ("''", ""), ("'7'", "7"),
        ('"true"', "true"),
    ],
)  # fmt: skip
def test_scalars_are_those_of_yaml_1_2(text: str, value: Scalar) -> None:
    node = compose(text, Problems("f"))
    assert isinstance(node, ScalarNode)
    found = scalar(node)
    assert (found, type(found)) == (value, type(value))


def test_quoted_and_block_scalars_are_known() -> None:
    styles = []
    for text in ("plain", "'single'", '"double"', "|\n  block"):
        node = compose(text, Problems("f"))
        assert isinstance(node, ScalarNode)
        styles.append(is_quoted(node))
    assert styles == [False, True, True, True]


BOMB = "l0: &l0 x\n" + "".join(f"l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * 9)}]\n" for level in range(1, 30))


@pytest.mark.parametrize("text", ["9" * 5000, "1e400", "0x" + "f" * 40, "1." + "0" * 40])
def test_a_number_that_nothing_could_hold_is_text(text: str) -> None:
    assert scalar(ScalarNode("", text)) == text


def test_aliases_repeat_what_they_name() -> None:
    root = compose("a: &x [1, 2]\nb: *x\nc: [*x, &x 3, *x]", Problems("f"))
    assert root is not None
    assert [len(entry(root, "b").value), len(entry(root, "c", 0).value), entry(root, "c", 2).value] == [2, 2, "3"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: *nowhere", "define the anchor before the alias, or quote a value that starts with '*'"),
        ("a: b: c", "quote values that contain ': ', and check the indentation of this line"),
        ("\ta: b", "indent with spaces, not tabs"),
        ("a: b\n---\na: c", "write one document per file: remove '---'"),
        ("a: [b", "check quotes, brackets and indentation here and on the line above"),
        ("a: \0", "save the file as UTF-8 text"),
        ("a: 1\nb: 2\na: 3", "duplicate key 'a', first on line 1; remove one of the two"),
        ("? [a]\n: b", "a key must be a single value; write 'key: value'"),
        ("a: &x [*x]", "nested too deeply, or within itself; write out the values"),
        ("a: " + "[" * 100 + "]" * 100, "nested too deeply, or within itself; write out the values"),
        ("a: " + "[" * 300_000, "nested too deeply, or within itself; write out the values"),
        ("? " * 300_000, "nested too deeply, or within itself; write out the values"),
        (BOMB, "the file contains more than 200000 keys and values, with those that aliases repeat; split it, or write fewer aliases"),
        ("- a\n" * VALUES_LIMIT, "the file contains more than 200000 keys and values"),
        ("".join(f"%TAG !a{number}! b\n" for number in range(100_000)), "the file contains a %TAG directive; remove the line"),
        (" " * (SIZE_LIMIT_CHARACTERS + 1), "the file is larger than 4 MB; split the site"),
    ],
)
def test_what_is_not_valid_yaml_is_reported_with_advice(text: str, message: str) -> None:
    problems = Problems("f")
    compose(text, problems)
    assert any(message in str(problem) for problem in problems.found), problems.found


def test_an_empty_text_has_no_document_and_no_problem() -> None:
    problems = Problems("f")
    assert compose("# only a comment", problems) is None
    assert problems.found == []


BROKEN: dict[str, Broken] = {
    "a tab": ("    baud: 9600", "\tbaud: 9600", [(11, 1, "indent with spaces, not tabs")]),
    "an open bracket": ("every: 10s}", "every: 10s", [(15, 7, "not YAML")]),
    "a value with a colon": ("name: Quadro 41", "name: Quadro: 41", [(6, 24, "not YAML")]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_site_file_that_is_not_yaml_says_where_and_what_to_do(name: str, tmp_path: Path) -> None:
    check_broken(BROKEN[name], tmp_path, only_these=False)


def test_collections_end_where_their_last_part_ends() -> None:
    text = "a:\n  - x: 1  # c\n    y: {z: [2]}\n\n# tail\nb: [3,\n  4 ]\n"
    root = compose(text, Problems("f"))
    assert isinstance(root, MappingNode)
    ends = [text[value.start_mark.index : value.end_mark.index] for _, value in root.value]
    assert ends == ["- x: 1  # c\n    y: {z: [2]}", "[3,\n  4 ]"]
