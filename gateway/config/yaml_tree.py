"""YAML as people expect it: YAML 1.2 scalars (`no` is text, `12:30` is text, `0x34` a number), positions, no duplicate keys."""

import math
import re
from collections.abc import Iterator
from typing import NamedTuple, cast

import yaml
from yaml import MappingNode, Mark, Node, ScalarNode, SequenceNode

from gateway.config.problems import Problems

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WHOLE = re.compile(r"[-+]?[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+")
_REAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_TAG_DIRECTIVE = re.compile(r"^%TAG\b", re.MULTILINE)
START = yaml.Mark("", 0, 0, 0, "", 0)
"""The place of problems that concern the whole file."""

SIZE_LIMIT_CHARACTERS = 4_000_000
VALUES_LIMIT = 200_000
"""Keys, values, lists and mappings of one file, each as often as aliases repeat it: 5,000 devices with ten keys and many channels."""

NUMBER_LIMIT_CHARACTERS = 40
"""The longest number; what is longer is text. Python's own limit, at which it raises an error, is 4,300 digits."""

_DEPTH_LIMIT = 40

Scalar = str | int | float | bool | None


class _InvalidTreeError(Exception):
    """The text is YAML, but not a tree that this module builds."""

    def __init__(self, mark: Mark, what: str, instead: str) -> None:
        super().__init__(what)
        self.problem = (mark, what, instead)


def compose(text: str, problems: Problems) -> Node | None:
    """Parse the only document in `text` to a tree. Return None if there is no document, or after adding a syntax error."""
    if len(text) > SIZE_LIMIT_CHARACTERS:
        problems.add(START, "the file is larger than 4 MB", "split the site")
        return None
    if _TAG_DIRECTIVE.search(text) is not None:
        # LibYAML compares each with all others.
        problems.add(START, "the file contains a %TAG directive", "remove the line")
        return None
    try:
        root = _Composer(text).document()
    except _InvalidTreeError as error:
        problems.add(*error.problem)
        return None
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
    if root is not None:
        _check_keys(root, problems, set())
    return root


class _Span(NamedTuple):
    """The place of an event; the types of PyYAML leave open whether an event has one."""

    start: Mark
    end: Mark


def _span(event: yaml.Event) -> _Span:
    return _Span(cast("Mark", event.start_mark), cast("Mark", event.end_mark))


class _Composer:
    """Builds the tree from the events of the parser.

    PyYAML's own composer recurses without a limit, in C, where that ends the process.
    """

    def __init__(self, text: str) -> None:
        self._events = self._parsed(text)
        self._end = START
        """Where the last event ended that is part of the text: the end of a block collection is only noticed at what follows it."""
        self._anchored: dict[str, tuple[Node, int]] = {}
        """Complete nodes with an anchor, and how many nodes each contains."""
        self._open: set[str] = set()
        self._nodes = 0

    @staticmethod
    def _parsed(text: str) -> Iterator[yaml.Event]:
        loader = _Loader(text)
        try:
            while loader.check_event():
                yield loader.get_event()
        finally:
            loader.dispose()

    def document(self) -> Node | None:
        """Return the root of the only document.

        Raises:
            YAMLError: The text is not YAML.
            _InvalidTreeError: There are several documents, or the tree is too deep or too large.
        """
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            return None
        root = self._node(next(self._events), 0)
        next(self._events)
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            raise _InvalidTreeError(_span(after).start, "not YAML: another document begins", "write one document per file: remove '---'")
        return root

    def _node(self, event: yaml.Event, depth: int) -> Node:
        self._count(1, event)
        self._end = _span(event).end
        if isinstance(event, yaml.AliasEvent):
            return self._repeated(event)
        if depth > _DEPTH_LIMIT:
            raise _InvalidTreeError(_span(event).start, "nested too deeply, or within itself", "write out the values")
        anchor, before = getattr(event, "anchor", None), self._nodes
        if anchor is not None:
            self._open.add(anchor)
        node = self._scalar_or_collection(event, depth)
        if anchor is not None:
            self._open.discard(anchor)
            self._anchored[anchor] = node, self._nodes - before
        return node

    def _scalar_or_collection(self, event: yaml.Event, depth: int) -> Node:
        tag = getattr(event, "tag", None) or ""
        if isinstance(event, yaml.ScalarEvent):
            return ScalarNode(tag, event.value, *_span(event), style=event.style)
        start, flow = _span(event).start, bool(getattr(event, "flow_style", False))
        items: list[Node] = []
        for inner in self._events:
            if isinstance(inner, yaml.CollectionEndEvent):
                if flow:
                    self._end = _span(inner).end
                break
            items.append(self._node(inner, depth + 1))
        if isinstance(event, yaml.SequenceStartEvent):
            return SequenceNode(tag, items, start, self._end, flow_style=flow)
        return MappingNode(tag, list(zip(items[::2], items[1::2], strict=True)), start, self._end, flow_style=flow)

    def _repeated(self, event: yaml.AliasEvent) -> Node:
        if event.anchor in self._open:
            raise _InvalidTreeError(_span(event).start, "nested too deeply, or within itself", "write out the values")
        if event.anchor not in self._anchored:
            advice = "define the anchor before the alias, or quote a value that starts with '*'"
            raise _InvalidTreeError(_span(event).start, f"not YAML: undefined alias '{event.anchor}'", advice)
        node, contained = self._anchored[event.anchor]
        self._count(contained, event)
        return node

    def _count(self, nodes: int, event: yaml.Event) -> None:
        self._nodes += nodes
        if self._nodes > VALUES_LIMIT:
            what = f"the file contains more than {VALUES_LIMIT} keys and values, with those that aliases repeat"
            raise _InvalidTreeError(_span(event).start, what, "split it, or write fewer aliases")


def _syntax_advice(problem: str, character: str) -> str:
    if character == "\t" or "\\t" in problem or "tab" in problem:
        return "indent with spaces, not tabs"
    if "mapping values" in problem:
        return "quote values that contain ': ', and check the indentation of this line"
    return "check quotes, brackets and indentation here and on the line above"


def _check_keys(node: Node, problems: Problems, seen: set[int]) -> None:
    """Find duplicate keys, and keys that are not scalars."""
    if isinstance(node, ScalarNode) or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, SequenceNode):
        for item in node.value:
            _check_keys(item, problems, seen)
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
            _check_keys(value, problems, seen)


def scalar(node: ScalarNode) -> Scalar:
    """Return the value of a scalar by the core schema of YAML 1.2; quoted text is always text."""
    text: str = node.value
    if is_quoted(node):
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text.lower() == "true"
    if len(text) > NUMBER_LIMIT_CHARACTERS:
        return text
    if _WHOLE.fullmatch(text):
        return int(text, 0) if text[:2] in ("0x", "0o") else int(text)
    if _REAL.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text


def is_quoted(node: ScalarNode) -> bool:
    """Return whether a scalar is quoted or a block (with the C loader, plain scalars have an empty style)."""
    return bool(node.style)
