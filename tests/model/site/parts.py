"""Parts of a site file, read as they are written."""

from typing import TypeVar

import msgspec

from gateway.config.problems import Problems
from gateway.config.tree_to_struct import convert
from gateway.config.yaml_tree import compose

T = TypeVar("T", bound=msgspec.Struct)


def read(text: str, part: type[T]) -> T:
    """Return a part of a site file that is written without errors."""
    found, problems = _converted(text, part)
    assert found is not None, problems
    assert problems == []
    return found


def problems_of(text: str, part: type[msgspec.Struct]) -> str:
    """Return what is wrong with a part of a site file, a line a problem."""
    return "\n".join(_converted(text, part)[1])


def _converted(text: str, part: type[T]) -> tuple[T | None, list[str]]:
    problems = Problems("site.yaml")
    node = compose(text, problems)
    assert node is not None
    return convert(node, part, problems), [str(one) for one in problems.found]
