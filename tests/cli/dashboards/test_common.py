"""The lines and the JSON of a step."""

from dashboards.publish.comparison import ResourceChange
from dashboards.publish.plan import PublishStep, PublishVerb
from dashboards.publish.resource import Resource, ResourceKind
from gateway.cli.dashboards.common import json_of, lines_of

CITY = Resource(ResourceKind.DASHBOARD, "street-city", "City", {})


def test_a_step_says_what_was_done_or_would_be() -> None:
    step = PublishStep(PublishVerb.DELETE, CITY, "it is no longer part of what is published")
    assert list(lines_of(step, would=False)) == ["deleted: dashboard 'City' (it is no longer part of what is published)"]
    assert list(lines_of(step, would=True)) == ["would delete: dashboard 'City' (it is no longer part of what is published)"]


def test_a_long_value_is_shortened_and_one_that_is_not_there_is_nothing() -> None:
    changes = [ResourceChange("panels[id=1]", None, "x" * 500)]
    lines = list(lines_of(PublishStep(PublishVerb.UPDATE, CITY, changes=changes), would=False))
    assert lines[2] == "\x1b[31m    - nothing\x1b[0m"
    assert len(lines[3]) < 200
    assert lines[3].endswith("...\x1b[0m")


def test_of_many_differences_some_are_listed_but_of_a_conflict_all() -> None:
    changes = [ResourceChange(f"panels[id={n}]", "a", "b") for n in range(50)]
    assert list(lines_of(PublishStep(PublishVerb.UPDATE, CITY, changes=changes), would=False))[-1] == "  and 40 more; --json lists all"
    assert len(list(lines_of(PublishStep(PublishVerb.CONFLICT, CITY, changes=changes), would=False))) == 1 + 3 * 50


def test_json_has_both_sides() -> None:
    step = PublishStep(PublishVerb.UPDATE, CITY, changes=[ResourceChange("title", "a", "b")])
    assert json_of(step, done=True) == {
        "verb": "update", "kind": "dashboard", "uid": "street-city", "title": "City", "why": "", "done": True,
        "changes": [{"path": "title", "found": "a", "wanted": "b"}],
    }  # fmt: skip
