"""YAML as people expect it: YAML 1.2 scalars (`no` is text, `12:30` is text, `0x34` a number), positions, no duplicate keys."""

import re
from typing import cast

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from gateway.config.problems import Problems

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WHOLE = re.compile(r"[-+]?[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+")
_REAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
START = yaml.Mark("", 0, 0, 0, "", 0)
"""The place of problems that concern the whole file."""

SIZE_LIMIT_CHARACTERS = 4_000_000
_DEPTH_LIMIT = 40

Scalar = str | int | float | bool | None


def compose(text: str, problems: Problems) -> Node | None:
    """Parse the only document in `text` to a tree. Return None if there is no document, or after adding a syntax error."""
    if len(text) > SIZE_LIMIT_CHARACTERS:
        problems.add(START, "the file is larger than 4 MB", "split the site")
        return None
    loader = _Loader(text)
    try:
        root = cast("Node | None", loader.get_single_node())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark or START
        problems.add(
            mark, f"not YAML: {error.problem or error.context}", _syntax_advice(str(error.problem), text[mark.index : mark.index + 1])
        )
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


def _syntax_advice(problem: str, character: str) -> str:
    if character == "\t" or "\\t" in problem or "tab" in problem:
        return "indent with spaces, not tabs"
    if "mapping values" in problem:
        return "quote values that contain ': ', and check the indentation of this line"
    if "single document" in problem or "another document" in problem:
        return "write one document per file: remove '---'"
    if "alias" in problem:
        return "define the anchor before the alias, or quote a value that starts with '*'"
    return "check quotes, brackets and indentation here and on the line above"


def _check(node: Node, problems: Problems, depth: int, above: set[int]) -> None:
    """Find duplicate keys, keys that are not scalars, aliases to a parent, and absurd depth."""
    if depth > _DEPTH_LIMIT or id(node) in above:
        problems.add(node, "nested too deeply, or within itself", "write out the values")
        return
    inside = above | {id(node)}
    if isinstance(node, SequenceNode):
        for item in node.value:
            _check(item, problems, depth + 1, inside)
    if isinstance(node, MappingNode):
        first: dict[str, Node] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                problems.add(key, "a key must be a single value", "write 'key: value'")
            elif key.value in first:
                line = first[key.value].start_mark.line + 1
                problems.add(key, f"duplicate key '{key.value}', first on line {line}", "remove one of the two")
            else:
                first[key.value] = key
            _check(value, problems, depth + 1, inside)


def scalar(node: ScalarNode) -> Scalar:
    """Return the value of a scalar by the core schema of YAML 1.2; quoted text is always text."""
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
    """Return whether a scalar is quoted or a block (with the C loader, plain scalars have an empty style)."""
    return bool(node.style)
