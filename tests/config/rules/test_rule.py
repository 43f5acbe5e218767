"""Rules as data."""

from typing import NamedTuple

from gateway.config.problems import Problems
from gateway.config.rules.rule import Rule, check
from gateway.config.yaml_tree import compose


class Pair(NamedTuple):
    low: int
    high: int


RULES = (
    Rule[Pair](lambda s: s.low > s.high, "high", "{s.low} is above {s.high}", "write a number from {s.low}, for example {{max: {s.low}}}"),
    Rule[Pair](lambda s: s.low < 0, "", "a negative number", "remove it"),
)


def found(pair: Pair, text: str) -> list[str]:
    problems = Problems("f")
    node = compose(text, problems)
    assert node is not None
    check(RULES, pair, node, problems)
    return [str(problem) for problem in problems.found]


def test_a_broken_rule_is_reported_at_its_key_with_the_values_of_the_subject() -> None:
    assert found(Pair(3, 2), "{low: 3, high: 2}") == ["f:1:16: 3 is above 2; write a number from 3, for example {max: 3}"]


def test_without_the_key_the_place_is_the_part_itself() -> None:
    assert found(Pair(3, 2), " {low: 3}") == ["f:1:2: 3 is above 2; write a number from 3, for example {max: 3}"]


def test_all_broken_rules_are_reported() -> None:
    assert len(found(Pair(-1, -2), "{low: -1, high: -2}")) == 2


def test_a_subject_that_breaks_no_rule_has_no_problem() -> None:
    assert found(Pair(1, 2), "{low: 1, high: 2}") == []
