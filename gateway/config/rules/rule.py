"""Rules as data: a condition, the place of the problem, what is wrong and what to write instead."""

from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple, TypeVar

from yaml import Node

from gateway.config.problems import Problems
from gateway.config.tree_to_struct import entry

T = TypeVar("T")


class Rule(NamedTuple, Generic[T]):
    """One rule about a subject. `at` is the key of the problem, or "" for the whole part.

    `what` and `instead` are format strings in which `s` is the subject.
    """

    broken: Callable[[T], object]
    at: str
    what: str
    instead: str


def check(rules: Iterable[Rule[T]], subject: T, node: Node, problems: Problems) -> None:
    """Add a problem for each rule that a subject breaks; of several at one place, only the first is reported."""
    for rule in rules:
        if rule.broken(subject):
            problems.add(entry(node, rule.at), rule.what.format(s=subject), rule.instead.format(s=subject))
