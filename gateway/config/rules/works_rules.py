"""The rules of `works`: their times and their names."""

from yaml import Node

from gateway.config.problems import Problems
from gateway.config.rules.rule import Rule, check
from gateway.config.tree_to_struct import entry
from gateway.model.site.alarms import WorksSettings
from gateway.model.site.centre import CentreSettings

_WORKS = (
    # Texts of one form sort as the times do.
    Rule[WorksSettings](lambda s: s.ends <= s.begins, "ends", "the works end before they begin", "write a later time"),
)


def check_works(centre: CentreSettings, node: Node, problems: Problems) -> None:
    """Check the announced works of a centre, and those under `grafana`, where they were before."""
    seen: set[str] = set()
    old = [] if centre.grafana is None else centre.grafana.works
    for path, works in ((("works",), centre.works), (("grafana", "works"), old)):
        for number, one in enumerate(works):
            at = entry(node, *path, number)
            check(_WORKS, one, at, problems)
            if one.name in seen:
                problems.add(entry(at, "name"), f"duplicate works '{one.name}'", "give each its own name")
            seen.add(one.name)
