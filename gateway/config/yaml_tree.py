"""YAML as people mean it: YAML 1.2 scalars (`no` is a word, `12:30` a time, `0x34` a number), positions, no duplicate keys."""

import re
from typing import cast

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from gateway.config.problems import Problems

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WHOLE = re.compile(r"[-+]?[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+")
_REAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
START = yaml.Mark("", 0, 0, 0, "", 0)
"""Where problems stand that belong to no place in the file."""

SIZE_LIMIT_CHARACTERS = 4_000_000
_DEPTH_LIMIT = 40

Scalar = str | int | float | bool | None


def compose(text: str, problems: Problems) -> Node | None:
    """Read the tree of the one document in `text`; None when there is none, or a syntax error was noted."""
    if len(text) > SIZE_LIMIT_CHARACTERS:
        problems.add(START, "the file is larger than 4 MB", "split the site")
        return None
    loader = _Loader(text)
    try:
        root = cast("Node | None", loader.get_single_node())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark or START
        problems.add(mark, f"not YAML: {error.problem or error.context}", _syntax_advice(str(error.problem)))
        return None
    except yaml.YAMLError as error:
        problems.add(
            START,
            f"not YAML: {' '.join(str(error).split())}",
            "save the file as UTF-8 text",
        )
        return None
    finally:
        loader.dispose()
    if root is not None:
        _check(root, problems, 0, set())
    return root


def _syntax_advice(problem: str) -> str:
    if "\\t" in problem or "tab" in problem:
        return "indent with spaces, never with tabs"
    if "mapping values" in problem:
        return "put values that contain ': ' in quotes, and check the indentation of this line"
    if "single document" in problem or "another document" in problem:
        return "keep one document a file: remove '---'"
    if "alias" in problem:
        return "define the anchor before its alias, or put a value that starts with '*' in quotes"
    return "check quotes, brackets and indentation here and on the line above"


def _check(node: Node, problems: Problems, depth: int, above: set[int]) -> None:
    """Note duplicate keys, keys that are no scalars, merge keys, aliases to an own parent and absurd depth."""
    if depth > _DEPTH_LIMIT or id(node) in above:
        problems.add(node, "nested too deeply, or within itself", "write the values out")
        return
    inside = above | {id(node)}
    if isinstance(node, SequenceNode):
        for item in node.value:
            _check(item, problems, depth + 1, inside)
    if isinstance(node, MappingNode):
        first: dict[str, Node] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                problems.add(key, "a key must be a word", "write 'key: value'")
            elif key.value in first:
                line = first[key.value].start_mark.line + 1
                problems.add(key, f"'{key.value}' stands here twice, first on line {line}", "keep one of the two")
            else:
                first[key.value] = key
            _check(value, problems, depth + 1, inside)


def scalar(node: ScalarNode) -> Scalar:
    """Give the value of a scalar by YAML 1.2's core schema; quoted text is always text."""
    text: str = node.value
    if is_quoted(node):
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text.lower() == "true"
    if _WHOLE.fullmatch(text):
        return int(text, 0) if text[:2] in ("0x", "0o") else int(text)
    if _REAL.fullmatch(text):
        return float(text)
    return text


def is_quoted(node: ScalarNode) -> bool:
    """Tell whether a scalar was written in quotes or as a block (the C loader gives plain ones an empty style)."""
    return bool(node.style)
